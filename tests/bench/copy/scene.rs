//! The two clusters, databases on them, and the commands that are compared.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use runner::sandbox::{Bin, Cluster, Options};

use crate::measure::{Figures, from_env, measure};

pub struct Scene {
    pub rounds: usize,
    bin: Bin,
    from: Cluster,
    to: Cluster,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Scene {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The servers run as another user, who has to get through to their folders.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let bin = Bin::find().unwrap();
        let options = Options {
            tcp: false,
            settings: vec!["fsync=on".into(), "shared_buffers=128MB".into()],
        };
        let start = |name| {
            let folder = folder.path().join(name);
            runtime
                .block_on(Cluster::start(&bin, &folder, &options))
                .unwrap()
        };
        let (from, to) = (start("from"), start("to"));
        Self {
            rounds: usize::try_from(from_env("BENCH_ROUNDS", 5)).unwrap(),
            bin,
            from,
            to,
            runtime,
            folder,
        }
    }

    pub fn stop(self) {
        for cluster in [self.from, self.to] {
            self.runtime.block_on(cluster.stop()).unwrap();
        }
    }

    /// A database of this name on either cluster, made by these statements.
    pub fn databases(&self, name: &'static str, from: &str, to: &str) -> Databases<'_> {
        for (cluster, sql) in [(&self.from, from), (&self.to, to)] {
            self.runtime
                .block_on(cluster.create_database(name))
                .unwrap();
            self.sql(cluster, name, sql);
        }
        Databases { scene: self, name }
    }

    fn sql(&self, cluster: &Cluster, database: &str, sql: &str) {
        self.runtime
            .block_on(cluster.run_sql(database, sql))
            .unwrap();
    }
}

/// Two databases, a source and a target.
pub struct Databases<'a> {
    pub scene: &'a Scene,
    name: &'static str,
}

impl Databases<'_> {
    /// Runs statements on the target.
    pub fn on_target(&self, sql: &str) {
        self.scene.sql(&self.scene.to, self.name, sql);
    }

    /// Measures a command between a CHECKPOINT of the target and a condition that has to hold there.
    pub fn measure(&self, command: Command, holds: &str) -> Figures {
        self.on_target("CHECKPOINT");
        let figures = measure(command);
        self.on_target(&format!("DO $$ BEGIN ASSERT ({holds}); END $$"));
        figures
    }

    /// A playbook in which `from` and `to` are the two databases.
    pub fn playbook(&self, lua: &str) -> Command {
        let project = self.path("project");
        std::fs::create_dir_all(&project).unwrap();
        let target = |name: &str, cluster: &Cluster| {
            let (host, port) = (cluster.socket_folder(), cluster.port());
            let (host, database) = (host.display(), self.name);
            format!(
                "[targets.{name}]\nhost = \"{host}\"\nport = {port}\nuser = \"postgres\"\ndatabase = \"{database}\"\n"
            )
        };
        let toml = target("from", &self.scene.from) + &target("to", &self.scene.to);
        std::fs::write(project.join("runner.toml"), toml).unwrap();
        let file = project.join("bench.lua");
        let connect = "local from, to = connect 'from', connect('to', { write = true })\n";
        std::fs::write(&file, format!("{connect}{lua}")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
        command.arg("--quiet").arg(file).current_dir(&project);
        command
    }

    /// A script of sh, in which `$FROM` and `$TO` are the words that connect libpq to the two databases, and
    /// `$SCRATCH` is a folder.
    pub fn script(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        let path = std::env::var("PATH").unwrap();
        command
            .args(["-euc", script])
            .env(
                "PATH",
                format!("{}:{path}", self.scene.bin.folder().display()),
            )
            .env("FROM", self.words(&self.scene.from))
            .env("TO", self.words(&self.scene.to))
            .env("SCRATCH", self.scene.folder.path());
        command
    }

    /// A place for a file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.scene.folder.path().join(name)
    }

    fn words(&self, cluster: &Cluster) -> String {
        format!(
            "host={} port={} user=postgres dbname={}",
            cluster.socket_folder().display(),
            cluster.port(),
            self.name
        )
    }
}
