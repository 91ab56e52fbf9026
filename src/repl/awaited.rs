//! What a text that goes on waits for, told on its next line: the line editor draws a text of several lines as one, so
//! that all of it can be edited, and has no prompt for each.

use super::classify::Language;
use super::input::{Lack, Next, Syntax};
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
                Lack::More(message) if message.contains("unfinished long") => Some("]]".to_owned()),
                // `FILE:1: 'end' expected (to close 'if' at line 1) near <eof>`
                Lack::More(message) => {
                    let (before, _) = message.split_once("' expected")?;
                    Some(before.rsplit('\'').next()?.to_owned())
                }
                Lack::Nothing => None,
            },
            _ => None,
        }
    }
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
            ("f(1,", None),
            ("x = [[ one", Some("]]")),
            ("select 1;", None),
        ] {
            assert_eq!(Syntax::new().awaited(text).as_deref(), awaited, "{text}");
        }
    }
}
