//! Every global is declared, and nothing else is.

use std::collections::BTreeSet;

use crate::docs::{self, Kind, META};

/// The classes whose methods are in the registry, by where they are kept.
const CLASSES: [(&str, &str); 6] = [
    ("Db", "runner.db"),
    ("Tunnel", "runner.tunnel"),
    ("Marks", "runner.marks"),
    ("Host", "runner.host"),
    ("Container", "runner.container"),
    ("Compose", "runner.compose"),
];

/// The last parts of the declared names.
fn declared_members(owner: &str) -> BTreeSet<String> {
    let members = docs::members(owner);
    let last = |name: &str| name.rsplit(['.', ':']).next().map(str::to_owned);
    members.filter_map(|entry| last(&entry.name)).collect()
}

fn keys(table: &mlua::Table) -> BTreeSet<String> {
    let pairs = table.pairs::<String, mlua::Value>();
    pairs.map(|pair| pair.unwrap().0).collect()
}

#[test]
fn every_global_has_a_declaration_of_its_name() {
    let declared: BTreeSet<&str> = META.iter().map(|(name, _)| *name).collect();
    let known: BTreeSet<&str> = crate::api::global_names().collect();
    assert_eq!(declared, known);
    for name in known {
        assert!(
            docs::lookup(name).is_some_and(|entry| entry.name == name),
            "{name}"
        );
    }
}

#[test]
fn a_declaration_is_lua_that_defines_its_global() {
    for (name, text) in META {
        assert!(text.starts_with("---@meta\n"), "{name}");
        let lua = mlua::Lua::new();
        lua.load(*text)
            .set_name(format!("@{name}.lua"))
            .exec()
            .unwrap();
        assert!(
            lua.globals().contains_key(*name).unwrap() || *name == "null",
            "{name}"
        );
    }
}

#[test]
fn every_declared_function_of_a_table_exists_and_every_one_is_declared() {
    let machine = super::super::run::bare_machine();
    for entry in docs::entries() {
        if entry.kind != Kind::Module {
            continue;
        }
        let real: mlua::Table = machine.lua().globals().get(entry.name.as_str()).unwrap();
        assert_eq!(declared_members(&entry.name), keys(&real), "{}", entry.name);
    }
}

#[test]
fn every_method_is_declared_and_every_declared_one_exists() {
    let machine = super::super::run::bare_machine();
    for (class, key) in CLASSES {
        let methods: mlua::Table = machine.lua().named_registry_value(key).unwrap();
        assert_eq!(declared_members(class), keys(&methods), "{class}");
    }
    let methods = docs::entries()
        .iter()
        .filter(|entry| entry.kind == Kind::Method);
    for entry in methods {
        let owner = entry.owner().unwrap();
        assert!(
            CLASSES.iter().any(|(class, _)| *class == owner),
            "{}",
            entry.name
        );
    }
}

/// What the options of a call are is held by `Options::finish` wherever a test reads some.
#[test]
fn options_that_are_not_declared_are_found_when_they_are_read() {
    let lua = mlua::Lua::new();
    let options = |call, text: &str| {
        let table = lua.load(text).eval().unwrap();
        crate::host::options::Options::new(call, table)
    };
    let few = options("retry", "{}");
    few.integer("times").unwrap();
    let error = few.finish().unwrap_err();
    assert_eq!(
        error.message(),
        "`retry`: option `delay` is declared and not read"
    );
    let many = options("retry", "{}");
    for name in ["times", "delay", "patience"] {
        many.value(name).unwrap();
    }
    let error = many.finish().unwrap_err();
    assert_eq!(
        error.message(),
        "`retry`: option `patience` is read and not declared"
    );
}
