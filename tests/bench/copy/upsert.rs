//! 100,000 changed rows in a table of 1,000,000, beside a file of as many `INSERT ... ON CONFLICT` through psql.

use crate::measure::{Comparison, Figure, Limit, from_env};
use crate::scene::Scene;
use crate::table;

const ROWS: u64 = 1_000_000;

/// What has changed is told by its time, as the file's writer did.
const PLAYBOOK: &str = "local marks = watermark.open { db = to, name = 'bench' }
local changed = marks:changed(from, 'bench', { column = 'at', since = '2027-01-01' })
copy.tables { from = changed, to = to, mode = 'upsert' }";

/// Writes the file, which is not measured.
const FILE: &str = "psql -X -q -At -c \"SELECT 'BEGIN;' UNION ALL
  (SELECT format('INSERT INTO bench (id, name, at, doc, amount) VALUES (%s, %L, %L, %L, %s) ON CONFLICT (id) DO UPDATE SET
     name = EXCLUDED.name, at = EXCLUDED.at, doc = EXCLUDED.doc, amount = EXCLUDED.amount;', id, name, at, doc, amount)
     FROM bench WHERE at >= '2027-01-01' ORDER BY id) UNION ALL SELECT 'COMMIT;'\" \"$FROM\" >\"$SCRATCH/delta.sql\"";

const SCRIPT: &str = "psql -X -q -v ON_ERROR_STOP=1 -f \"$SCRATCH/delta.sql\" \"$TO\"";

pub fn run(scene: &Scene) {
    let rows = from_env("BENCH_ROWS", ROWS);
    let filled = table::filled(rows).join(";\n");
    let change = "UPDATE bench SET name = name || ' again', at = '2027-01-01' WHERE id % 10 = 0; VACUUM ANALYZE bench";
    let databases = scene.databases("upsert", &format!("{filled};\n{change}"), &filled);
    databases.on_target("CREATE TABLE before AS SELECT * FROM bench WHERE id % 10 = 0; CREATE UNIQUE INDEX ON before (id)");
    assert!(databases.script(FILE).status().unwrap().success());
    let arrived = format!(
        "(SELECT count(*) FROM bench WHERE name LIKE '% again') = {}",
        rows / 10
    );
    let run = |command| {
        // Every round finds the table in the same shape.
        databases.on_target(
            "UPDATE bench SET name = b.name, at = b.at FROM before AS b WHERE b.id = bench.id AND bench.at = '2027-01-01'",
        );
        databases.on_target("VACUUM FULL bench");
        databases.on_target("VACUUM ANALYZE bench");
        databases.measure(command, &arrived)
    };
    let comparison = Comparison::of(
        "upsert of a tenth / INSERT ON CONFLICT",
        scene.rounds,
        || run(databases.playbook(PLAYBOOK)),
        || run(databases.script(SCRIPT)),
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(0.1)),
    });
    comparison.print(&Figure {
        name: "peak MB",
        get: |figures| figures.peak_mb,
        limit: None,
    });
}
