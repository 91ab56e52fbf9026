//! What has changed since a mark.

use super::exact::{self, Exact};
use super::{Error, Marks, Result, Store, column, file, store};
use crate::pg::Session;
use crate::pg::catalog::Relation;
use crate::progress::Event;

/// How changes are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedOptions {
    /// An ordered column that is written with every change, instead of the transactions; approximate.
    pub column: Option<String>,
    /// Rows whose `column` is not older than this, instead of the stored mark.
    pub since: Option<String>,
    /// Only rows that this SQL condition holds for. Marks are kept for each condition apart.
    pub filter: Option<String>,
}

/// The rows of a table that have changed, and the mark to store once they have been brought over.
#[derive(Clone)]
pub struct Changed {
    /// The session to read the rows with.
    pub source: Session,
    pub table: Relation,
    /// The rows, as an SQL condition on the table's columns; `None` is all of them.
    pub filter: Option<String>,
    /// No mark could be used: every row (that the caller's own condition holds for) counts as changed.
    pub everything: bool,
    pub mark: NewMark,
    /// The marks' name.
    pub(super) name: String,
    pub(super) since: Option<String>,
    /// The caller's own condition.
    pub(super) condition: String,
    /// The mark that was stored when this was made.
    pub(super) base: Option<String>,
    /// `since` leaves out something that the stored mark does not cover.
    pub(super) gap: bool,
}

/// The mark to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewMark {
    /// The oldest transaction that the source's snapshot saw unfinished, and the timeline it counts on.
    Transaction { xid: u64, timeline: i64 },
    /// The last value of an ordered column; `None` where the table has none, which leaves the mark as it is.
    Column { name: String, value: Option<String> },
}

impl NewMark {
    pub(super) fn column(&self) -> &str {
        match self {
            Self::Transaction { .. } => "",
            Self::Column { name, .. } => name,
        }
    }

    /// As it is stored and shown.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Transaction { xid, .. } => Some(xid.to_string()),
            Self::Column { value, .. } => value.clone(),
        }
    }
}

/// A condition on rows, and how the next run will find what this one has not seen.
pub(super) struct Told {
    pub filter: Option<String>,
    pub everything: bool,
    pub mark: NewMark,
    pub gap: bool,
}

/// What is stored for a table.
pub(super) struct Stored {
    pub mark: String,
    pub timeline: i64,
}

pub(super) async fn changed(
    marks: &Marks,
    source: &Session,
    table: &Relation,
    options: &ChangedOptions,
) -> Result<Changed> {
    let column = match (&options.column, &marks.store) {
        (None, Store::File(_)) => Some(column::DEFAULT),
        (column, _) => column.as_deref(),
    };
    if options.since.is_some() && column.is_none() {
        return Err(Error::SinceWithoutColumn);
    }
    let condition = options.filter.clone().unwrap_or_default();
    let stored = match &marks.store {
        Store::Table(session) => {
            let source = source.server().identity();
            let at = store::Key {
                name: &marks.name,
                source: &source,
                table: &table.name.shown(),
                filter: &condition,
                column: column.unwrap_or_default(),
            };
            store::read(session, &at).await?
        }
        Store::File(_) if options.filter.is_some() => return Err(Error::FilterWithFile),
        Store::File(path) => file::get(path, table, column.unwrap_or_default())?,
    };
    let told = match column {
        Some(name) => column::tell(source, table, name, options, stored.as_ref()).await?,
        None => tell_exactly(source, table, stored.as_ref()).await?,
    };
    Ok(Changed {
        source: source.clone(),
        table: table.clone(),
        filter: both(told.filter, options.filter.as_deref()),
        everything: told.everything,
        mark: told.mark,
        name: marks.name.clone(),
        since: options.since.clone(),
        condition,
        base: stored.map(|stored| stored.mark),
        gap: told.gap,
    })
}

async fn tell_exactly(source: &Session, table: &Relation, stored: Option<&Stored>) -> Result<Told> {
    let now = exact::read(source).await?;
    let known = source.server().system_identifier.is_some();
    let exact = exact::since(stored, &now, known, table);
    let (filter, why) = match exact {
        Exact::Rows(filter) => (Some(filter), None),
        Exact::Everything(why) => (None, Some(why)),
    };
    if let Some(why) = why {
        let note = format!("`{}`: {why}, so every row counts as changed", table.shown);
        source.reporter().event(&Event::Note(note));
    }
    Ok(Told {
        everything: filter.is_none(),
        filter,
        mark: NewMark::Transaction {
            xid: now.xmin,
            timeline: now.timeline,
        },
        gap: false,
    })
}

/// Both conditions. The line break ends a comment in the caller's.
fn both(told: Option<String>, own: Option<&str>) -> Option<String> {
    match (told, own) {
        (told, None) => told,
        (None, Some(own)) => Some(format!("({own}\n)")),
        (Some(told), Some(own)) => Some(format!("({told}) AND ({own}\n)")),
    }
}
