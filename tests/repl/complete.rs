//! What Tab offers, what stands behind the cursor, and that none of it waits for a server.

use std::collections::BTreeMap;
use std::time::Instant;

use runner::pg::Session;
use runner::repl::catalogue::Catalogue;
use runner::repl::complete::{Global, LuaNames, World, complete, signature};
use runner::repl::names::{Kind, Named, Names, Plain, Relation};

use super::{CTRL_C, Screen, TAB};
use crate::direct;
use crate::support::{Database, PATIENCE, Runner, dev, wait_until};

fn named(schema: &str, name: &str, detail: &str) -> Named {
    Named {
        schema: schema.into(),
        name: name.into(),
        visible: schema != "audit",
        detail: detail.into(),
    }
}

/// A server with a bit of everything.
fn names() -> Names {
    let relations = vec![
        Relation::new(
            "public",
            "lat",
            Kind::Table,
            true,
            &["id", "code", "Mixed Case"],
        ),
        Relation::new(
            "public",
            "lat_item",
            Kind::Table,
            true,
            &["id", "lat_id", "amount"],
        ),
        Relation::new("public", "Tab le", Kind::Table, true, &["a"]),
        Relation::new("public", "order", Kind::Table, true, &["total"]),
        Relation::new("public", "lat_seen", Kind::View, true, &["id"]),
        Relation::new("public", "lat_pkey", Kind::Index, true, &[]),
        Relation::new("audit", "log", Kind::Table, false, &["happened", "what"]),
        Relation::new("pg_catalog", "pg_class", Kind::Table, true, &["relname"]),
    ];
    let functions = vec![
        named("pg_catalog", "count", "any"),
        named("public", "latest", "of integer, days integer DEFAULT 7"),
        named("audit", "note", ""),
    ];
    let types = vec![
        named("pg_catalog", "int4", "integer"),
        named("pg_catalog", "interval", "interval"),
        named("audit", "mood", "audit.mood"),
    ];
    Names::of(relations, functions, types)
        .with(Plain::Schema, &["public", "audit", "pg_catalog"])
        .with(Plain::Role, &["alice", "Bob"])
        .with(Plain::Database, &["app"])
        .with_setting("search_path", "")
        .with_setting("work_mem", "")
        .with_setting("wal_compression", "pglz,lz4,off")
        .with_reserved(&["order"])
}

/// What is offered at the `|` of a line.
fn offered(line: &str) -> Vec<String> {
    completed(line).1
}

/// The same, with the text that it takes the place of.
fn completed(line: &str) -> (String, Vec<String>) {
    let names = names();
    let lua = lua();
    with(&names, &lua, |world| {
        let position = line.find('|').unwrap();
        let text = line.replacen('|', "", 1);
        let (start, found) = complete(&text, position, world);
        let found = found.into_iter().map(|candidate| candidate.text).collect();
        (text[start..position].to_owned(), found)
    })
}

fn with<T>(names: &Names, lua: &LuaNames, ask: impl FnOnce(&World) -> T) -> T {
    let files = |prefix: &str| {
        let files = ["fix.sql", "folder/"].iter();
        let fitting = files.filter(|file| file.starts_with(prefix));
        fitting.map(|file| (*file).to_owned()).collect::<Vec<_>>()
    };
    ask(&World {
        names,
        lua,
        targets: &["dev".to_owned(), "prod".to_owned()],
        groups: &["law".to_owned()],
        commands: &["c", "d", "dt", "i", "timing"],
        files: &files,
    })
}

fn lua() -> LuaNames {
    let table = |fields: &[&str]| Global {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        class: None,
    };
    let db = Global {
        fields: Vec::new(),
        class: Some("Db".to_owned()),
    };
    let globals = [
        ("string", table(&["format", "find"])),
        ("connect", table(&[])),
        ("copy", table(&["tables", "plan"])),
        ("db", db.clone()),
        ("other", db),
    ];
    LuaNames {
        globals: globals
            .into_iter()
            .map(|(name, global)| (name.to_owned(), global))
            .collect::<BTreeMap<_, _>>(),
    }
}

#[track_caller]
fn offers(line: &str, expected: &[&str]) {
    assert_eq!(offered(line), expected, "{line}");
}

#[track_caller]
fn has(line: &str, expected: &[&str], not: &[&str]) {
    let found = offered(line);
    for one in expected {
        assert!(
            found.iter().any(|found| found == one),
            "{line}: no {one} in {found:?}"
        );
    }
    for one in not {
        assert!(
            !found.iter().any(|found| found == one),
            "{line}: {one} in {found:?}"
        );
    }
}

