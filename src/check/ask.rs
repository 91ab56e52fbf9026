//! What only a server knows: whether tables and columns are there.

use std::collections::HashSet;

use super::Made;
use crate::pg::catalog::Catalog;
use crate::pg::{self, Session};

/// A question for the server of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// In bytes from the start of the text.
    pub at: usize,
    pub target: String,
    pub wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A name in a selection of tables.
    Table(String),
    /// One statement.
    Statement(String),
}

/// An answer that tells of something wrong.
#[derive(Debug, Clone)]
pub struct Answer {
    pub at: usize,
    pub target: String,
    pub message: String,
    pub help: Option<String>,
    /// What the server said of a statement.
    pub server: Option<Box<pg::ServerError>>,
}

/// What the server refuses in a statement that may be told before the run: its grammar, and names that are not there.
const REFUSALS: [&str; 4] = ["42601", "42P01", "42703", "42883"];

/// Puts the questions, all of one target, to a session of it. Nothing is run: statements are only parsed.
pub async fn ask(session: &Session, asks: &[Ask], made: &Made) -> pg::Result<Vec<Answer>> {
    let mut answers = Vec::new();
    let mut catalog = None;
    for ask in asks {
        let answer = match &ask.wanted {
            Wanted::Table(name) => {
                if catalog.is_none() {
                    catalog = Some(Catalog::read(session).await?);
                }
                catalog
                    .as_ref()
                    .and_then(|catalog| table(catalog, ask, name, made))
            }
            Wanted::Statement(sql) => statement(session, ask, sql, made).await?,
        };
        answers.extend(answer);
    }
    Ok(answers)
}

fn table(catalog: &Catalog, ask: &Ask, name: &str, made: &Made) -> Option<Answer> {
    let error = catalog.find(name).err()?;
    if made.unseen || is_made(&name.to_lowercase(), made) {
        return None;
    }
    Some(Answer {
        at: ask.at,
        target: ask.target.clone(),
        message: error.to_string(),
        help: None,
        server: None,
    })
}

async fn statement(
    session: &Session,
    ask: &Ask,
    sql: &str,
    made: &Made,
) -> pg::Result<Option<Answer>> {
    let error = match session.check(sql).await {
        Err(pg::Error::Server(error)) => error,
        Err(error) if error.sqlstate().is_none() && !error.is_interrupted() => {
            // A statement that is not sent: the run says why.
            return match error {
                pg::Error::Lost { .. } | pg::Error::Closed { .. } => Err(error),
                _ => Ok(None),
            };
        }
        Err(error) => return Err(error),
        Ok(()) => return Ok(None),
    };
    let grammar = error.sqlstate == "42601";
    let unsure = made.unseen
        || quoted(&error.message)
            .iter()
            .any(|name| is_made(name, made));
    if !REFUSALS.contains(&error.sqlstate.as_str()) || (unsure && !grammar) {
        return Ok(None);
    }
    let meant = match error.meant(session).await {
        Ok(meant) => meant.map(|name| format!("did you mean `{name}`")),
        // The finding stands without it.
        Err(_) => None,
    };
    Ok(Some(Answer {
        at: ask.at,
        target: ask.target.clone(),
        message: error.message.clone(),
        help: meant,
        server: Some(error),
    }))
}

/// The words of what a message names.
fn quoted(message: &str) -> HashSet<String> {
    let words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.map(str::to_lowercase).collect()
}

/// Whether the playbook may have made something of the name.
fn is_made(name: &str, made: &Made) -> bool {
    // Words of SQL alone, which every statement that makes something has.
    const COMMON: [&str; 12] = [
        "relation", "column", "table", "does", "not", "exist", "function", "of", "missing", "from",
        "clause", "entry",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    !COMMON.contains(&last) && !last.is_empty() && made.words.contains(last)
}
