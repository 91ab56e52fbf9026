//! A mirror of 1,000,000 rows of which 100 differ, beside a full replace.

use crate::measure::{Comparison, Figure, Limit, from_env};
use crate::scene::Scene;
use crate::table;

const ROWS: u64 = 1_000_000;

/// Says how much crossed, and keeps it in a file of the project.
fn playbook(mode: &str) -> String {
    format!(
        "local report = copy.tables {{ from = from, to = to, tables = {{ 'bench' }}, mode = '{mode}' }}
         io.open('{mode}.bytes', 'w'):write(report.tables[1].bytes):close()"
    )
}

pub fn run(scene: &Scene) {
    let rows = from_env("BENCH_ROWS", ROWS);
    let filled = table::filled(rows).join(";\n");
    let databases = scene.databases("mirror", &filled, &filled);
    let differs = format!(
        "UPDATE bench SET name = 'theirs' WHERE id % {} = 0",
        (rows / 100).max(1)
    );
    let run = |mode: &str| {
        databases.on_target(&differs);
        databases.on_target("VACUUM ANALYZE bench");
        let arrived = "NOT EXISTS (SELECT FROM bench WHERE name = 'theirs')";
        databases.measure(databases.playbook(&playbook(mode)), arrived)
    };
    let comparison = Comparison::of(
        "mirror of 100 differences / replace",
        scene.rounds,
        || run("mirror"),
        || run("replace"),
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(0.6)),
    });
    comparison.print(&Figure {
        name: "peak MB",
        get: |figures| figures.peak_mb,
        limit: None,
    });
    let bytes = |mode: &str| -> f64 {
        let file = databases.path("project").join(format!("{mode}.bytes"));
        std::fs::read_to_string(file).unwrap().parse().unwrap()
    };
    print_bytes(bytes("mirror"), bytes("replace"));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print_bytes(ours: f64, theirs: f64) {
    let ratio = ours / theirs;
    let verdict = if ratio <= 0.02 { "met" } else { "MISSED" };
    println!(
        "{:<44} {:<11} {ours:9.0} {theirs:9.0}   {ratio:7.4}   at most 0.02: {verdict}",
        "", "bytes"
    );
}
