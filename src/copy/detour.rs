//! Rows into a table that COPY is refused for, since policies hold there for the role: by a temporary table and INSERT,
//! which asks the policies about each row and fails with the first that they reject.

use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::TablePlan;
use super::report::Meter;
use super::stream::{Pipe, pump};
use super::{CopyOptions, Error, Result};
use crate::pg::{Ident, ident_list};

/// Makes the names of the tables unique in a session.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// In the transaction that is open; the number of rows that were stored.
pub(super) async fn fill(
    options: &CopyOptions,
    table: &TablePlan,
    meter: &mut Meter,
) -> Result<u64> {
    let to = &options.to;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("pg_temp.{}", Ident(&format!("runner_rows_{number}")));
    to.batch(&format!(
        "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA",
        ident_list(&table.column_names()),
        table.target.only()
    ))
    .await?;
    pump(&Pipe::new(options, table, to, &name), meter).await?;
    let insert = table.insert_sql(&table.target.name.to_string(), &name);
    let stored = to.execute(&insert, &[]).await;
    let stored = stored.map_err(|error| Error::from(error).stopped(meter.table(), 0))?;
    to.batch(&format!("DROP TABLE {name}")).await?;
    Ok(stored)
}
