//! A standby as the source: it is read in one snapshot by several workers, and nothing is written there.

use super::*;
use crate::servers::standby::{PRIMARY, STANDBY, password};
use crate::support::{Runner, output, wait_until};

const SCHEMA: &str = "CREATE TABLE p (id serial PRIMARY KEY, n text);
    CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, n text);
    CREATE TABLE parts (id int PRIMARY KEY, n text) PARTITION BY RANGE (id);
    CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);
    CREATE TABLE part_2 PARTITION OF parts DEFAULT;
    CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM c";
const ROWS: &str =
    "INSERT INTO p (n) SELECT repeat(md5(g::text), 20) FROM generate_series(1, 3000) g;
    INSERT INTO c SELECT g, g % 100 + 1, g FROM generate_series(1, 1000) g;
    INSERT INTO parts SELECT g, g FROM generate_series(1, 1000) g; REFRESH MATERIALIZED VIEW m";
const ROLE: &str =
    "CREATE ROLE standby_reader LOGIN PASSWORD 'pw'; GRANT pg_read_all_data TO standby_reader";

/// Waits until the standby has all that the primary has written.
fn caught_up(database: &Database) {
    let end = database.query("SELECT pg_current_wal_lsn()");
    let question = format!("SELECT pg_last_wal_replay_lsn() >= '{end}'");
    let port = STANDBY.to_string();
    wait_until("the standby has what the primary has written", || {
        let mut psql = PRIMARY.client("psql", "postgres");
        psql.env("PGPASSWORD", password());
        psql.args(["-XAtc", &question, "-h", "127.0.0.1", "-p", &port]);
        output(&mut psql).stdout == b"t\n"
    });
}

/// A run with `to` on the primary's neighbour and `from` at the standby, as superuser and as one who may only read.
fn runs(primary: &Database, to: &Database) -> [Runner; 2] {
    caught_up(primary);
    let roles = [
        ("postgres", password()),
        ("standby_reader", "pw".to_owned()),
    ];
    roles.map(|(role, password)| {
        let place = format!("127.0.0.1:{}/{}", *STANDBY, primary.name());
        Runner::new().target("to", to).toml(&format!(
            "[targets.from]\nurl = \"postgres://{role}:{password}@{place}\""
        ))
    })
}

/// The role belongs to the whole server, and so to every test.
fn make_role(primary: &Database) {
    primary.query(&format!(
        "SET client_min_messages = error; DO $$ BEGIN {ROLE}; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    ));
}

#[test]
fn a_standby_is_copied_planned_compared_and_exported_from() {
    let from = Database::with(&*PRIMARY, &format!("{SCHEMA}; {ROWS}"));
    make_role(&from);
    let to = Database::with(prod(), SCHEMA);
    for run in runs(&from, &to) {
        let ran = run
            .playbook(
                "local from, to = connect 'from', connect('to', { write = true })
                 print(copy.plan({ from = from, to = to, tables = '*.*', mode = 'replace' }).refused[1])
                 for _, mode in ipairs { 'replace', 'upsert', 'mirror' } do
                   local r = copy.tables { from = from, to = to, tables = '*.*', mode = mode, jobs = 3, verify = 'content' }
                   print(mode, r.rows)
                 end
                 copy.tables { from = from, to = to, tables = '*.*', mode = 'replace', jobs = 3, atomic = 'staged' }
                 print(verify.tables({ from = from, to = to, tables = '*.*', by = 'content' })[1].ok)
                 to:execute 'TRUNCATE p, c'
                 local few = { from = from, to = to, mode = 'append', roots = { c = 'id <= 10' } }
                 print(copy.plan(few).rows, copy.subset(few).rows)
                 print(copy.tables({ from = from, to = to, tables = 'parts', mode = 'replace', limit = 7 }).rows)
                 copy.tables { from = from, to = to, tables = '*.*', mode = 'replace', mask = { c = { n = { mask = 'hash' } } } }
                 print(copy.export({ from = from, tables = '*', to = 'out/', format = 'csv' }).rows)
                 from:snapshot(function(snapshot)
                   print(copy.export({ from = snapshot, table = 'c', to = 'c.jsonl' }).rows)
                   print(copy.tables({ from = snapshot, to = to, tables = { 'p', 'c' }, mode = 'replace', jobs = 2 }).rows)
                 end)",
            )
            .success();
        assert_eq!(
            ran.stdout,
            "nil\nreplace\t5000\nupsert\t5000\nmirror\t0\ntrue\n20\t20\n7\n5000\n1000\n4000\n"
        );
        let position = "SELECT last_value, is_called FROM p_id_seq";
        assert_eq!(to.query(position), from.query(position));
        assert_eq!(to.query("SELECT n FROM m"), "1000");
        assert_eq!(
            to.query("SELECT sum(hashtextextended(c::text, 0)) FROM c"),
            from.query("SELECT sum(hashtextextended(c::text, 0)) FROM c")
        );
    }
}

#[test]
fn an_unlogged_table_is_refused_at_a_standby_and_the_others_arrive() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY); CREATE UNLOGGED TABLE quick (id int);
        CREATE TABLE parts (id int) PARTITION BY LIST (id);
        CREATE UNLOGGED TABLE part_1 PARTITION OF parts FOR VALUES IN (1)";
    let rows =
        "INSERT INTO p VALUES (1); INSERT INTO quick VALUES (1); INSERT INTO parts VALUES (1)";
    let from = Database::with(&*PRIMARY, &format!("{schema}; {rows}"));
    make_role(&from);
    let to = Database::with(prod(), &format!("{schema}; INSERT INTO quick VALUES (7)"));
    for run in runs(&from, &to) {
        run.playbook(
            "local from, to = connect 'from', connect('to', { write = true })
             for _, r in ipairs(copy.plan({ from = from, to = to, mode = 'replace' }).refused) do print(r.table) end
             print(pcall(copy.export, { from = from, table = 'quick', to = 'quick.csv' }))
             copy.tables { from = from, to = to, mode = 'replace' }",
        )
        .stdout_has("parts\nquick\nfalse\t")
        .stdout_has(
            "`quick` is unlogged, and `from` is a standby, which does not have its rows; copy it from the primary, or leave it out",
        )
        .stderr_has("complete: `p`")
        .code(1);
        assert_eq!(to.query("SELECT id FROM quick; SELECT id FROM p"), "7\n1");
    }
}
