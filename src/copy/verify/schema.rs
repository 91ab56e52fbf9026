//! Whether two databases have the same definitions.

use super::{Error, Extra, Result};
use crate::copy::schema::{self, Class, Difference};
use crate::pg::Session;
use crate::pg::catalog::TableFilter;
use crate::progress::Event;

/// What [`schema`] compares.
pub struct SchemaOptions {
    /// Each read in the transaction that is open, or in one snapshot.
    pub from: Session,
    pub to: Session,
    pub tables: TableFilter,
    pub extra: Extra,
}

/// Compares definitions and prints what differs. [`Error::Schema`] where something does.
pub async fn schema(options: &SchemaOptions) -> Result<Vec<Difference>> {
    let (from, to) = (&options.from, &options.to);
    let differences = Box::pin(schema::diff(from, to, &options.tables)).await?;
    let names = format!("the schemas of {} and {}", from.name(), to.name());
    if differences.is_empty() {
        to.reporter()
            .event(&Event::Note(format!("{names} are the same")));
        return Ok(differences);
    }
    let table = schema::table(names, &differences);
    to.reporter().event(&Event::Report(table));
    let is_bad = |it: &Difference| it.difference != Class::Extra || options.extra == Extra::Fail;
    if differences.iter().any(is_bad) {
        Err(Error::Schema(differences))
    } else {
        Ok(differences)
    }
}
