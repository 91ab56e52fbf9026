//! What a statement is, by its words.

use super::lexer::{Kind, Lexer};
use crate::pg::transaction_statement;

/// The tokens of a statement in upper case: words, what stands in quotes without them, single characters.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    let mut lexer = Lexer::new(text);
    std::iter::from_fn(move || {
        let token = lexer.next().ok().flatten()?;
        let raw = &text[token.start..token.end];
        let word = match token.kind {
            Kind::QuotedIdent => raw.trim_matches('"').replace("\"\"", "\""),
            Kind::String => raw
                .trim_start_matches(['e', 'E'])
                .trim_matches('\'')
                .to_owned(),
            _ => raw.to_owned(),
        };
        Some(word.to_ascii_uppercase())
    })
}

/// The keyword of a statement that begins, ends or changes a transaction.
pub(super) fn transaction_words(text: &str) -> Option<String> {
    transaction_statement(text).or_else(|| {
        let mut words = words(text);
        let is_set = words.next()? == "SET" && words.next()? == "TRANSACTION";
        is_set.then(|| "SET TRANSACTION".to_owned())
    })
}

/// What a statement does to the transaction that the script itself keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Opens,
    Closes,
    None,
}

pub(super) fn effect(text: &str) -> Effect {
    let words: Vec<String> = words(text).take(6).collect();
    let has = |word: &str| words.iter().any(|other| other == word);
    match words.first().map(String::as_str) {
        Some("BEGIN") => Effect::Opens,
        Some("START") if has("TRANSACTION") => Effect::Opens,
        Some("COMMIT" | "ROLLBACK") if has("PREPARED") || has("TO") => Effect::None,
        Some("COMMIT" | "END" | "ROLLBACK" | "ABORT") if has("CHAIN") && !has("NO") => Effect::None,
        Some("COMMIT" | "END" | "ROLLBACK" | "ABORT") => Effect::Closes,
        Some("PREPARE") if words.get(1).is_some_and(|word| word == "TRANSACTION") => Effect::Closes,
        _ => Effect::None,
    }
}

/// Which way the data of a COPY goes between the server and us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copying {
    /// `FROM STDIN`
    In,
    /// `TO STDOUT`
    Out,
}

/// The way of the data of a COPY that passes here; `None` for every other statement.
pub fn copying(text: &str) -> Option<Copying> {
    let (mut depth, mut last) = (0_usize, String::new());
    for (index, word) in words(text).enumerate() {
        match word.as_str() {
            word if index == 0 && word != "COPY" => return None,
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "STDIN" if depth == 0 && last == "FROM" => return Some(Copying::In),
            "STDOUT" if depth == 0 && last == "TO" => return Some(Copying::Out),
            _ => {}
        }
        last = word;
    }
    None
}

/// Whether the number the server reports is of rows written, not of rows read.
pub(super) fn writes_rows(text: &str) -> bool {
    const WRITES: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"];
    let mut depth = 0_usize;
    for (index, word) in words(text).enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && WRITES.contains(&word) => return true,
            word if index == 0 && word != "WITH" => return false,
            _ => {}
        }
    }
    false
}