#[test]
fn tables_are_offered_where_a_table_comes() {
    offers(
        "select * from la|",
        &["lat", "lat_item", "lat_seen", "lateral"],
    );
    for line in [
        "select * from lat_i|",
        "select 1 from lat join lat_i|",
        "insert into lat_i|",
        "update lat_i|",
        "delete from lat_i|",
        "truncate lat_i|",
        "alter table lat_i|",
        "drop table if exists lat_i|",
        "select * from lat, lat_i|",
        "copy lat_i|",
        "create index on lat_i|",
        "select (select 1 from lat_i|",
        "lock table lat_i|",
        "grant select on lat_i|",
    ] {
        offers(line, &["lat_item"]);
    }
    has(
        "select * from |",
        &["lat", "\"Tab le\"", "audit.", "audit.log"],
        &["pg_class", "pg_catalog.", "lat_pkey"],
    );
    offers("select * from pg_cl|", &["pg_class"]);
    offers("drop view la|", &["lat_seen"]);
    offers("drop index la|", &["lat_pkey"]);
    offers(
        "with lately as (select 1) select * from latel|",
        &["lately"],
    );
}

#[test]
fn a_schema_leads_to_what_is_in_it() {
    offers("select * from audit.|", &["log"]);
    offers("select * from public.lat_i|", &["lat_item"]);
    offers("select audit.n|", &["note("]);
    offers("select 1::audit.|", &["mood"]);
    assert_eq!(completed("select * from audit.l|").0, "l");
}

#[test]
fn columns_are_those_of_the_tables_in_the_statement() {
    offers("select co| from lat", &["code", "count("]);
    offers("select l.co| from lat l", &["code"]);
    offers(
        "select l.| from lat as l join lat_item i on true",
        &["id", "code", "\"Mixed Case\""],
    );
    offers(
        "select * from lat l join lat_item i on l.id = i.la|",
        &["lat_id"],
    );
    offers("select * from lat_item where am|", &["amount"]);
    offers("update lat set co|", &["code", "count("]);
    offers("insert into lat_item (id, am|", &["amount"]);
    offers("select * from audit.log where hap|", &["happened"]);
    offers("select audit.log.wh| from audit.log", &["what"]);
    offers("select 1 from lat_item; select am|", &[]);
    offers("alter table lat_item drop column am|", &["amount"]);
    offers("select * from lat_item order by am|", &["amount"]);
    has(
        "select | from lat",
        &["id", "code", "lat", "case"],
        &["amount", "count("],
    );
}

#[test]
fn names_are_quoted_where_they_must_be_and_case_is_kept() {
    offers("select * from ta|", &["\"Tab le\""]);
    offers("select * from \"Ta|", &["\"Tab le\""]);
    offers("select * from \"ta|", &[]);
    offers("select * from ord|", &["\"order\""]);
    offers("select mix| from lat", &["\"Mixed Case\""]);
    offers("SELECT * FROM lat WH|", &["WHERE"]);
    offers("select * from lat wh|", &["where"]);
    has("SELECT * FROM lat |", &["WHERE", "LEFT JOIN"], &["where"]);
    has("select * from lat |", &["where"], &["WHERE"]);
}

#[test]
fn keywords_are_offered_where_they_may_stand() {
    offers("sel|", &["select"]);
    offers("insert |", &["into"]);
    offers("delete |", &["from"]);
    offers("select * from lat order |", &["by"]);
    offers("select * from lat left |", &["join", "outer join"]);
    has("create |", &["table", "or replace", "index"], &["select"]);
    has(
        "select * from lat where id = 1 |",
        &["and", "order by"],
        &["from"],
    );
    has("update lat |", &["set"], &["where"]);
    has("select id |", &["from", "as"], &[]);
    offers("select 'sel|", &[]);
    offers("select 1 -- sel|", &[]);
    offers("select id as sel|", &[]);
}

#[test]
fn types_settings_roles_and_functions_have_their_places() {
    offers("select '1'::int|", &["integer", "interval"]);
    offers("select cast(1 as integ|", &["integer"]);
    offers("set work|", &["work_mem"]);
    offers("show wal|", &["wal_compression"]);
    offers("set wal_compression = l|", &["lz4"]);
    offers(
        "set wal_compression to |",
        &["pglz", "lz4", "off", "default"],
    );
    offers("set search_path = aud|", &["audit"]);
    offers("set role al|", &["alice"]);
    offers("grant select on lat to |", &["alice", "\"Bob\""]);
    offers("alter table lat owner to al|", &["alice"]);
    offers("select lates|", &["latest("]);
    offers("drop schema au|", &["audit"]);
}

#[test]
fn commands_are_offered_with_what_they_take() {
    offers("\\d|", &["\\d", "\\dt"]);
    offers("\\c |", &["dev", "prod"]);
    offers("\\c pr|", &["prod"]);
    offers("\\d lat_s|", &["lat_seen"]);
    offers("\\dt+ lat_|", &["lat_item"]);
    offers("\\d audit.|", &["audit.log"]);
    offers("\\d \"Ta|", &["\"Tab le\""]);
    offers("\\di la|", &["lat_pkey"]);
    offers("\\dn au|", &["audit"]);
    offers("\\du al|", &["alice"]);
    offers("\\df late|", &["latest"]);
    offers("\\i f|", &["fix.sql", "folder/"]);
    offers("\\timing |", &[]);
}

