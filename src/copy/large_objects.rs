//! Large objects, which no table holds: copied, or said that they are not.

use super::plan::TablePlan;
use super::{CopyOptions, Result, Tables};

/// The oid of the type `oid`, which columns that point at large objects have.
const OID: u32 = 26;

/// What to say about large objects that stay behind: where everything is copied, or a column may point at them.
pub(super) async fn warning(options: &CopyOptions, tables: &[TablePlan]) -> Result<Option<String>> {
    let everything = match &options.tables {
        Tables::Matching(filter) => filter.is_everything()?,
        Tables::Rows(_) => false,
    };
    let pointing = tables.iter().find_map(|table| {
        let mut columns = table.columns.iter();
        let column = columns.find(|column| column.type_oid == OID || column.type_name == "lo")?;
        Some(format!("`{}`.`{}`", table.target.shown, column.name))
    });
    if !everything && pointing.is_none() {
        return Ok(None);
    }
    let sql = include_str!("../sql/large_objects.sql");
    let count = options
        .from
        .value(sql, &[])
        .await?
        .as_int()
        .unwrap_or_default();
    if count == 0 {
        return Ok(None);
    }
    let from = options.from.name();
    let points = pointing.map_or(String::new(), |column| {
        format!("; {column} may point at them")
    });
    Ok(Some(format!(
        "`{from}` has large objects, which are NOT copied: {count}{points}"
    )))
}
