//! What Tab offers in Lua, in its strings, and behind backslash commands.

use runner::repl::complete::signature;

use super::{has, lua_names, names, offers, with};

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
    let (names, lua) = (names(), lua_names());
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
