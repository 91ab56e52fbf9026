//! The programs of PostgreSQL through a tunnel, by every kind of way: the same comes out at the other end.

use super::{PSQL, around, dump, without_marks};
use crate::support::{Container, Database, Runner, container, dev};

const ROWS: &str = "
    CREATE TABLE law (id integer PRIMARY KEY, body text, image bytea);
    INSERT INTO law SELECT i, repeat(md5(i::text), 20), decode(md5(i::text), 'hex') FROM generate_series(1, 2000) AS i;";

/// psql, pg_dump and pgbench all the way to `database`, and a lot of data both ways.
#[track_caller]
fn all_programs_pass(database: &Database, runner: impl Fn() -> Runner) {
    let dumped = around(runner(), "pg_dump").success().stdout;
    assert_eq!(without_marks(&dumped), without_marks(&dump(database)));
    // 13 MB there, and back.
    let script = format!(
        "set -e
         {PSQL} -c 'CREATE TABLE big (line text)'
         i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); echo \"line $i of those that go there and come back ... $i\"; done >there
         {PSQL} -c '\\copy big FROM there'
         {PSQL} -c '\\copy big TO back'
         cmp there back; rm there back
         {PSQL} -c 'SELECT count(*) FROM big; DROP TABLE big'
         pgbench -iq 2>init || {{ cat init; exit 1; }}
         pgbench -c 5 -t 5 2>&1 | grep -o 'processed: .*'"
    );
    let ran = around(runner(), &script)
        .stdout("200000\nprocessed: 25/25\n")
        .success();
    ran.assert_left();
    database.assert_left();
}

#[test]
fn directly() {
    let database = Database::with(dev(), ROWS);
    all_programs_pass(&database, || Runner::new().target("prod", &database));
}

#[test]
fn to_a_socket_of_this_machine() {
    let database = Database::with(dev(), ROWS);
    let url = database.socket_url();
    all_programs_pass(&database, || {
        Runner::new().toml(&format!("[targets.prod]\nurl = \"{url}\""))
    });
}

#[test]
fn over_ssh() {
    let database = Database::with(dev(), ROWS);
    all_programs_pass(&database, || {
        Runner::new()
            .target("prod", &database)
            .toml("ssh = \"jump\"")
            .over_ssh()
    });
}

#[test]
fn into_a_container_here() {
    let container: &'static Container = Box::leak(Box::new(Container::start(&[])));
    let database = Database::with(container, ROWS);
    all_programs_pass(&database, || {
        Runner::new().local_container_target("prod", &database)
    });
    crate::support::wait_until("no relay is left in the container", || {
        !container.processes().contains("RUNNER_OK")
    });
}

#[test]
fn into_a_container_behind_ssh() {
    let database = Database::with(container(), ROWS);
    all_programs_pass(&database, || {
        Runner::new().container_target("prod", &database)
    });
}
