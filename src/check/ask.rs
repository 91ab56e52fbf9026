//! What only a server knows: whether tables and columns are there.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::Made;
use crate::config::did_you_mean;
use crate::pg::catalog::{Catalog, tables};
use crate::pg::{self, Session, TableName};

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
    Column {
        table: String,
        name: String,
    },
    /// A part of a statement that reads a table.
    Clause {
        table: String,
        clause: Clause,
        text: String,
    },
}

/// Where in a statement a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    Select,
    Where,
    OrderBy,
}

impl Clause {
    /// The statement around it, as the parts in front of it and behind it.
    fn around(self, table: &TableName) -> (String, String) {
        match self {
            Self::Select => ("SELECT (".to_owned(), format!("\n) FROM {table}")),
            Self::Where => (format!("SELECT FROM {table} WHERE ("), "\n)".to_owned()),
            Self::OrderBy => (format!("SELECT FROM {table} ORDER BY "), String::new()),
        }
    }
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
    let mut tables = Tables::default();
    for ask in asks {
        let answer = match &ask.wanted {
            Wanted::Statement(sql) => statement(session, ask, sql, made).await?,
            Wanted::Table(name) => match tables.catalog(session).await?.find(name) {
                Err(error) if !made.may_hold(name) => Some(ask.answer(error.to_string())),
                _ => None,
            },
            Wanted::Column { table, name } => {
                let columns = tables.columns(session, table).await?;
                columns.and_then(|columns| column(ask, table, columns, name, made))
            }
            Wanted::Clause {
                table,
                clause,
                text,
            } => match tables.catalog(session).await?.find(table) {
                Ok(relation) => {
                    let around = clause.around(&relation.name);
                    part(session, ask, &around, text, made).await?
                }
                // That it is not there has been asked for already.
                Err(_) => None,
            },
        };
        answers.extend(answer);
    }
    Ok(answers)
}

impl Ask {
    fn answer(&self, message: String) -> Answer {
        Answer {
            at: self.at,
            target: self.target.clone(),
            message,
            help: None,
            server: None,
        }
    }
}

/// What has been read of the server's catalogue.
#[derive(Default)]
struct Tables {
    catalog: Option<Catalog>,
    columns: HashMap<u32, Vec<String>>,
}

impl Tables {
    async fn catalog(&mut self, session: &Session) -> pg::Result<&Catalog> {
        let catalog = match self.catalog.take() {
            Some(catalog) => catalog,
            None => Catalog::read(session).await?,
        };
        Ok(self.catalog.insert(catalog))
    }

    /// The columns of a table; `None` where there is no such table.
    async fn columns(&mut self, session: &Session, name: &str) -> pg::Result<Option<&[String]>> {
        let Ok(relation) = self.catalog(session).await?.find(name).cloned() else {
            return Ok(None);
        };
        let oid = relation.oid;
        if let Entry::Vacant(place) = self.columns.entry(oid) {
            let tables = tables(session, &[relation]).await?;
            let columns = tables.into_iter().flat_map(|table| table.columns);
            place.insert(columns.map(|column| column.name).collect());
        }
        Ok(self.columns.get(&oid).map(Vec::as_slice))
    }
}

fn column(ask: &Ask, table: &str, columns: &[String], name: &str, made: &Made) -> Option<Answer> {
    if columns.iter().any(|column| column == name) || made.may_hold(name) || made.may_hold(table) {
        return None;
    }
    let hint = did_you_mean(name, columns.iter().map(String::as_str));
    Some(ask.answer(format!("`{table}` has no column `{name}`{hint}")))
}

/// A part of a statement: the server is given the whole, and told is the part alone.
async fn part(
    session: &Session,
    ask: &Ask,
    (before, behind): &(String, String),
    text: &str,
    made: &Made,
) -> pg::Result<Option<Answer>> {
    let sql = format!("{before}{text}{behind}");
    let mut answer = statement(session, ask, &sql, made).await?;
    let server = answer.as_mut().and_then(|answer| answer.server.as_mut());
    if let Some(server) = server {
        let skipped = before.chars().count();
        let within = |position: u32| position as usize <= skipped + text.chars().count();
        let position = server.position.filter(|position| within(*position));
        let skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
        server.position = position.and_then(|at| at.checked_sub(skipped));
        server.sql = Some(text.to_owned());
    }
    Ok(answer)
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
    let unsure = made.unseen || quoted(&error.message).iter().any(|name| made.holds(name));
    if !REFUSALS.contains(&error.sqlstate.as_str()) || (unsure && !grammar) {
        return Ok(None);
    }
    let meant = match error.meant(session).await {
        Ok(meant) => meant.map(|name| format!("did you mean `{name}`")),
        // The finding stands without it.
        Err(_) => None,
    };
    Ok(Some(Answer {
        help: meant,
        server: Some(error.clone()),
        ..ask.answer(error.message)
    }))
}

/// The words of what a message names.
fn quoted(message: &str) -> HashSet<String> {
    let words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.map(str::to_lowercase).collect()
}

impl Made {
    /// Whether the playbook may have made something of the name.
    fn may_hold(&self, name: &str) -> bool {
        self.unseen || self.holds(&name.to_lowercase())
    }

    /// The same for what is seen of it.
    fn holds(&self, name: &str) -> bool {
        // Words of SQL alone, which every statement that makes something has.
        const COMMON: [&str; 12] = [
            "relation", "column", "table", "does", "not", "exist", "function", "of", "missing",
            "from", "clause", "entry",
        ];
        let last = name.rsplit('.').next().unwrap_or(name);
        !COMMON.contains(&last) && !last.is_empty() && self.words.contains(last)
    }
}
