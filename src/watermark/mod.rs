//! How far a table has been promoted, kept with the data it describes.
//!
//! By default the mark is the oldest transaction that the source's snapshot saw unfinished: every row written
//! by it or a later one is read again, so that nothing committed is ever missed, however late it commits and
//! whatever stamps its columns (`exact`). An ordered column can be used instead, which is approximate
//! (`column`). No mark sees deletes.

mod changed;
mod column;
mod error;
mod exact;
mod file;
mod store;

pub use changed::{Changed, ChangedOptions, NewMark};
pub use column::OVERLAP;
pub use error::Error;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::pg::Session;
use crate::pg::catalog::Relation;
use crate::progress::{Event, Reporter};

pub type Result<T> = std::result::Result<T, Error>;

/// The marks of one name.
#[derive(Clone)]
pub struct Marks {
    name: String,
    store: Store,
    dry_run: bool,
    /// That deletes are not seen is said once.
    told: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Store {
    /// `runner.watermark` in the database that the rows are brought to.
    Table(Session),
    File(PathBuf),
}

/// A mark as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    pub name: String,
    /// The identity of the source; empty in a file.
    pub source: String,
    pub table: String,
    /// The `where` it goes with; empty where there was none.
    pub filter: String,
    /// The ordered column; empty for a transaction.
    pub column: String,
    pub mark: String,
    /// ISO 8601; empty in a file.
    pub advanced_at: String,
}

impl Marks {
    /// Marks in the database of `session`, the one that the rows are brought to. Nothing is made there before
    /// the first [`Marks::advance`].
    pub fn open(session: &Session, name: &str) -> Self {
        Self::new(name, Store::Table(session.clone()))
    }

    /// Marks in a JSON file that holds a time for each table. It need not exist yet.
    pub fn open_file(path: PathBuf, name: &str) -> Result<Self> {
        file::read(&path)?;
        Ok(Self::new(name, Store::File(path)))
    }

    fn new(name: &str, store: Store) -> Self {
        Self {
            name: name.to_owned(),
            store,
            dry_run: false,
            told: Arc::default(),
        }
    }

    /// In a dry run [`Marks::advance`] only says what it would do.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The marks that are stored under this name, by table.
    pub async fn show(&self) -> Result<Vec<Mark>> {
        match &self.store {
            Store::Table(session) => store::all(session, &self.name).await,
            Store::File(path) => file::all(path, &self.name),
        }
    }

    /// What of a table has changed since its mark. The rows have to be read by [`Changed::source`], which is
    /// `source`, and after this call.
    pub async fn changed(
        &self,
        source: &Session,
        table: &Relation,
        options: &ChangedOptions,
    ) -> Result<Changed> {
        if !self.told.swap(true, Ordering::SeqCst) {
            let note = "a watermark does not see deleted rows; `mode = \"mirror\"` does";
            source.reporter().event(&Event::Note(note.to_owned()));
        }
        changed::changed(self, source, table, options).await
    }

    /// Moves the mark, in the transaction that brings the rows; a file is written once it has committed.
    pub async fn advance(&self, tx: &Session, changed: &Changed) -> Result<()> {
        if changed.gap {
            return Err(Error::Gap {
                table: changed.table.shown.clone(),
                since: changed.since.clone().unwrap_or_default(),
                mark: changed.base.clone().unwrap_or_default(),
            });
        }
        let Some(mark) = changed.mark.text() else {
            return Ok(());
        };
        if self.dry_run {
            let table = &changed.table.shown;
            let note = format!("`{table}`: the mark would be advanced to {mark}");
            tx.reporter().event(&Event::Note(note));
            return Ok(());
        }
        if !tx.in_transaction() {
            return Err(Error::NoTransaction);
        }
        match &self.store {
            Store::Table(session) => store::advance(session, tx, changed, mark).await,
            Store::File(path) => {
                let reporter: Reporter = Arc::clone(tx.reporter());
                file::advance_after_commit(path.clone(), tx, reporter, changed, mark);
                Ok(())
            }
        }
    }
}
