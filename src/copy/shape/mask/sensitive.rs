//! `[copy] sensitive`: columns that do not cross as they are.

use super::super::super::Result;
use super::super::Error;
use crate::pg::TableName;
use crate::pg::catalog::ColumnPattern;

/// A column that is to cross.
pub(in crate::copy) struct Crossing<'a> {
    /// The tables it is of, on both sides, with its name there.
    pub places: [(&'a TableName, &'a str); 2],
    /// For people.
    pub table: &'a str,
    /// It is masked, or may cross as it is.
    pub excused: bool,
}

/// Refuses to copy sensitive columns that nothing is said about.
pub(in crate::copy) fn refuse_unmasked<'a>(
    sensitive: &[String],
    columns: impl Iterator<Item = Crossing<'a>>,
) -> Result<()> {
    let patterns = sensitive.iter().map(|text| ColumnPattern::parse(text));
    let patterns: Vec<ColumnPattern> = patterns.collect::<crate::pg::Result<_>>()?;
    let is_sensitive = |column: &Crossing| {
        let mut places = column.places.iter();
        places.any(|(table, name)| patterns.iter().any(|pattern| pattern.matches(table, name)))
    };
    let mut unmasked = columns.filter(|column| !column.excused && is_sensitive(column));
    let Some(first) = unmasked.next() else {
        return Ok(());
    };
    let shown = |column: &Crossing| format!("`{}`.`{}`", column.table, column.places[0].1);
    let columns: Vec<String> = [shown(&first)]
        .into_iter()
        .chain(unmasked.map(|column| shown(&column)))
        .collect();
    Err(Error::Unmasked {
        columns: columns.join(", "),
        table: first.table.to_owned(),
        column: first.places[0].1.to_owned(),
    }
    .into())
}
