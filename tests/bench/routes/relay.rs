//! A COPY out of a container by each relay, beside psql run in the container.

use crate::copy::PLAYBOOK;
use crate::measure::{Comparison, Figure, Limit};
use crate::scene::Scene;
use crate::support::{Container, must};
use crate::table;

/// So much less than what is copied elsewhere: containers are slower, and there are several.
const SHARE: u64 = 2;

/// What copies by itself. `ssh` runs its words through a shell of the host.
const PIPE: &str = r#"
ssh -F "$SSH_CONFIG" -c "$CIPHER" jump \
  docker exec -i "$CONTAINER" /srv/bin/psql -X -q -c "'COPY bench TO STDOUT (FORMAT binary)'" </dev/null |
  psql -X -q -c 'COPY bench FROM STDIN (FORMAT binary)' "$TO"
"#;

pub fn run(scene: &Scene) {
    relay(scene, "perl", &["perl"], 1.0);
    relay(scene, "python3", &["python3"], 1.0);
    relay(scene, "bash", &["bash", "cat"], 1.0);
    relay(scene, "nc", &["sh", "nc"], 1.0 / 0.7);
}

/// Measures the relay of an image with these programs only, which may take `limit` times as long.
fn relay(scene: &Scene, name: &str, programs: &[&str], limit: f64) {
    // bash knows no sockets.
    let settings = ["-c", "listen_addresses=127.0.0.1"];
    let container = Container::with_only(programs, &[], &settings);
    let rows = scene.rows / SHARE;
    for sql in table::filled(rows) {
        must(container.client("psql", "postgres").args(["-c", &sql]));
    }
    let container = container.name();
    let target = format!(
        "docker = \"{container}\"\nuser = \"postgres\"\ndatabase = \"postgres\"\nssh = \"no-sockets\""
    );
    let comparison = Comparison::of(
        format!("COPY through {name} / docker exec psql"),
        scene.rounds,
        || scene.fill(rows, scene.runner(&target, PLAYBOOK)),
        || {
            let mut pipe = scene.script(PIPE);
            pipe.env("CONTAINER", container);
            scene.fill(rows, pipe)
        },
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(limit)),
    });
}
