//! What a text that goes on waits for, told on its next line: the line editor draws a text of several lines as one, so
//! that all of it can be edited, and has no prompt for each.

use super::classify::Language;
use super::input::{Lack, Next, Syntax};
use super::tokens;
use crate::pg::script;

impl Syntax {
    /// What input that goes on waits for first: `;`, `)`, `end`; nothing where that is not known.
    pub fn awaited(&self, text: &str) -> Option<String> {
        let mut rest = text;
        while let Next::Piece(_, behind) = self.next(rest) {
            rest = behind;
        }
        match self.classify(rest) {
            (Language::Sql, body) => Some(script::awaited(body).to_owned()),
            (Language::Lua, body) => match self.lack(body)? {
                Lack::More(message) if message.contains("unfinished long") => long_bracket(body),
                // `FILE:1: 'end' expected (to close 'if' at line 1) near <eof>`
                Lack::More(message) => match message.split_once("' expected") {
                    Some((before, _)) => before.rsplit('\'').next().map(str::to_owned),
                    None => open_bracket(body),
                },
                Lack::Nothing => None,
            },
            _ => None,
        }
    }
}

/// What closes the long string or comment that is open: it has as many `=` as what opened it.
fn long_bracket(text: &str) -> Option<String> {
    let mut tokens = tokens::lua(text).into_iter();
    let open = tokens.find(|token| token.open)?;
    let opening = text[open.start..].trim_start_matches('-');
    let signs = opening.strip_prefix('[')?;
    let signs = signs.len() - signs.trim_start_matches('=').len();
    Some(format!("]{}]", "=".repeat(signs)))
}

/// What closes the innermost bracket that is open.
fn open_bracket(text: &str) -> Option<String> {
    let mut open = Vec::new();
    for token in tokens::lua(text) {
        match &text[token.start..token.end] {
            "(" => open.push(")"),
            "{" => open.push("}"),
            "[" => open.push("]"),
            ")" | "}" | "]" => drop(open.pop()),
            _ => {}
        }
    }
    open.pop().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_known() {
        for (text, awaited) in [
            ("select 1", Some(";")),
            ("select 1; select (2", Some(")")),
            ("select 'a", Some("'")),
            ("select E'a", Some("'")),
            ("select \"a", Some("\"")),
            ("do $x$ begin;", Some("$x$")),
            ("select 1 /* why", Some("*/")),
            (
                "create function f() returns int begin atomic select 1;",
                Some("END"),
            ),
            ("function f()", Some("end")),
            ("x = {", Some("}")),
            ("f(1, {}, {", Some("}")),
            ("f(1,", Some(")")),
            ("1 +", None),
            ("x = [[ one", Some("]]")),
            ("x = [==[ one", Some("]==]")),
            ("x = [[ one ]] .. [=[ two ]]", Some("]=]")),
            ("x = 1 --[=[ why ]]", Some("]=]")),
            ("select 1;", None),
        ] {
            assert_eq!(Syntax::new().awaited(text).as_deref(), awaited, "{text}");
        }
    }
}
