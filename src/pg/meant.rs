//! "did you mean" from the server's catalogue: for a table, column or function that is not there.

use super::{Result, ServerError, Session, Value};
use crate::config::closest;

const NO_TABLE: &str = "42P01";
const NO_COLUMN: &str = "42703";
const NO_FUNCTION: &str = "42883";

/// So many words of a statement are looked up as tables, at most.
const WORDS: usize = 500;

/// Whether the catalogue may know what was meant: the server says what is wrong, and gives no hint.
pub fn may_be_meant(sqlstate: &str) -> bool {
    [NO_TABLE, NO_COLUMN, NO_FUNCTION].contains(&sqlstate)
}

/// The name that was probably meant at `position` (in characters, from 1) of `sql`. To be asked on a session of its own:
/// the one of the statement may be in a transaction that has failed.
pub async fn meant(
    session: &Session,
    sqlstate: &str,
    sql: &str,
    position: usize,
) -> Result<Option<String>> {
    // Not from the message, which is in the server's language.
    let name = name_at(sql, position);
    let Some(last) = name.last() else {
        return Ok(None);
    };
    match sqlstate {
        NO_TABLE => relation(session, &name).await,
        NO_COLUMN => {
            let words = Value::Array(words(sql).into_iter().map(Value::Text).collect());
            let sql = include_str!("../sql/suggest_columns.sql");
            Ok(nearest(last, &session.query(sql, &[words]).await?.rows))
        }
        NO_FUNCTION => {
            let sql = include_str!("../sql/suggest_functions.sql");
            Ok(nearest(last, &session.query(sql, &[]).await?.rows))
        }
        _ => Ok(None),
    }
}

impl ServerError {
    /// [`meant`] for an error as it came.
    pub async fn meant(&self, session: &Session) -> Result<Option<String>> {
        match (&self.hint, &self.sql, self.position) {
            (None, Some(sql), Some(position)) => {
                meant(session, &self.sqlstate, sql, position as usize).await
            }
            _ => Ok(None),
        }
    }
}

async fn relation(session: &Session, name: &[String]) -> Result<Option<String>> {
    let sql = include_str!("../sql/suggest_relations.sql");
    let rows = session.query(sql, &[]).await?.rows;
    let wanted = name.join(".");
    let relations: Vec<(String, String)> = rows
        .iter()
        .filter_map(|row| {
            let (schema, relation) = (row.first()?.as_str()?, row.get(1)?.as_str()?);
            let full = format!("{schema}.{relation}");
            let visible = row.get(2)?.as_bool()?;
            let written = if visible { relation } else { &full }.to_owned();
            // As it was asked for, and as it should be.
            Some(match name.len() {
                1 => (relation.to_owned(), written),
                _ => (full.clone(), full),
            })
        })
        .collect();
    let near = closest(&wanted, relations.iter().map(|(known, _)| known.as_str()));
    let found = near.and_then(|near| relations.iter().find(|(known, _)| known == near));
    Ok(found.map(|(_, written)| written.clone()))
}

fn nearest(name: &str, rows: &[Vec<Value>]) -> Option<String> {
    let names = rows.iter().filter_map(|row| row.first()?.as_str());
    // The name itself is there with other parameters, or of another table of the statement.
    closest(name, names.filter(|known| *known != name)).map(str::to_owned)
}

/// The parts of the name that begins at a position, as the server reads them.
fn name_at(sql: &str, position: usize) -> Vec<String> {
    let at = sql.char_indices().nth(position.saturating_sub(1));
    let mut rest = at.map_or("", |(at, _)| &sql[at..]);
    let mut parts = Vec::new();
    while let Some((part, after)) = identifier(rest) {
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    parts
}

/// All that could be a name in a statement, texts and comments included: too many do no harm.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        match identifier(rest) {
            Some((word, after)) => {
                if !words.contains(&word) && words.len() < WORDS {
                    words.push(word);
                }
                rest = after;
            }
            None => rest = &rest[c.len_utf8()..],
        }
    }
    words
}

/// The identifier at the start of a text, and what follows it.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut from = 0;
        loop {
            let end = from + quoted[from..].find('"')?;
            if !quoted[end + 1..].starts_with('"') {
                return Some((quoted[..end].replace("\"\"", "\""), &quoted[end + 1..]));
            }
            from = end + 2;
        }
    }
    let begins = |c: char| c.is_alphabetic() || c == '_';
    text.chars().next().filter(|c| begins(*c))?;
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    let (word, after) = text.split_at(end.unwrap_or(text.len()));
    Some((word.to_lowercase(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_at_a_position_is_read_as_the_server_reads_it() {
        let sql = "SELECT é, Public.\"La\"\"w\".x FROM t";
        assert_eq!(name_at(sql, 11), ["public", "La\"w", "x"]);
        assert_eq!(name_at(sql, 9), Vec::<String>::new());
        assert_eq!(name_at(sql, 8), ["é"]);
        assert_eq!(name_at(sql, 99), Vec::<String>::new());
        assert_eq!(words("a \"B\" a, c1$ 'd'"), ["a", "B", "c1$", "d"]);
    }
}
