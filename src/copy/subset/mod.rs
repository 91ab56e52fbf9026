//! Part of the rows, chosen so that no row is without those it refers to.
//!
//! Some rows begin: those of `limit`, or of `roots` with what refers to them where that is asked for. Then what they
//! refer to is added until nothing new comes. Rows are told by where they stand, which one snapshot keeps: that
//! needs no key, no table of our own and no right to write.

mod follow;
mod rows;
mod tables;
mod ties;

pub use tables::subset_tables;

use super::plan::TablePlan;
use super::{CopyOptions, Error, Mode, Result, load};
use crate::pg::catalog::links;
use follow::Search;
use ties::ties;

/// What a table adds to the rows that begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    pub limit: Option<u64>,
    /// A condition, of a root.
    pub root: Option<String>,
    /// Its rows come along with those they refer to.
    pub child: bool,
    /// In which order rows are counted for the limit, where nothing else is said.
    pub key: String,
}

/// As a playbook names what chooses the rows.
fn option(options: &CopyOptions) -> Option<&'static str> {
    if !options.shape.roots.is_empty() {
        return Some("roots");
    }
    (!options.shape.limit.is_empty()).then_some("limit")
}

/// Refuses what does not go together.
pub(super) async fn check(options: &CopyOptions) -> Result<()> {
    let Some(option) = option(options) else {
        return Ok(());
    };
    let refuse = |why| Err(Error::Work { option, why });
    if options.mode == Mode::Mirror {
        return refuse("in mode `mirror`, which would delete all rows that are not chosen");
    }
    if options.work.resume {
        return refuse("with `resume`: of another moment other rows may be chosen");
    }
    if !load::is_snapshot(&options.from).await? {
        return refuse(
            "in a READ COMMITTED transaction of the source: rows are told by where they stand in one snapshot",
        );
    }
    Ok(())
}

/// Restricts the tables to the rows that are chosen, where not all are.
pub(super) async fn choose(options: &CopyOptions, tables: &mut [TablePlan]) -> Result<()> {
    if option(options).is_none() {
        return Ok(());
    }
    let (there, here) = (links(&options.from).await?, links(&options.to).await?);
    let ties = ties(tables, &there, &here);
    let mut search = Search::begin(options, tables, &ties).await?;
    search.add_children().await?;
    search.add_parents().await?;
    let rows = search.into_rows();
    for (table, rows) in tables.iter_mut().zip(rows) {
        if let Some(rows) = rows {
            table.choose(rows.condition(&table.source), rows.count());
        }
    }
    Ok(())
}
