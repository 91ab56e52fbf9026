//! Columns of two tables, matched by name.

use std::collections::BTreeMap;

use super::shape::{OnMissing, RowMasks, TableShape};
use super::{Difference, Missing, Result, ShapeError};
use crate::pg::Ident;
use crate::pg::catalog::{Column, Table};

/// How the columns of a source fit those of a target.
#[derive(Debug)]
pub(super) struct Match {
    /// What is copied, as the target has it and in its order.
    pub columns: Vec<Column>,
    /// Where each of them comes from.
    pub reads: Vec<Read>,
    /// Whether the source computes one of them.
    pub computed: bool,
    /// Whether each has a binary form that means the same on both sides.
    pub binary: bool,
    /// Functions that are called for each row.
    pub row_masks: Option<RowMasks>,
    /// What makes the copy impossible.
    pub differences: Vec<Difference>,
    /// What does not, and is worth a line.
    pub notes: Vec<String>,
}

/// What is read at the source for a column of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// The column of the source.
    pub name: String,
    /// The expression over the source's columns.
    pub sql: String,
    /// Whether that is the column as it is.
    pub plain: bool,
    /// The type of what is read, where it is the column's.
    pub type_oid: u32,
    /// A function is called for its values.
    pub called: bool,
    /// It may be a sensitive one: it is masked, or may cross as it is.
    pub excused: bool,
}

/// The two sides by name, and what is done where they differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub on_missing: OnMissing,
}

/// Columns that the target computes are left out; what the source computes is copied as a value.
pub(super) fn match_columns(
    source: &Table,
    target: &Table,
    shape: &TableShape,
    sides: Sides<'_>,
) -> Result<Match> {
    let names =
        |table: &Table| -> Vec<String> { table.columns.iter().map(|c| c.name.clone()).collect() };
    shape.check_names(&source.relation.shown, &names(source), &names(target))?;
    let sources = by_target_name(source, shape)?;
    let table = &target.relation.shown;
    let mut matched = Match {
        columns: Vec::new(),
        reads: Vec::new(),
        computed: false,
        binary: true,
        row_masks: None,
        differences: Vec::new(),
        notes: Vec::new(),
    };
    for column in target.columns.iter().filter(|column| !column.generated) {
        let name = &column.name;
        let there = sources.get(name.as_str());
        match there.filter(|there| shape.takes(&there.name)) {
            Some(there) => matched.take(table, column, there, sides),
            None => matched.miss(table, column, there.is_some() || !shape.takes(name), sides),
        }
    }
    for (name, column) in sources {
        let is_wanted = !column.generated && shape.takes(&column.name);
        if is_wanted && target.column(name).is_none() {
            matched.lose(table, name, sides);
        }
    }
    if matched.columns.is_empty() && shape.columns.is_some() && matched.differences.is_empty() {
        let table = source.relation.shown.clone();
        return Err(ShapeError::NoColumnLeft { table }.into());
    }
    Ok(matched)
}

/// The columns of the source by what the target calls them.
fn by_target_name<'a>(
    source: &'a Table,
    shape: &'a TableShape,
) -> Result<BTreeMap<&'a str, &'a Column>> {
    let mut sources: BTreeMap<&str, &Column> = BTreeMap::new();
    for column in source
        .columns
        .iter()
        .filter(|c| shape.takes(&c.name))
        .chain(
            // A column that is left out gives way to one that is renamed to its name.
            source.columns.iter().filter(|c| !shape.takes(&c.name)),
        )
    {
        let name = shape.name_on_target(&column.name);
        let Some(other) = sources.get(name) else {
            sources.insert(name, column);
            continue;
        };
        if shape.takes(&column.name) {
            return Err(ShapeError::SameColumn {
                table: source.relation.shown.clone(),
                one: other.name.clone(),
                other: column.name.clone(),
                column: name.to_owned(),
            }
            .into());
        }
    }
    Ok(sources)
}

impl Match {
    fn take(&mut self, table: &str, column: &Column, there: &Column, sides: Sides<'_>) {
        let Sides { from, to, .. } = sides;
        let same_type = there.type_name == column.type_name;
        if !same_type {
            self.notes.push(format!(
                "`{table}`.`{}` is {} on `{from}` and {} on `{to}`",
                column.name, there.type_name, column.type_name
            ));
        }
        let same_form = there.portable && column.portable && there.type_oid == column.type_oid;
        self.binary &= same_type && same_form;
        self.computed |= there.generated;
        self.columns.push(column.clone());
        self.reads.push(Read {
            name: there.name.clone(),
            sql: Ident(&there.name).to_string(),
            plain: true,
            type_oid: there.type_oid,
            called: false,
            excused: false,
        });
    }

    /// A column of the target that nothing is read for.
    fn miss(&mut self, table: &str, column: &Column, left_out: bool, sides: Sides<'_>) {
        let name = &column.name;
        let Sides { from, to, .. } = sides;
        match (left_out, column.must_be_given()) {
            (true, true) => {
                let target = to.to_owned();
                self.differ(table, name, Missing::NotChosen { target });
            }
            (false, true) => {
                let source = from.to_owned();
                self.differ(table, name, Missing::OnSource { source });
            }
            (false, false) => self.notes.push(format!(
                "`{table}`.`{name}` is missing on `{from}` and gets its default"
            )),
            (true, false) => {}
        }
    }

    /// A column of the source that the target has not.
    fn lose(&mut self, table: &str, column: &str, sides: Sides<'_>) {
        let target = sides.to.to_owned();
        match sides.on_missing {
            OnMissing::Error => self.differ(table, column, Missing::OnTarget { target }),
            OnMissing::Skip => self.notes.push(format!(
                "`{table}`.`{column}` is missing on `{target}` and left out"
            )),
        }
    }

    fn differ(&mut self, table: &str, column: &str, missing: Missing) {
        self.differences.push(Difference {
            table: table.to_owned(),
            column: column.to_owned(),
            missing,
        });
    }
}

#[cfg(test)]
mod tests;
