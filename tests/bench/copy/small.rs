//! Two hundred tables of a thousand rows, beside one pair of psql for each, one after the other.

use crate::measure::{Comparison, Figure, Limit};
use crate::scene::Scene;

const TABLES: u32 = 200;

const PLAYBOOK: &str = "copy.tables { from = from, to = to, mode = 'replace' }";

const SCRIPT: &str = "for i in $(seq TABLES); do
  psql -X -q -c \"COPY t$i TO STDOUT\" \"$FROM\" | psql -X -q -1 -c \"TRUNCATE t$i\" -c \"COPY t$i FROM STDIN\" \"$TO\"
done";

pub fn run(scene: &Scene) {
    let all = |statement: &str| -> String {
        let one = |number: u32| statement.replace('#', &number.to_string());
        (1..=TABLES).map(one).collect()
    };
    let schema = all("CREATE TABLE t# (id integer PRIMARY KEY, name text, at timestamptz);\n");
    let rows = all(
        "INSERT INTO t# SELECT i, 'name ' || i, timestamptz '2026-01-01' + i * interval '1 min' FROM generate_series(1, 1000) i;\n",
    );
    let databases = scene.databases("small", &format!("{schema}{rows}ANALYZE"), &schema);
    let counts = all("(SELECT count(*) FROM t#) + ") + "0";
    let arrived = format!("{counts} = {}", TABLES * 1000);
    let comparison = Comparison::of(
        "200 tables / a psql | psql for each",
        scene.rounds,
        || databases.measure(databases.playbook(PLAYBOOK), &arrived),
        || {
            let script = SCRIPT.replace("TABLES", &TABLES.to_string());
            databases.measure(databases.script(&script), &arrived)
        },
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(0.2)),
    });
    comparison.print(&Figure {
        name: "peak MB",
        get: |figures| figures.peak_mb,
        limit: None,
    });
}
