//! Whatever is typed, and wherever the cursor is: nothing panics, and what is offered fits into the line.

use proptest::prelude::*;
use proptest::sample::select;
use runner::repl::classify::classify;
use runner::repl::complete::{complete, signature};
use runner::repl::highlight::paint;

use super::{lua_names, names, with};

/// Pieces that begin or end something somewhere.
const PIECES: &[&str] = &[
    "select ",
    "from ",
    "lat",
    "lat l",
    "with x as (",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "::",
    ";",
    "'",
    "\"",
    "''",
    "\"\"",
    "--",
    "--[[",
    "--[==[",
    "/*",
    "*/",
    "[[",
    "]]",
    "[=[",
    "$$",
    "$a$",
    "e'",
    "U&'",
    "U&\"",
    "\\",
    "\\d ",
    "\\c ",
    "\n",
    " ",
    "\t",
    "=",
    "*",
    "1.5e",
    "0x",
    "é",
    "名",
    "🙂",
    "\u{0}",
    "\u{1b}[31m",
    "a\u{301}",
    "insert into lat (",
    "values (",
    "on conflict (",
    "update ",
    "set ",
    "union ",
    "join ",
    "using (",
    "create table t (",
    "alter table ",
    "grant ",
    "to ",
    "drop ",
    "if exists ",
    "as ",
    "copy.tables {",
    "db:query ",
    "connect ",
    "local ",
    "function ",
    "end",
    "return ",
    "to =",
    "set search_path ",
    "\"Mixed Case\"",
    "audit.",
    "\r\n",
    "~=",
    "//",
    "<<",
    "...",
    "goto ",
    "\u{feff}",
    "\u{2028}",
];

fn lines() -> impl Strategy<Value = (String, usize)> {
    let piece = prop_oneof![8 => select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    let line = prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat());
    (line, any::<prop::sample::Index>()).prop_map(|(line, index)| {
        let places: Vec<usize> = line
            .char_indices()
            .map(|(at, _)| at)
            .chain([line.len()])
            .collect();
        let position = places[index.index(places.len())];
        (line, position)
    })
}

fn plain(painted: &str) -> String {
    let codes = ["1;34", "32", "36", "2", "35", "1;4", "0"];
    codes.iter().fold(painted.to_owned(), |text, code| {
        text.replace(&format!("\x1b[{code}m"), "")
    })
}

proptest! {
    #[test]
    fn any_line_can_be_completed_and_painted((line, position) in lines()) {
        let (language, body) = classify(&line);
        prop_assert!(line.ends_with(body), "{language:?}");
        if let Some(painted) = paint(&line, position) {
            prop_assert_eq!(plain(&painted), plain(&line));
        }
        let (names, lua) = (names(), lua_names());
        with(&names, &lua, |world| {
            let (start, found) = complete(&line, position, world);
            prop_assert!(start <= position && line.is_char_boundary(start), "{start} {found:?}");
            signature(&line[..position], world);
            Ok(())
        })?;
    }
}
