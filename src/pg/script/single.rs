//! The one statement of a text.

use std::ops::Range;

use super::lexer::{Kind, Lexer, Token};
use super::refusal::Refusal;
use super::split::split;

/// The statement in `sql` without its semicolon and without blanks and comments around it, so that it can
/// stand inside another one. Several are refused, and none.
pub fn single(sql: &str) -> Result<&str, Refusal> {
    let statements = split(sql, true).map_err(|refused| refused.what)?;
    match statements[..] {
        [] => Err(Refusal::Empty),
        [statement] => Ok(statement.text),
        _ => Err(Refusal::Several {
            count: statements.len(),
        }),
    }
}

/// Up to `count` leading words in upper case, comments and semicolons skipped.
pub(in crate::pg) fn first_words(sql: &str, count: usize) -> Vec<String> {
    let mut lexer = Lexer::new(sql);
    let mut words = Vec::new();
    while words.len() < count {
        match lexer.next() {
            Ok(Some(token)) if token.kind == Kind::Word => {
                words.push(sql[token.start..token.end].to_ascii_uppercase());
            }
            Ok(Some(token)) if token.kind == Kind::Semicolon => {}
            _ => break,
        }
    }
    words
}

/// Whether `word` stands in the statement, outside of strings, quoted names and comments.
pub(in crate::pg) fn has_word(sql: &str, word: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    while let Ok(Some(token)) = lexer.next() {
        let text = &sql[token.start..token.end];
        if token.kind == Kind::Word && text.eq_ignore_ascii_case(word) {
            return true;
        }
    }
    false
}

/// The places of `$1`, `$2` in a statement, with their numbers.
pub(in crate::pg) fn parameters(sql: &str) -> Vec<(Range<usize>, usize)> {
    let mut lexer = Lexer::new(sql);
    let mut found = Vec::new();
    while let Ok(Some(token)) = lexer.next() {
        if token.kind != Kind::Other || !sql[token.start..].starts_with('$') {
            continue;
        }
        let digits = &sql[token.start + 1..];
        let length = digits.find(|c: char| !c.is_ascii_digit());
        let digits = &digits[..length.unwrap_or(digits.len())];
        if let Ok(number) = digits.parse() {
            found.push((token.start..token.start + 1 + digits.len(), number));
        }
    }
    found
}

/// How many rows of plain values stand behind `INSERT INTO table`; `None` where there is more than pg_dump writes:
/// anything that would be computed.
pub fn plain_values(text: &str) -> Option<u64> {
    const BEFORE: [&str; 6] = ["OVERRIDING", "SYSTEM", "USER", "VALUE", "DEFAULT", "VALUES"];
    const BEHIND: [&str; 8] = [
        "NULL", "TRUE", "FALSE", "DEFAULT", "ON", "CONFLICT", "DO", "NOTHING",
    ];
    let is_one_of = |word: &str, words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    let mut lexer = Lexer::new(text);
    let (mut depth, mut rows, mut values) = (0_usize, 0, false);
    while let Some(token) = lexer.next().ok()? {
        let word = &text[token.start..token.end];
        let fits = match token.kind {
            Kind::Open => {
                depth += 1;
                rows += u64::from(values);
                depth == 1
            }
            Kind::Close => {
                depth = depth.checked_sub(1)?;
                true
            }
            Kind::Word if values => is_one_of(word, &BEHIND),
            Kind::Word => depth == 1 || is_one_of(word, &BEFORE),
            Kind::QuotedIdent => !values && depth == 1,
            Kind::String | Kind::Number => values,
            Kind::Other => matches!(word, "," | "-" | "+" | "."),
            Kind::Semicolon => true,
            Kind::Backslash => false,
        };
        if !fits {
            return None;
        }
        values |= depth == 0 && token.kind == Kind::Word && word.eq_ignore_ascii_case("VALUES");
    }
    // DEFAULT VALUES is a row, too.
    (values && depth == 0).then_some(rows.max(1))
}

/// Where the statement begins that a WITH clause stands in front of; `None` without one.
pub(in crate::pg) fn main_statement(sql: &str) -> Option<usize> {
    const VERBS: [&str; 7] = [
        "SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE",
    ];
    let is_word = |token: Token, words: &[&str]| {
        let text = &sql[token.start..token.end];
        token.kind == Kind::Word && words.iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    let mut lexer = Lexer::new(sql);
    let mut last = lexer.next().ok()??;
    let mut depth = 0_usize;
    while let Some(token) = lexer.next().ok()? {
        // What follows a comma or the WITH is a name, even one that reads like a verb.
        let named = is_word(last, &["WITH", "RECURSIVE"]) || &sql[last.start..last.end] == ",";
        let begins = is_word(token, &VERBS) && !named
            || token.kind == Kind::Open && last.kind == Kind::Close;
        if depth == 0 && begins {
            return Some(token.start);
        }
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        last = token;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_where_the_server_finds_them() {
        let sql = "SELECT $1, '$2', $tag$ $3 $tag$, a$4, \"$5\" -- $6\n FROM t WHERE b = $12::int";
        let found: Vec<_> = parameters(sql)
            .into_iter()
            .map(|(place, number)| (&sql[place], number))
            .collect();
        assert_eq!(found, [("$1", 1), ("$12", 12)]);
    }

    #[test]
    fn an_insert_with_anything_but_values_is_told_apart() {
        for (text, rows) in [
            (
                " VALUES (1, -2.5e+10, 'it''s; (', NULL, true, E'a\\'b', B'101', DEFAULT);",
                1,
            ),
            (
                " (id, \"now()\") OVERRIDING SYSTEM VALUE VALUES (1, ''),\n\t(2, 'x') ON CONFLICT DO NOTHING;",
                2,
            ),
            (" DEFAULT VALUES;", 1),
        ] {
            assert_eq!(plain_values(text), Some(rows), "{text}");
        }
        for text in [
            " VALUES (now());",
            " SELECT 1;",
            " VALUES ((SELECT 1));",
            " VALUES (1) RETURNING id;",
            " VALUES (\"x\");",
            " (id)",
            " VALUES ('open",
        ] {
            assert_eq!(plain_values(text), None, "{text}");
        }
    }

    #[test]
    fn the_main_statement_stands_behind_its_with_clause() {
        for (with, main) in [
            ("WITH a AS (SELECT 1) ", "SELECT 2"),
            (
                "with recursive \"x(\" (n) as not materialized (values ('(')), b as (table t)\n",
                "(select n from b)",
            ),
            (
                "WITH select_ AS (SELECT 1), update AS (DELETE FROM t) /* INSERT */ ",
                "INSERT INTO t TABLE update",
            ),
            (
                "WITH RECURSIVE t AS (SELECT 1) SEARCH DEPTH FIRST BY a, b SET o ",
                "SELECT * FROM t",
            ),
        ] {
            assert_eq!(
                main_statement(&format!("{with}{main}")),
                Some(with.len()),
                "{with}"
            );
        }
        assert_eq!(main_statement("WITH a AS (SELECT 1)"), None);
        assert_eq!(main_statement("WITH a AS ('"), None);
    }
}
