//! The rules of the house that the compiler does not know: who stands on whom, and what becomes SQL.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer, and the layers it may know. The ground floor is everybody's.
const STANDS_ON: &[(&str, &[&str])] = &[
    ("cli", &["api", "host", "pg", "sandbox", "ui"]),
    (
        "api",
        &[
            "host",
            "copy",
            "trigger",
            "watermark",
            "pg",
            "machine",
            "ssh",
            "webhook",
        ],
    ),
    ("host", &[]),
    ("sandbox", &["pg"]),
    ("machine", &["ssh"]),
    ("copy", &["trigger", "pg"]),
    ("watermark", &["pg"]),
    ("trigger", &["pg"]),
    ("pg", &["route"]),
    ("route", &["ssh"]),
    ("ssh", &[]),
    ("webhook", &[]),
    ("ui", &[]),
    ("config", &[]),
];
const GROUND_FLOOR: &[&str] = &["config", "human", "interrupt", "progress"];
const KNOW_LUA: &[&str] = &["api", "host"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files
}

/// The layers that a file names as `crate::layer`.
fn named(text: &str) -> BTreeSet<&str> {
    let after = text.split("crate::").skip(1);
    after
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_layer_knows_only_those_below_it() {
    let folders: BTreeSet<String> = fs::read_dir(source())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("sql"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = STANDS_ON
        .iter()
        .map(|(layer, _)| (*layer).to_owned())
        .collect();
    assert_eq!(folders, listed);

    for (layer, below) in STANDS_ON {
        for file in files_below(&source().join(layer), "rs") {
            let text = fs::read_to_string(&file).unwrap();
            for name in named(&text) {
                let allowed =
                    name == *layer || below.contains(&name) || GROUND_FLOOR.contains(&name);
                assert!(allowed, "{} knows `{name}`", file.display());
            }
        }
    }
}

#[test]
fn only_the_lua_layers_know_lua() {
    for file in files_below(&source(), "rs") {
        let layer = file.strip_prefix(source()).unwrap().iter().next().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let may = KNOW_LUA.iter().any(|known| layer == *known);
        assert!(
            may || !text.contains("mlua"),
            "{} knows mlua",
            file.display()
        );
    }
}

/// `'{}'` in a statement would be a value quoted by hand: only `Ident` and `Literal` may quote.
#[test]
fn no_statement_quotes_by_hand() {
    let verbs = [
        "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "ALTER ", "COPY ", "SET ", "LOCK ",
    ];
    for file in files_below(&source(), "rs") {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let sql =
                verbs.iter().any(|verb| line.contains(verb)) && !line.trim().starts_with("//");
            let by_hand = line.contains("'{") || line.contains("\\\"{");
            assert!(
                !(sql && by_hand),
                "{}:{}: {line}",
                file.display(),
                number + 1
            );
        }
    }
}

/// Every internal statement is reachable: a file nobody takes in is a statement nobody tests.
#[test]
fn every_sql_file_is_taken_in() {
    let code: String = files_below(&source(), "rs")
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for file in files_below(&source().join("sql"), "sql") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            code.contains(&format!("sql/{name}")),
            "nobody includes sql/{name}"
        );
    }
}
