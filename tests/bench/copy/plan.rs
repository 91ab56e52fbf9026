//! The plan of a copy of 500 tables tied by 900 foreign keys, beside pg_dump's look at the same schema.

use std::fmt::Write as _;

use crate::measure::{Comparison, Figure};
use crate::scene::Scene;

const TABLES: usize = 500;
const KEYS: usize = 900;

const PLAYBOOK: &str = "copy.plan { from = from, to = to, tables = { '*.*' }, mode = 'replace' }";

pub fn run(scene: &Scene) {
    let schema = schema();
    let databases = scene.databases("plan", &schema, &schema);
    let keys = format!("(SELECT count(*) FROM pg_constraint WHERE contype = 'f') = {KEYS}");
    let comparison = Comparison::of(
        "plan of 500 tables / pg_dump -s",
        scene.rounds,
        || databases.measure(databases.playbook(PLAYBOOK), &keys),
        || databases.measure(databases.script("pg_dump -s \"$FROM\" >/dev/null"), &keys),
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: None,
    });
}

/// Each table refers to earlier ones, some to two of them.
fn schema() -> String {
    let mut sql =
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n"
            .to_owned();
    let mut keys = 0;
    for table in 0..TABLES {
        let mut columns =
            "id bigserial PRIMARY KEY, name text, at timestamptz DEFAULT now(), doc jsonb"
                .to_owned();
        for (number, parent) in [table / 2, table / 3].into_iter().enumerate() {
            let left = KEYS - keys;
            if table > 0 && left > 0 && (number == 0 || left > TABLES - table - 1) {
                let _ = write!(columns, ", p{number} bigint REFERENCES t{parent}");
                keys += 1;
            }
        }
        let _ = writeln!(
            sql,
            "CREATE TABLE t{table} ({columns}); CREATE TRIGGER nothing BEFORE INSERT ON t{table} FOR EACH ROW EXECUTE FUNCTION nothing();"
        );
    }
    sql
}
