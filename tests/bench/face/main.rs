//! What a person waits for, beside what people use: the start of the program beside `psql -c ''` and `lua`, and a
//! million rows to CSV beside psql's `\copy`.
//!
//! Each round runs every contender once, in turn; printed are medians, their ratio, and the lowest and highest ratio of
//! a round. `BENCH_ROWS` and `BENCH_ROUNDS` change the size; words behind `cargo bench --bench face --` choose among
//! `start` and `csv`. Linux only: the peak of memory is read from /proc.

#[path = "../measure.rs"]
#[allow(dead_code, reason = "what is compared here is wall time")]
mod measure;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use runner::sandbox::{Bin, Cluster, Options};

use measure::{Comparison, Figure, from_env, measure};

/// A word, and what it measures.
type Case = (&'static str, fn(&Scene));

const CASES: [Case; 2] = [("start", start), ("csv", csv)];

struct Scene {
    rounds: usize,
    cluster: Cluster,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let scene = Scene::open();
    measure::print_head();
    for (name, run) in CASES {
        if chosen.is_empty() || chosen.iter().any(|word| word == name) {
            run(&scene);
        }
    }
    scene.runtime.block_on(scene.cluster.stop()).unwrap();
}

impl Scene {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as another user, who has to get through to its folder.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let bin = Bin::find().unwrap();
        let options = Options {
            tcp: false,
            settings: vec!["shared_buffers=256MB".into()],
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A playbook in whose project `dev` is the server.
    fn playbook(&self, name: &str, lua: &str) -> Command {
        let (host, port) = (self.cluster.socket_folder(), self.cluster.port());
        let host = host.display();
        let toml = format!(
            "[targets.dev]\nhost = \"{host}\"\nport = {port}\nuser = \"postgres\"\ndatabase = \"postgres\"\n"
        );
        std::fs::write(self.path("runner.toml"), toml).unwrap();
        std::fs::write(self.path(name), lua).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
        command
            .args(["--quiet", name])
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        command
    }

    fn psql(&self, command: &str) -> Command {
        let mut psql = self.cluster.client("psql", "postgres");
        psql.args(["-X", "-q", "-c", command])
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        psql
    }
}

const WALL: Figure = Figure {
    name: "wall s",
    get: |figures| figures.wall,
    limit: None,
};

fn start(scene: &Scene) {
    let empty = Comparison::of(
        "an empty playbook / psql -c ''",
        scene.rounds * 4,
        || measure(scene.playbook("empty.lua", "")),
        || measure(scene.psql("")),
    );
    empty.print(&WALL);
    let lua = Comparison::of(
        "the same / lua -e ''",
        scene.rounds * 4,
        || measure(scene.playbook("empty.lua", "")),
        || {
            let mut lua = Command::new("lua");
            lua.args(["-e", ""]);
            measure(lua)
        },
    );
    lua.print(&WALL);
    let connected = Comparison::of(
        "a playbook that asks 1 / psql -c 'SELECT 1'",
        scene.rounds * 4,
        || measure(scene.playbook("one.lua", "connect('dev'):value 'SELECT 1'")),
        || measure(scene.psql("SELECT 1")),
    );
    connected.print(&WALL);
}

fn csv(scene: &Scene) {
    let rows = from_env("BENCH_ROWS", 1_000_000);
    let sql = format!(
        "CREATE TABLE rows AS SELECT i AS id, 'name ' || i AS name, timestamptz '2026-01-01' + i * interval '1 min' AS at, i / 7.0 AS share
         FROM generate_series(1, {rows}) i"
    );
    let made = scene.cluster.run_sql("postgres", &sql);
    scene.runtime.block_on(made).unwrap();
    let lua =
        "copy.export { from = connect 'dev', table = 'rows', to = 'ours.csv', overwrite = true }";
    let comparison = Comparison::of(
        format!("{rows} rows to CSV / psql \\copy"),
        scene.rounds,
        || measure(scene.playbook("export.lua", lua)),
        || measure(scene.psql("\\copy rows TO 'theirs.csv' CSV HEADER")),
    );
    comparison.print(&Figure {
        limit: Some(1.2),
        ..WALL
    });
    comparison.print(&Figure {
        name: "peak MB",
        get: |figures| figures.peak_mb,
        limit: None,
    });
}
