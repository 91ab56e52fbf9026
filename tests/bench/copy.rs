//! `copy.tables` beside what people use: one table of a gigabyte between two local clusters.
//!
//! Each round runs every contender once, in turn, after a CHECKPOINT; the figures are medians of wall time,
//! of the clients' CPU time and of peak memory, and their ratios. `BENCH_ROWS` and `BENCH_ROUNDS` change the
//! size. Linux only: the peak is read from /proc.

mod measure;

use std::path::Path;
use std::process::Command;

use measure::{Figures, measure, median};
use runner::sandbox::{Bin, Cluster, Options};

/// About 1.1 GB on disk.
const ROWS: u64 = 5_000_000;
const ROUNDS: usize = 5;
const SCHEMA: &str = "CREATE TABLE bench (id integer PRIMARY KEY, name text, at timestamptz, doc jsonb, amount numeric)";
const FILL: &str = "INSERT INTO bench
  SELECT i, 'name of row ' || i || repeat('x', 40), timestamptz '2026-01-01' + i * interval '1 second',
         jsonb_build_object('n', i, 'tags', jsonb_build_array('a', 'b', i % 17), 'text', repeat('y', 30)), i * 1.25
    FROM generate_series(1, ROWS) i";

#[tokio::main]
async fn main() {
    let rows = from_env("BENCH_ROWS", ROWS);
    let rounds = usize::try_from(from_env("BENCH_ROUNDS", ROUNDS as u64)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    open_to_all(folder.path());
    let bin = Bin::find().unwrap();
    let options = Options {
        tcp: false,
        settings: vec!["max_wal_size=8GB".into(), "shared_buffers=512MB".into()],
    };
    let from = Cluster::start(&bin, &folder.path().join("from"), &options)
        .await
        .unwrap();
    let to = Cluster::start(&bin, &folder.path().join("to"), &options)
        .await
        .unwrap();
    for cluster in [&from, &to] {
        cluster.run_sql("postgres", SCHEMA).await.unwrap();
    }
    from.run_sql("postgres", &FILL.replace("ROWS", &rows.to_string()))
        .await
        .unwrap();
    from.run_sql("postgres", "VACUUM ANALYZE bench")
        .await
        .unwrap();

    let project = folder.path().join("project");
    write_project(&project, &from, &to);
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..rounds {
        prepare(&to).await;
        ours.push(measure(runner(&project)));
        check(&to, rows).await;
        prepare(&to).await;
        theirs.push(measure(psql_pipe(&bin, &from, &to)));
        check(&to, rows).await;
    }
    report(&ours, &theirs);
    from.stop().await.unwrap();
    to.stop().await.unwrap();
}

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The servers run as another user, who has to get through to their folders.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn prepare(to: &Cluster) {
    to.run_sql("postgres", "TRUNCATE bench").await.unwrap();
    to.run_sql("postgres", "CHECKPOINT").await.unwrap();
}

async fn check(to: &Cluster, rows: u64) {
    let sql = format!("DO $$ BEGIN ASSERT (SELECT count(*) FROM bench) = {rows}; END $$");
    to.run_sql("postgres", &sql).await.unwrap();
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

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn report(ours: &[Figures], theirs: &[Figures]) {
    let line = |name: &str, of: &[Figures]| {
        let wall = median(of, |f| f.wall);
        let cpu = median(of, |f| f.cpu);
        let peak = median(of, |f| f.peak_mb);
        println!(
            "{name:<24} wall {wall:7.2} s   client CPU {cpu:6.2} s   peak memory {peak:5.0} MB"
        );
        (wall, cpu)
    };
    let (our_wall, our_cpu) = line("copy.tables", ours);
    let (their_wall, their_cpu) = line("psql binary | psql", theirs);
    println!(
        "ratio                    wall {:7.2}     client CPU {:6.2}",
        our_wall / their_wall,
        our_cpu / their_cpu
    );
}
