//! Round trips, and sessions until they stand.

use std::process::Command;

use crate::measure::{Comparison, Figure, Figures, Limit, measure};
use crate::scene::{Forward, Scene};
use crate::support::must;

const STATEMENTS: u32 = 3000;
/// How often a session is opened for one figure.
const SESSIONS: u32 = 5;

const ROUND_TRIP: Figure = Figure {
    name: "ms",
    get: |figures| figures.wall * 1000.0,
    limit: Some(Limit::Ratio(1.2)),
};
const SET_UP: Figure = ROUND_TRIP;

/// A way to the server that libpq can go, too.
struct Way {
    name: &'static str,
    /// The words of the target.
    target: String,
    /// Where libpq connects to, or has ssh connect to.
    place: String,
    ssh: bool,
}

fn ways(scene: &Scene) -> [Way; 4] {
    let way = |name, ssh: bool, (target, place): (String, String)| Way {
        name,
        target: if ssh {
            format!("{target}\nssh = \"jump\"")
        } else {
            target
        },
        place,
        ssh,
    };
    let tcp = || (scene.over_tcp(), scene.forwarded_tcp());
    let socket = || (scene.over_socket(), scene.forwarded_socket());
    [
        way("TCP", false, tcp()),
        way("a socket", false, socket()),
        way("ssh and TCP", true, tcp()),
        way("ssh and a socket", true, socket()),
    ]
}

/// A statement of many in one session: `db:value` beside pgbench.
pub fn round_trips(scene: &Scene) {
    for way in ways(scene) {
        let forward = way.ssh.then(|| Forward::to(&way.place));
        let comparison = Comparison::of(
            format!("SELECT 1 over {}", way.name),
            scene.rounds,
            || statement(scene, &way.target),
            || pgbench(scene, &way, forward.as_ref()),
        );
        comparison.print(&ROUND_TRIP);
    }
}

/// By the server's clock, as Lua has none.
fn statement(scene: &Scene, target: &str) -> Figures {
    let clock = "db:value 'SELECT extract(epoch FROM clock_timestamp())::float8'";
    let playbook = format!(
        "local db = connect('from', {{ write = true }})
        local begun = {clock}
        for i = 1, {STATEMENTS} do db:value 'SELECT 1' end
        print({clock} - begun)"
    );
    let printed = must(&mut scene.runner(target, &playbook));
    seconds(printed.trim().parse::<f64>().unwrap() / f64::from(STATEMENTS))
}

fn pgbench(scene: &Scene, way: &Way, forward: Option<&Forward>) -> Figures {
    let mut pgbench = client(scene, "pgbench", way, forward);
    let statements = STATEMENTS.to_string();
    pgbench
        .args(["-n", "-t", &statements, "-f"])
        .arg(scene.file("select.sql", "SELECT 1;\n"));
    let printed = must(&mut pgbench);
    let average = printed
        .split_once("latency average = ")
        .and_then(|(_, rest)| rest.split_once(" ms"))
        .unwrap_or_else(|| panic!("pgbench printed\n{printed}"));
    seconds(average.0.parse::<f64>().unwrap() / 1000.0)
}

fn client(scene: &Scene, program: &str, way: &Way, forward: Option<&Forward>) -> Command {
    let port = forward.map_or(scene.from.port(), |forward| forward.port);
    let mut client = scene.client(program, port);
    if forward.is_none() && way.place.starts_with('/') {
        client.env("PGHOST", scene.from.socket_folder());
    }
    client
}

fn seconds(wall: f64) -> Figures {
    Figures {
        wall,
        cpu: 0.0,
        peak_mb: 0.0,
    }
}

/// The whole of a program that opens one session and runs a statement.
pub fn set_up(scene: &Scene) {
    for way in ways(scene) {
        let comparison = Comparison::of(
            format!("a session over {}", way.name),
            scene.rounds,
            || often(|| scene.runner(&way.target, "connect('from'):value 'SELECT 1'")),
            || often(|| session_of_psql(scene, &way)),
        );
        comparison.print(&SET_UP);
    }
}

fn often(command: impl Fn() -> Command) -> Figures {
    let walls = (0..SESSIONS).map(|_| measure(command()).wall);
    seconds(walls.sum::<f64>() / f64::from(SESSIONS))
}

fn session_of_psql(scene: &Scene, way: &Way) -> Command {
    if !way.ssh {
        let mut psql = client(scene, "psql", way, None);
        psql.args(["-X", "-q", "-o", "/dev/null", "-c", "SELECT 1"]);
        return psql;
    }
    scene.forwarding(&way.place, "psql -X -q -o /dev/null -c 'SELECT 1'")
}
