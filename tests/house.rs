//! The rules of the house that the compiler does not know: who stands on whom, and what becomes SQL.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer, and the layers it may know. The ground floor is everybody's.
const STANDS_ON: &[(&str, &[&str])] = &[
    (
        "cli",
        &["api", "check", "host", "pg", "repl", "sandbox", "ui"],
    ),
    ("repl", &["api", "host", "pg", "ui"]),
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
            "ui",
        ],
    ),
    ("check", &["pg"]),
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
    ("docs", &[]),
];
const GROUND_FLOOR: &[&str] = &["bug", "config", "docs", "human", "interrupt", "progress"];
const KNOW_LUA: &[&str] = &["api", "host", "repl"];

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
    let folder = source().join("sql");
    for file in files_below(&folder, "sql") {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        assert!(
            code.contains(&format!("sql/{name}")),
            "nobody includes sql/{name}"
        );
    }
}

/// What only another system can print, or a machine that is out of memory; and what is only said at the prompt,
/// where no test of the prompt asks for it yet.
const NOT_PRINTED_HERE: [&str; 3] = [
    "there is no sandbox on this system: it takes one with unix sockets",
    "cannot start the runtime",
    "`notify`: at the prompt there is no run whose end could be told; give `now = true`",
];

/// What makes a message; the text follows as a literal.
const MAKERS: [&str; 8] = [
    "#[error(",
    "Error::usage(",
    "Error::failed(",
    "Error::new(",
    "options.error(",
    "End::usage(",
    "anyhow!(",
    "context(",
];

/// Every text of an error stands in a test, so that nobody changes one without reading it as its reader will.
#[test]
fn every_text_of_an_error_is_pinned_by_a_test() {
    let (mut texts, mut pins) = (Vec::new(), String::new());
    for file in files_below(&source(), "rs") {
        let whole = fs::read_to_string(&file).unwrap();
        let is_test = file.components().any(|part| part.as_os_str() == "tests")
            || file.file_stem().is_some_and(|stem| stem == "tests");
        let (code, test) = match whole.find("\n#[cfg(test)]\nmod ") {
            _ if is_test => ("", whole.as_str()),
            Some(at) if whole[at + 1..].lines().nth(1).unwrap().ends_with('{') => {
                whole.split_at(at)
            }
            _ => (whole.as_str(), ""),
        };
        pins.push_str(&plain(test));
        let found = error_texts(code).into_iter();
        texts.extend(found.map(|text| (file.clone(), text)));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for file in ["rs", "lua"].iter().flat_map(|of| files_below(&folder, of)) {
        pins.push_str(&plain(&fs::read_to_string(file).unwrap()));
    }
    assert!(texts.len() > 400, "only {} texts are found", texts.len());
    let is_pinned = |text: &str| {
        let fixed = longest_fixed_part(text);
        // Nothing but what somebody else says.
        fixed.trim().is_empty() || pins.contains(&fixed) || NOT_PRINTED_HERE.contains(&text)
    };
    let missing: Vec<String> = texts
        .iter()
        .filter(|(_, text)| !is_pinned(text))
        .map(|(file, text)| format!("{}: {text}", file.display()))
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {} texts are in no test:\n{}",
        missing.len(),
        texts.len(),
        missing.join("\n")
    );
}

/// The literals that follow directly what makes a message.
fn error_texts(code: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for maker in MAKERS {
        for (at, _) in code.match_indices(maker) {
            let mut rest = code[at + maker.len()..].trim_start();
            for before in [
                "Kind::Failed,",
                "Kind::Usage,",
                "|| {",
                "||",
                "&format!(",
                "format!(",
            ] {
                rest = rest.strip_prefix(before).unwrap_or(rest).trim_start();
            }
            if let Some(literal) = rest.strip_prefix('"')
                && let Some(end) = end_of_literal(literal)
            {
                texts.push(plain(&literal[..end]));
            }
        }
    }
    texts
}

/// Where the quote stands that ends a literal.
fn end_of_literal(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// A source as its literals read: escapes undone, lines that are broken in them joined.
fn plain(source: &str) -> String {
    let mut plain = String::with_capacity(source.len());
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                chars.next();
                plain.push('\n');
            }
            ('\\', Some('"' | '\\')) => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    plain
}

/// The longest part of a text in which nothing is put.
fn longest_fixed_part(text: &str) -> String {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let parts = text.split('{').map(|part| match part.split_once('}') {
        Some((_, fixed)) => fixed,
        None => part,
    });
    let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
    longest.replace('\u{1}', "{").replace('\u{2}', "}")
}
