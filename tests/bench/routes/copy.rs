//! A COPY from a server behind ssh.

use crate::measure::{Comparison, Figure, Limit};
use crate::scene::Scene;

pub const PLAYBOOK: &str = "copy.tables { from = connect 'from', to = connect('to', { write = true }), tables = { 'bench' }, mode = 'append' }";

/// What psql is given to do, where the environment connects it to the source.
const PIPE: &str = "psql -X -q -c 'COPY bench TO STDOUT (FORMAT binary)' |
  psql -X -q -c 'COPY bench FROM STDIN (FORMAT binary)' \"$TO\"";

const WALL: Figure = Figure {
    name: "wall s",
    get: |figures| figures.wall,
    limit: Some(Limit::Ratio(0.85)),
};
const CPU: Figure = Figure {
    name: "CPU s",
    get: |figures| figures.cpu,
    limit: Some(Limit::Ratio(0.70)),
};
const PEAK: Figure = Figure {
    name: "peak MB",
    get: |figures| figures.peak_mb,
    limit: None,
};

pub fn run(scene: &Scene) {
    let ways = [
        ("TCP", scene.over_tcp(), scene.forwarded_tcp()),
        ("a socket", scene.over_socket(), scene.forwarded_socket()),
    ];
    for (name, target, place) in ways {
        let target = format!("{target}\nssh = \"jump\"");
        let comparison = Comparison::of(
            format!("COPY over ssh and {name}"),
            scene.rounds,
            || scene.fill(scene.rows, scene.runner(&target, PLAYBOOK)),
            || scene.fill(scene.rows, scene.forwarding(&place, PIPE)),
        );
        for figure in [WALL, CPU, PEAK] {
            comparison.print(&figure);
        }
    }
}
