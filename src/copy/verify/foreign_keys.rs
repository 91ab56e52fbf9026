//! Whether every row that refers to another one finds it.

use super::pinned::Pinned;
use super::{Error, Result, report};
use crate::human;
use crate::pg::catalog::{Catalog, TableFilter};
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::{Cell, Column, Event, Table, Tone};
use crate::trigger::{BypassedKey, bypassed_keys};

/// What [`foreign_keys`] looks at.
pub struct KeyOptions {
    /// Read in the transaction that is open, or in one snapshot.
    pub session: Session,
    /// Every key that points from or to one of them is looked at.
    pub tables: TableFilter,
    pub not_valid: NotValid,
    /// How many orphans of each key are named.
    pub samples: usize,
}

/// What orphans of a key are that was declared NOT VALID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotValid {
    /// Numbers in the report.
    #[default]
    Report,
    /// A mismatch.
    Fail,
}

/// One foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyCheck {
    pub key: String,
    /// The table that refers, and its columns.
    pub table: String,
    pub columns: Vec<String>,
    pub parent: String,
    pub validated: bool,
    /// Rows without a parent.
    pub orphans: u64,
    pub ok: bool,
    /// The keys of some of them.
    pub samples: Vec<String>,
}

/// Looks for orphans of every foreign key, whether or not the server has checked it, and prints the result.
/// [`Error::Orphans`] where there are some.
pub async fn foreign_keys(options: &KeyOptions) -> Result<Vec<KeyCheck>> {
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    let checks = transaction(&options.session, &snapshot, async |session: &Session| {
        let selected = Catalog::read(session).await?.select(&options.tables)?;
        for note in selected.notes {
            session.reporter().event(&Event::Note(note));
        }
        let keys = bypassed_keys(session, &selected.tables).await?;
        let pinned = Pinned::new(session).await?;
        let mut checks = Vec::with_capacity(keys.len());
        for key in &keys {
            checks.push(check(session, key, options).await?);
        }
        pinned.restore().await?;
        Ok(checks)
    });
    let checks: Result<Vec<KeyCheck>> = Box::pin(checks).await;
    let checks = checks?;
    let table = table(&checks, options.session.name());
    options.session.reporter().event(&Event::Report(table));
    if checks.iter().all(|check| check.ok) {
        Ok(checks)
    } else {
        Err(Error::Orphans(checks))
    }
}

async fn check(session: &Session, key: &BypassedKey, options: &KeyOptions) -> Result<KeyCheck> {
    let (orphans, samples) = key.count_orphans(session, options.samples).await?;
    let tolerated = !key.validated && options.not_valid == NotValid::Report;
    Ok(KeyCheck {
        key: key.name.clone(),
        table: key.child.shown.clone(),
        columns: key.child.columns.clone(),
        parent: key.parent.shown.clone(),
        validated: key.validated,
        orphans,
        ok: orphans == 0 || tolerated,
        samples,
    })
}

/// The broken keys, for an error.
pub(super) fn sentence(checks: &[KeyCheck]) -> String {
    let broken = checks.iter().filter(|check| !check.ok);
    let broken: Vec<String> = broken
        .map(|check| {
            let samples = check.samples.iter().map(|sample| format!("({sample})"));
            format!(
                "\n  `{}` of `{}`: {} in `{}`: {} = {}",
                check.key,
                check.table,
                match check.orphans {
                    1 => "1 row has no parent".to_owned(),
                    rows => format!("{} have no parent", human::rows(rows)),
                },
                check.parent,
                check.columns.join(", "),
                report::and_more(samples.collect(), check.orphans)
            )
        })
        .collect();
    broken.concat()
}

fn table(checks: &[KeyCheck], name: &str) -> Table {
    let row = |check: &KeyCheck| {
        let verdict = match (check.orphans, check.validated) {
            (0, true) => Cell::toned("ok", Tone::Good),
            (0, false) => Cell::plain("ok, NOT VALID"),
            (_, true) => Cell::toned("broken", Tone::Bad),
            (_, false) => Cell::toned("broken, NOT VALID", Tone::Bad),
        };
        vec![
            Cell::plain(&check.table),
            Cell::plain(check.columns.join(", ")),
            Cell::plain(&check.parent),
            Cell::plain(human::count(check.orphans)),
            Cell::plain(report::and_more(check.samples.clone(), check.orphans)),
            verdict,
        ]
    };
    Table {
        title: format!("foreign keys of {name}"),
        columns: vec![
            Column::left("table"),
            Column::left("columns"),
            Column::left("parent"),
            Column::right("orphans"),
            Column::left("keys"),
            Column::left(""),
        ],
        rows: checks.iter().map(row).collect(),
    }
}
