//! Rows to a file, by a playbook and from the prompt.

use std::fs::File;
use std::process::Command;

use crate::measure::{Comparison, Figure, Limit, from_env, measure};
use crate::scene::Scene;
use crate::{PEAK, WALL};

const EXPORT: &str =
    "copy.export { from = connect 'dev', table = 'rows', to = 'ours.csv', overwrite = true }";

pub fn run(scene: &Scene) {
    let rows = from_env("BENCH_ROWS", 1_000_000);
    scene.sql(&format!(
        "CREATE TABLE rows AS SELECT i AS id, 'name ' || i AS name, timestamptz '2026-01-01' + i * interval '1 min' AS at, i / 7.0 AS share
         FROM generate_series(1, {rows}) i"
    ));
    compare(
        scene,
        &format!("{rows} rows to CSV / psql \\copy"),
        1.2,
        || scene.playbook("export.lua", EXPORT),
    );
    compare(scene, "the same from the prompt / psql \\copy", 1.5, || {
        from_the_prompt(scene)
    });
}

fn compare(scene: &Scene, name: &str, limit: f64, ours: impl Fn() -> Command) {
    let comparison = Comparison::of(
        name,
        scene.rounds,
        || measure(ours()),
        || measure(scene.psql_runs("\\copy rows TO 'theirs.csv' CSV HEADER")),
    );
    comparison.print(&Figure {
        limit: Some(Limit::Ratio(limit)),
        ..WALL
    });
    comparison.print(&PEAK);
}

fn from_the_prompt(scene: &Scene) -> Command {
    let lines = scene.path("lines.sql");
    std::fs::write(&lines, "SELECT * FROM rows;\n").unwrap();
    let mut runner = scene.runner();
    runner
        .args(["repl", "dev", "--quiet", "--csv"])
        .stdin(File::open(lines).unwrap())
        .stdout(File::create(scene.path("ours.csv")).unwrap());
    runner
}
