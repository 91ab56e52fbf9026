//! Columns of two tables, matched by name.

use super::{Difference, Missing};
use crate::pg::catalog::{Column, Table};

/// How the columns of a source fit those of a target.
#[derive(Debug)]
pub(super) struct Match {
    /// What is copied, as the target has it and in its order.
    pub columns: Vec<Column>,
    /// Whether the source computes one of them.
    pub computed: bool,
    /// Whether each has a binary form that means the same on both sides.
    pub binary: bool,
    /// What makes the copy impossible.
    pub differences: Vec<Difference>,
    /// What does not, and is worth a line.
    pub notes: Vec<String>,
}

/// Columns that the target computes are left out; what the source computes is copied as a value.
pub(super) fn match_columns(source: &Table, target: &Table, from: &str, to: &str) -> Match {
    let table = &target.relation.shown;
    let mut matched = Match {
        columns: Vec::new(),
        computed: false,
        binary: true,
        differences: Vec::new(),
        notes: Vec::new(),
    };
    for column in target.columns.iter().filter(|column| !column.generated) {
        let name = &column.name;
        match source.column(name) {
            Some(there) => matched.take(table, column, there, (from, to)),
            None if column.must_be_given() => {
                let source = from.to_owned();
                matched.differ(table, name, Missing::OnSource { source });
            }
            None => matched.notes.push(format!(
                "`{table}`.`{name}` is missing on `{from}` and gets its default"
            )),
        }
    }
    for column in source.columns.iter().filter(|column| !column.generated) {
        if target.column(&column.name).is_none() {
            let target = to.to_owned();
            matched.differ(table, &column.name, Missing::OnTarget { target });
        }
    }
    matched
}

impl Match {
    fn take(&mut self, table: &str, column: &Column, there: &Column, (from, to): (&str, &str)) {
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
