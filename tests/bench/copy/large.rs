//! One table of a gigabyte.

use crate::measure::{Comparison, Figure, Limit, from_env};
use crate::scene::{Databases, Scene};
use crate::table;

const PLAYBOOK: &str =
    "copy.tables { from = from, to = to, tables = { 'bench' }, mode = 'append' }";

/// Another program, the script that runs it, and the most that our wall time and CPU time may be of its.
struct Other {
    name: &'static str,
    script: &'static str,
    wall: f64,
    cpu: Option<f64>,
}

const OTHERS: [Other; 4] = [
    Other {
        name: "psql binary | psql",
        script: "psql -X -q -c 'COPY bench TO STDOUT (FORMAT binary)' \"$FROM\" |
          psql -X -q -c 'COPY bench FROM STDIN (FORMAT binary)' \"$TO\"",
        wall: 0.9,
        cpu: Some(0.6),
    },
    Other {
        name: "pg_dump -Fc | pg_restore",
        script: "pg_dump -Fc -a -t bench \"$FROM\" | pg_restore -a -d \"$TO\"",
        wall: 0.35,
        cpu: None,
    },
    Other {
        name: "pg_dump -Fc -Z0 | pg_restore",
        script: "pg_dump -Fc -Z0 -a -t bench \"$FROM\" | pg_restore -a -d \"$TO\"",
        wall: 0.5,
        cpu: None,
    },
    Other {
        name: "pgcopydb copy table-data",
        script: "rm -rf \"$SCRATCH/pgcopydb\"
          pgcopydb copy table-data --dir \"$SCRATCH/pgcopydb\" --source \"$FROM\" --target \"$TO\" >\"$SCRATCH/log\" 2>&1",
        wall: 0.9,
        cpu: None,
    },
];

pub fn run(scene: &Scene) {
    let rows = from_env("BENCH_ROWS", table::ROWS);
    let databases = scene.databases("large", &table::filled(rows).join(";\n"), table::SCHEMA);
    for other in OTHERS {
        if other.name.starts_with("pgcopydb") && !is_installed("pgcopydb") {
            say_missing(other.name);
            continue;
        }
        compare(&databases, rows, &other);
    }
}

fn compare(databases: &Databases, rows: u64, other: &Other) {
    let arrived = format!("(SELECT count(*) FROM bench) = {rows}");
    let run = |command| {
        databases.on_target("TRUNCATE bench");
        databases.measure(command, &arrived)
    };
    let comparison = Comparison::of(
        format!("1 GB / {}", other.name),
        databases.scene.rounds,
        || run(databases.playbook(PLAYBOOK)),
        || run(databases.script(other.script)),
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(other.wall)),
    });
    comparison.print(&Figure {
        name: "CPU s",
        get: |figures| figures.cpu,
        limit: other.cpu.map(Limit::Ratio),
    });
    comparison.print(&Figure {
        name: "peak MB",
        get: |figures| figures.peak_mb,
        limit: None,
    });
}

fn is_installed(program: &str) -> bool {
    let found = std::process::Command::new(program)
        .arg("--version")
        .output();
    found.is_ok_and(|output| output.status.success())
}

#[expect(clippy::print_stderr, reason = "a benchmark says what it leaves out")]
fn say_missing(name: &str) {
    eprintln!("left out: {name} is not installed");
}
