//! Every global is declared, and nothing else is.

use std::collections::BTreeSet;

use super::repository;

#[test]
fn every_global_has_a_declaration_of_its_name() {
    let declared: BTreeSet<String> = std::fs::read_dir(repository("stdlib/meta"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = crate::api::global_names().map(str::to_owned).collect();
    assert_eq!(declared, known);
}

#[test]
fn a_declaration_is_lua_that_defines_its_global() {
    for name in crate::api::global_names() {
        let text = std::fs::read_to_string(repository(&format!("stdlib/meta/{name}.lua"))).unwrap();
        assert!(text.starts_with("---@meta\n"), "{name}");
        let lua = mlua::Lua::new();
        lua.load(&text)
            .set_name(format!("@{name}.lua"))
            .exec()
            .unwrap();
        assert!(
            lua.globals().contains_key(name).unwrap() || name == "null",
            "{name}"
        );
    }
}

#[test]
fn every_declared_function_of_a_table_exists() {
    let machine = super::super::run::bare_machine();
    for name in crate::api::global_names() {
        let text = std::fs::read_to_string(repository(&format!("stdlib/meta/{name}.lua"))).unwrap();
        let declared = mlua::Lua::new();
        declared.load(&text).exec().unwrap();
        let Ok(table) = declared.globals().get::<mlua::Table>(name) else {
            continue;
        };
        let real: mlua::Table = machine.lua().globals().get(name).unwrap();
        let members = |table: &mlua::Table| -> BTreeSet<String> {
            table
                .pairs::<String, mlua::Value>()
                .map(|pair| pair.unwrap().0)
                .collect()
        };
        assert_eq!(members(&table), members(&real), "{name}");
    }
}

#[test]
fn every_method_is_declared_and_every_declared_one_exists() {
    let machine = super::super::run::bare_machine();
    for (file, class, key) in [
        ("connect", "Db", "runner.db"),
        ("tunnel", "Tunnel", "runner.tunnel"),
        ("watermark", "Marks", "runner.marks"),
    ] {
        let text = std::fs::read_to_string(repository(&format!("stdlib/meta/{file}.lua"))).unwrap();
        let opening = format!("function {class}:");
        let declared: BTreeSet<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix(opening.as_str())?.split('(').next())
            .map(str::to_owned)
            .collect();
        let methods: mlua::Table = machine.lua().named_registry_value(key).unwrap();
        let real: BTreeSet<String> = methods
            .pairs::<String, mlua::Value>()
            .map(|pair| pair.unwrap().0)
            .collect();
        assert_eq!(declared, real, "{class}");
    }
}
