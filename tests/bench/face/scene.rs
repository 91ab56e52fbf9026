//! The server, and the commands that are compared.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use runner::sandbox::{Bin, Cluster, Options};

use crate::measure::from_env;

pub struct Scene {
    pub rounds: usize,
    cluster: Cluster,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Scene {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as another user, who has to get through to its folder.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let bin = Bin::find().unwrap();
        let options = Options {
            tcp: false,
            // Or else a scan begins where the one before it was left.
            settings: vec![
                "shared_buffers=256MB".into(),
                "synchronize_seqscans=off".into(),
            ],
        };
        let data = folder.path().join("server");
        let cluster = runtime
            .block_on(Cluster::start(&bin, &data, &options))
            .unwrap();
        Self {
            rounds: usize::try_from(from_env("BENCH_ROUNDS", 5)).unwrap(),
            cluster,
            runtime,
            folder,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn stop(self) {
        self.runtime.block_on(self.cluster.stop()).unwrap();
    }

    /// Runs statements on the server.
    pub fn sql(&self, sql: &str) {
        let ran = self.cluster.run_sql("postgres", sql);
        self.runtime.block_on(ran).unwrap();
    }

    /// `runner` in a project in which `dev` is the server.
    pub fn runner(&self) -> Command {
        let (host, port) = (self.cluster.socket_folder(), self.cluster.port());
        let host = host.display();
        let toml = format!(
            "[targets.dev]\nhost = \"{host}\"\nport = {port}\nuser = \"postgres\"\ndatabase = \"postgres\"\n"
        );
        std::fs::write(self.path("runner.toml"), toml).unwrap();
        let mut runner = Command::new(env!("CARGO_BIN_EXE_runner"));
        runner.current_dir(&self.folder).stdout(Stdio::null());
        runner
    }

    pub fn playbook(&self, name: &str, lua: &str) -> Command {
        std::fs::write(self.path(name), lua).unwrap();
        let mut runner = self.runner();
        runner.args(["--quiet", name]);
        runner
    }

    pub fn psql(&self) -> Command {
        let mut psql = self.cluster.client("psql", "postgres");
        psql.args(["-X", "-q"])
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        psql
    }

    /// psql with one command.
    pub fn psql_runs(&self, command: &str) -> Command {
        let mut psql = self.psql();
        psql.args(["-c", command]);
        psql
    }
}
