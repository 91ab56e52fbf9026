//! The one statement of a text.

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
