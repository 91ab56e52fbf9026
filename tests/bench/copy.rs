//! `copy.tables` beside what people use: one table of a gigabyte between two local clusters.
//!
//! Each round runs every contender once, in turn, after a CHECKPOINT; the figures are medians of wall time,
//! of the clients' CPU time and of peak memory, and their ratios. `BENCH_ROWS` and `BENCH_ROUNDS` change the
//! size. Linux only: the peak is read from /proc.

mod measure;
mod table;

use std::path::Path;
use std::process::Command;

use measure::{Comparison, Figure, Figures, from_env, measure, print_head};
use runner::sandbox::{Bin, Cluster};

const ROUNDS: u64 = 5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rows = from_env("BENCH_ROWS", table::ROWS);
    let rounds = usize::try_from(from_env("BENCH_ROUNDS", ROUNDS)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bin = Bin::find().unwrap();
    let (from, to) = runtime.block_on(table::clusters(&bin, folder.path(), rows, table::SCHEMA));
    let project = folder.path().join("project");
    write_project(&project, &from, &to);
    let run = |command| {
        runtime.block_on(table::empty(&to));
        let figures = measure(command);
        runtime.block_on(table::check(&to, rows));
        figures
    };
    let comparison = Comparison::of(
        "copy.tables / psql binary | psql",
        rounds,
        || run(runner(&project)),
        || run(psql_pipe(&bin, &from, &to)),
    );
    print_head();
    for (name, get) in [
        ("wall s", (|f: &Figures| f.wall) as fn(&Figures) -> f64),
        ("CPU s", |f| f.cpu),
        ("peak MB", |f| f.peak_mb),
    ] {
        let limit = None;
        comparison.print(&Figure { name, get, limit });
    }
    runtime.block_on(from.stop()).unwrap();
    runtime.block_on(to.stop()).unwrap();
}

fn write_project(project: &Path, from: &Cluster, to: &Cluster) {
    std::fs::create_dir_all(project).unwrap();
    let target = |name: &str, cluster: &Cluster| {
        let (host, port) = (cluster.socket_folder(), cluster.port());
        let host = host.display();
        format!(
            "[targets.{name}]\nhost = \"{host}\"\nport = {port}\nuser = \"postgres\"\ndatabase = \"postgres\"\n"
        )
    };
    std::fs::write(
        project.join("runner.toml"),
        target("from", from) + &target("to", to),
    )
    .unwrap();
    let playbook = "copy.tables { from = connect 'from', to = connect('to', { write = true }), tables = { 'bench' }, mode = 'append' }";
    std::fs::write(project.join("bench.lua"), playbook).unwrap();
}

fn runner(project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
    command.arg("--quiet").arg(project.join("bench.lua"));
    command
}

fn psql_pipe(bin: &Bin, from: &Cluster, to: &Cluster) -> Command {
    let psql = |cluster: &Cluster| {
        let psql = bin.program("psql");
        format!(
            "{} -X -q -h {} -p {} -U postgres -d postgres",
            psql.display(),
            cluster.socket_folder().display(),
            cluster.port()
        )
    };
    let pipe = format!(
        "{} -c 'COPY bench TO STDOUT (FORMAT binary)' | {} -c 'COPY bench FROM STDIN (FORMAT binary)'",
        psql(from),
        psql(to)
    );
    let mut command = Command::new("sh");
    command.args(["-c", &pipe]);
    command
}
