//! The one statement of a text.

use super::lexer::{Kind, Lexer};
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
