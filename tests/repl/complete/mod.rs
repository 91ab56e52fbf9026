//! What Tab offers, what stands behind the cursor, and that none of it waits for a server.

mod catalogue;
mod keys;
mod lua;
mod odd;
mod queries;
mod statements;

use std::collections::BTreeMap;

use runner::repl::complete::{Global, LuaNames, World, complete};
use runner::repl::names::{Attached, Kind, Named, Names, Plain, Relation};

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
        .with(Plain::Method, &["btree", "gin"])
        .with(Plain::Available, &["hstore"])
        .with_named(None, "tidy", "days integer")
        .with_named(Some(Attached::Constraint), "lat_code_key", "lat")
        .with_named(Some(Attached::Constraint), "log_check", "log")
        .with_named(Some(Attached::Trigger), "lat_told", "lat")
        .with_named(Some(Attached::Policy), "lat_mine", "lat")
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
    let lua = lua_names();
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

fn lua_names() -> LuaNames {
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