#[test]
fn lua_is_completed_by_what_it_knows() {
    offers("con|", &["connect"]);
    offers("string.f|", &["find", "format"]);
    has("db:|", &["query", "execute"], &["format"]);
    has("other:que|", &["query"], &["execute"]);
    has("copy.ta|", &["tables"], &["plan"]);
    has("local x = whi|", &["while"], &[]);
    offers("x = 1.|", &[]);
    offers("-- con|", &[]);
}

#[test]
fn options_are_offered_inside_of_the_table_of_a_call() {
    has(
        "copy.tables { |",
        &["from = ", "to = ", "mode = "],
        &["connect"],
    );
    has(
        "copy.tables { from = db, |",
        &["to = ", "tables = "],
        &["from = "],
    );
    has("copy.tables({ mo|", &["mode = "], &["to = "]);
    offers("copy.tables { mode = \"up|", &["upsert"]);
    offers("copy.tables { tables = { \"lat_i|", &["lat_item"]);
    offers("copy.tables { tables = { \"group:|", &["group:law"]);
    offers("copy.tables { tables = \"gro|", &["group:law"]);
    has(
        "copy.tables { from = co|",
        &["connect", "copy"],
        &["columns = "],
    );
}

#[test]
fn strings_name_targets_files_and_sql() {
    offers("connect \"pr|", &["prod"]);
    offers("connect(\"|", &["dev", "prod"]);
    offers("copy.tables { from = connect \"d|", &["dev"]);
    offers("io.open \"fi|", &["fix.sql"]);
    offers("db:query \"select * from lat_i|", &["lat_item"]);
    offers("db:query [[select am| from lat_item]]", &[]);
    offers("db:query [[select * from lat_item where am|", &["amount"]);
}

#[test]
fn the_arguments_of_a_function_are_told_while_they_are_typed() {
    let (names, lua) = (names(), lua());
    with(&names, &lua, |world| {
        let told = |line| signature(line, world).unwrap_or_default();
        assert_eq!(
            told("select latest("),
            "latest(of integer, days integer DEFAULT 7)"
        );
        assert_eq!(told("select latest(1) "), "");
        let left = told("copy.tables { from = db, ");
        assert!(left.starts_with("to, "), "{left}");
        assert!(
            told("connect(").starts_with("connect("),
            "{}",
            told("connect(")
        );
    });
}

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
fn tab_completes_at_the_prompt_and_twice_lists() {
    let sql = "CREATE TABLE zebra_one (zoo_stripes int); CREATE TABLE zebra_two (zoo_stripes int)";
    let database = Database::with(dev(), sql);
    let runner = Runner::new().target("dev", &database);
    let mut screen = Screen::start(runner, &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    // The names come when they come.
    wait_until("the names are known", || {
        screen.keys(&format!("select * from zeb{TAB}!"));
        screen.wait_for("the keys have been seen", |text| text.ends_with('!'));
        let known = screen.last_line().contains("zebra_");
        screen.keys(CTRL_C);
        screen.wait_prompt("dev=>");
        known
    });
    screen.keys(&format!("select * from zeb{TAB}{TAB}"));
    screen.wait_for("both are listed", |text| {
        text.contains("zebra_one") && text.contains("zebra_two")
    });
    screen.keys(&format!("o{TAB} where zoo_{TAB} is null;"));
    screen.wait_text("select * from zebra_one where zoo_stripes is null;");
    screen.keys(CTRL_C);
    screen.wait_prompt("dev=>");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn what_was_typed_before_is_hinted_and_the_arguments_of_a_function() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    assert_eq!(screen.answer("'rare ' .. 'words'", "runner>"), "rare words");
    screen.keys("'rar");
    let hinted = "runner> 'rare ' .. 'words'";
    screen.wait_for("the line before is hinted", |text| {
        text.lines().last() == Some(hinted)
    });
    screen.keys(CTRL_C);
    screen.wait_prompt("runner>");
    screen.keys("connect(");
    screen.wait_text("connect(target");
    screen.keys(CTRL_C);
    screen.wait_prompt("runner>");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
}

#[test]
fn what_is_typed_is_coloured_unless_no_colour_is_wanted() {
    for coloured in [true, false] {
        let mut runner = Runner::new();
        if !coloured {
            runner = runner.env("NO_COLOR", "1");
        }
        let mut screen = Screen::start(runner, &[]);
        screen.wait_prompt("runner>");
        screen.keys("local seen = 'x'");
        screen.wait_text("local seen = 'x'");
        screen.keys(CTRL_C);
        screen.wait_prompt("runner>");
        assert_eq!(screen.bytes().contains("\x1b[1;34mlocal"), coloured);
        screen.type_line("\\q");
        assert_eq!(screen.finish().0, 0);
    }
}
