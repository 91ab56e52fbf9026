//! Copies beside what people use, between two local clusters: logged tables, write-ahead log and fsync as they
//! come out of the box, a CHECKPOINT before each run.
//!
//! Each round runs every contender once, in turn; printed are medians of wall time, of the clients' CPU time and
//! of peak memory, their ratio, and the lowest and highest ratio of a round. `BENCH_ROWS` and `BENCH_ROUNDS` change
//! the size; words behind `cargo bench --bench copy --` choose among `large`, `small`, `plan`, `upsert` and
//! `mirror`. Linux only: the peak is
//! read from /proc.

mod large;
#[path = "../measure.rs"]
mod measure;
mod mirror;
mod plan;
mod scene;
mod small;
#[path = "../table.rs"]
#[allow(dead_code, reason = "the clusters of the routes are others")]
mod table;
mod upsert;

use scene::Scene;

/// A word, and what it measures.
type Case = (&'static str, fn(&Scene));

const CASES: [Case; 5] = [
    ("large", large::run),
    ("small", small::run),
    ("plan", plan::run),
    ("upsert", upsert::run),
    ("mirror", mirror::run),
];

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let scene = Scene::start();
    measure::print_head();
    for (name, run) in CASES {
        if chosen.is_empty() || chosen.iter().any(|word| word == name) {
            run(&scene);
        }
    }
    scene.stop();
}
