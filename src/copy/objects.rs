//! What belongs to a copy besides the rows of tables: sequences, materialized views, large objects.

use super::encoding::Encodings;
use super::matviews::{self, MaterializedView};
use super::plan::TablePlan;
use super::{CopyOptions, Result, large_objects, sequences};
use crate::pg::catalog::Catalog;
use crate::pg::{TxOptions, transaction};
use crate::progress::Event;

#[derive(Debug)]
pub(super) struct Objects {
    /// Sequences that no copied table uses.
    sequences: Vec<sequences::Pair>,
    views: Vec<MaterializedView>,
    pub encodings: Encodings,
    /// Loud, in the plan and at the end.
    warning: Option<String>,
}

impl Objects {
    /// Finds them out, with lines about what is left as it is; and the sequences of the tables.
    pub async fn read(
        options: &CopyOptions,
        (from, to): (&Catalog, &Catalog),
        tables: &mut [TablePlan],
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        sequences::find(options, tables, notes).await?;
        let encodings = Encodings::read(options).await?;
        notes.extend(encodings.note(options));
        if let Some(warning) = encodings.warning(options) {
            options.to.reporter().event(&Event::Warning(warning));
        }
        if encodings.are_bytes() {
            for table in tables.iter_mut() {
                table.bytes = true;
                table.binary = false;
            }
        }
        let (loose, lines) = sequences::loose(options, from, tables).await?;
        notes.extend(lines);
        let (views, lines) = matviews::read(options, to, tables).await?;
        notes.extend(lines);
        Ok(Self {
            sequences: loose,
            views,
            encodings,
            warning: large_objects::warning(options, tables).await?,
        })
    }

    /// What is said before anything is changed.
    pub fn warn(&self, options: &CopyOptions) {
        if let Some(warning) = &self.warning {
            let event = Event::Warning(warning.clone());
            options.to.reporter().event(&event);
        }
    }

    pub fn warning(&self) -> Option<&String> {
        self.warning.as_ref()
    }

    /// The views that [`Objects::finish`] refreshes.
    pub fn views(&self) -> impl Iterator<Item = &str> {
        self.views.iter().map(|view| view.shown.as_str())
    }

    /// What is left to do when all rows are there, in the transaction that is open or after those that were. The
    /// settings are those of the session: a view may depend on its time zone.
    pub async fn finish(&self, options: &CopyOptions) -> Result<()> {
        let to = &options.to;
        let together = to.in_transaction();
        if !together {
            self.move_sequences(options).await?;
        }
        matviews::refresh(to, &self.views).await?;
        // Last, since it keeps everybody else from drawing numbers until the commit.
        if together {
            self.move_sequences(options).await?;
        }
        self.warn(options);
        Ok(())
    }

    async fn move_sequences(&self, options: &CopyOptions) -> Result<()> {
        if self.sequences.is_empty() {
            return Ok(());
        }
        transaction(&options.to, &TxOptions::default(), async |_| {
            sequences::forward_loose(options, &self.sequences).await
        })
        .await
    }
}
