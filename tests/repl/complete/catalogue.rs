//! What stands behind what is offered: names that are read in the background, and found at once.

use std::time::Instant;

use runner::pg::Session;
use runner::repl::catalogue::Catalogue;
use runner::repl::complete::{LuaNames, complete};
use runner::repl::names::{Attached, Kind, Names, Plain, Relation};

use super::with;
use crate::direct;
use crate::support::{Database, PATIENCE, dev, servers};

/// However long the list of names is, a key waits for none of it: only what begins right is looked at.
#[test]
fn completion_does_not_depend_on_how_much_there_is() {
    let columns: Vec<String> = (0..10).map(|number| format!("column_{number}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let relations = (0..10_000).map(|number| {
        Relation::new(
            "public",
            &format!("table_{number:05}"),
            Kind::Table,
            true,
            &columns,
        )
    });
    let names = Names::of(relations.collect(), Vec::new(), Vec::new());
    let lua = LuaNames::default();
    with(&names, &lua, |world| {
        let found = |line: &str| complete(line, line.len(), world).1.len();
        assert_eq!(found("select * from table_0123"), 10);
        assert_eq!(found("select * from table_01234 where col"), 10);
        assert_eq!(found("select * from table_"), 10_000);
    });
}

async fn catalogue(session: &Session) -> Catalogue {
    let catalogue = Catalogue::start(session);
    read_again(&catalogue, 0).await;
    catalogue
}

/// Waits until it has been read more than so many times.
async fn read_again(catalogue: &Catalogue, times: u64) {
    let begun = Instant::now();
    while catalogue.times_read() <= times {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[test]
fn names_are_read_in_the_background_and_again_after_statements_that_change_them() {
    let database = Database::with(
        dev(),
        "CREATE TABLE lat (id int, \"Mixed\" int); CREATE SCHEMA audit; CREATE TABLE audit.log ()",
    );
    direct::run(async {
        let (session, _) = direct::open(&database).await;
        let catalogue = catalogue(&session).await;
        let names = catalogue.names();
        let lat: Vec<_> = names.relations_named("lat").collect();
        assert_eq!(lat[0].columns().collect::<Vec<_>>(), ["id", "Mixed"]);
        assert!(lat[0].visible);
        assert!(!names.relations_named("log").next().unwrap().visible);
        assert_eq!(names.quoted("order"), "\"order\"");
        assert!(
            names
                .settings("work_m")
                .iter()
                .any(|setting| &*setting.name == "work_mem")
        );
        assert!(
            names
                .functions("count")
                .iter()
                .any(|function| &*function.name == "count")
        );
        let times = catalogue.times_read();
        session
            .execute("CREATE TABLE newer (id int)", &[])
            .await
            .unwrap();
        catalogue.ran("CREATE TABLE newer (id int)");
        read_again(&catalogue, times).await;
        assert!(catalogue.names().relations_named("newer").next().is_some());
    });
}

#[test]
fn names_that_are_locked_away_keep_nobody_waiting() {
    let database = Database::with(dev(), "CREATE TABLE lat (id int)");
    direct::run(async {
        let (session, _) = direct::open(&database).await;
        let mut holder = database.session();
        holder.query("BEGIN; LOCK pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE");
        let catalogue = Catalogue::start(&session);
        let is_waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pg_extension'::regclass";
        let begun = Instant::now();
        while holder.query(is_waiting) == "0" {
            assert!(begun.elapsed() < PATIENCE);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(catalogue.names().relations("lat").len(), 0);
        holder.query("ROLLBACK");
        read_again(&catalogue, 0).await;
        assert_eq!(catalogue.names().relations("lat").len(), 1);
    });
}

#[test]
fn what_belongs_to_tables_is_read_from_every_server() {
    let sql = "CREATE TABLE lat (id int CONSTRAINT lat_check CHECK (id > 0));
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER lat_told AFTER INSERT ON lat EXECUTE FUNCTION note();
        CREATE POLICY lat_mine ON lat;
        CREATE RULE lat_quiet AS ON DELETE TO lat DO INSTEAD NOTHING;
        CREATE PROCEDURE tidy(days int) LANGUAGE sql AS 'SELECT 1'";
    for cluster in [dev(), servers::newer()] {
        let database = Database::with(cluster, sql);
        direct::run(async {
            let (session, _) = direct::open(&database).await;
            let names = Names::read(&session, None).await.unwrap();
            for (kind, name) in [
                (Attached::Constraint, "lat_check"),
                (Attached::Trigger, "lat_told"),
                (Attached::Policy, "lat_mine"),
                (Attached::Rule, "lat_quiet"),
            ] {
                let attached = names.attached(kind).iter();
                let found: Vec<_> = attached
                    .map(|named| (&*named.name, &*named.detail))
                    .collect();
                assert_eq!(found, [(name, "lat")]);
            }
            assert_eq!(names.procedures("ti").len(), 1);
            assert_eq!(names.functions("tidy").len(), 0);
            assert!(
                names
                    .plain(Plain::Method, "")
                    .iter()
                    .any(|name| **name == *"gin")
            );
        });
    }
}
