//! Routes beside OpenSSH and libpq: throughput, round trips, and how long it takes until a session stands.
//!
//! Each round runs ours and theirs in turn; printed are medians, their ratio, and the lowest and highest ratio of a
//! round. CPU is that of the clients: psql and ssh on their side. `BENCH_ROWS`, `BENCH_MEGABYTES` and `BENCH_ROUNDS` change the size;
//! words behind `cargo bench --bench routes --` choose among `copy`, `relay`, `latency`, `setup`, `upload`. Linux only.

mod copy;
mod latency;
#[path = "../measure.rs"]
mod measure;
mod relay;
mod scene;
#[path = "../../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "it is there for the tests")]
mod support;
#[path = "../table.rs"]
mod table;
mod upload;

use scene::Scene;

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    let scene = Scene::start();
    measure::print_head();
    if is_chosen("copy") {
        copy::run(&scene);
    }
    if is_chosen("relay") {
        relay::run(&scene);
    }
    if is_chosen("latency") {
        latency::round_trips(&scene);
    }
    if is_chosen("setup") {
        latency::set_up(&scene);
    }
    if is_chosen("upload") {
        upload::run(&scene);
    }
    scene.stop();
}
