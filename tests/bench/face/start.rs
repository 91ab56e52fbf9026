//! From the command to its end, with nothing or little to do.

use std::process::Command;

use crate::WALL;
use crate::measure::{Comparison, Figure, Limit, measure};
use crate::scene::Scene;

pub fn run(scene: &Scene) {
    let empty = Comparison::of(
        "an empty playbook / psql -c ''",
        scene.rounds * 4,
        || measure(scene.playbook("empty.lua", "")),
        || measure(scene.psql_runs("")),
    );
    empty.print(&Figure {
        limit: Some(Limit::Ours(0.010)),
        ..WALL
    });
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
        || measure(scene.psql_runs("SELECT 1")),
    );
    connected.print(&WALL);
}
