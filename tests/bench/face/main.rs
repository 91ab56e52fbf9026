//! What a person waits for, beside what people use: the start of the program beside `psql -c ''` and `lua`, the prompt
//! in a terminal beside psql's, and a million rows to CSV beside psql's `\copy`.
//!
//! Each round runs every contender once, in turn; printed are medians, their ratio, and the lowest and highest ratio of
//! a round. `BENCH_ROWS`, `BENCH_HUGE_ROWS`, `BENCH_TABLES` and `BENCH_ROUNDS` change the size; words behind `cargo bench --bench face --` choose
//! among `start`, `prompt`, `describe`, `complete`, `huge` and `csv`. Linux only: the peak of memory is read from /proc.

mod csv;
#[path = "../measure.rs"]
#[allow(dead_code, reason = "what is compared here is wall time")]
mod measure;
mod prompt;
mod scene;
mod start;
mod terminal;

use measure::Figure;
use scene::Scene;

/// A word, and what it measures.
type Case = (&'static str, fn(&Scene));

const CASES: [Case; 6] = [
    ("start", start::run),
    ("prompt", prompt::first),
    ("describe", prompt::describe),
    ("complete", prompt::complete),
    ("huge", prompt::huge),
    ("csv", csv::run),
];

const WALL: Figure = Figure {
    name: "wall s",
    get: |figures| figures.wall,
    limit: None,
};

const PEAK: Figure = Figure {
    name: "peak MB",
    get: |figures| figures.peak_mb,
    limit: None,
};

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
    scene.stop();
}
