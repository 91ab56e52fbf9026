//! What else than its key has to be unique in a table: indexes whole, partial and over expressions, with NULLs that
//! are equal or not, and exclusion constraints.

use crate::pg::fields::Fields;
use crate::pg::{Ident, Result, Session, TableName, Value};

#[derive(Debug)]
pub(super) struct Unique {
    /// Of the index, which is that of its constraint where it has one.
    pub name: String,
    constraint: Option<TableName>,
    pub deferrable: bool,
    pub initially_deferred: bool,
    nulls_equal: bool,
    /// The rows it is about, as SQL over the table's columns; all of them where there is none.
    predicate: Option<String>,
    pub parts: Vec<Part>,
    /// All columns it looks at.
    pub columns: Vec<String>,
}

/// A column of the index.
#[derive(Debug)]
pub(super) struct Part {
    expression: String,
    collation: String,
    operator: String,
    /// The column it is, where it is no expression.
    pub plain: Option<String>,
}

impl Unique {
    /// What has to be unique in the table with this oid.
    pub async fn read(session: &Session, table: u32) -> Result<Vec<Self>> {
        let sql = include_str!("../../sql/copy_unique.sql");
        let rows = session.query(sql, &[Value::Int(table.into())]).await?.rows;
        Ok(rows.into_iter().map(Self::of_row).collect())
    }

    fn of_row(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        let (name, is_constraint, schema) = (row.text(), row.flag(), row.text());
        let (deferrable, initially_deferred, nulls_equal) = (row.flag(), row.flag(), row.flag());
        let predicate = row.optional();
        let [expressions, collations, operators, plain] = std::array::from_fn(|_| row.texts());
        let parts = expressions
            .into_iter()
            .zip(collations)
            .zip(operators.into_iter().zip(plain))
            .map(|((expression, collation), (operator, plain))| Part {
                expression,
                collation,
                operator,
                plain: (!plain.is_empty()).then_some(plain),
            });
        Self {
            constraint: is_constraint.then(|| TableName::new(schema, &name)),
            name,
            deferrable,
            initially_deferred,
            nulls_equal,
            predicate,
            parts: parts.collect(),
            columns: row.texts(),
        }
    }

    pub fn nulls_are_equal(&self) -> bool {
        self.nulls_equal
    }

    /// The constraint as `SET CONSTRAINTS` names it.
    pub fn constraint(&self) -> Option<String> {
        Some(self.constraint.as_ref()?.to_string())
    }

    /// What the index sees of a row, to be selected from something with the table's columns.
    pub fn values(&self) -> String {
        let part = |(number, part): (usize, &Part)| {
            format!(
                "({}){} AS {}",
                part.expression,
                part.collation,
                value(number)
            )
        };
        let parts: Vec<String> = self.parts.iter().enumerate().map(part).collect();
        let predicate = self.predicate.as_deref().unwrap_or("true");
        format!("{}, ({predicate}) AS {HOLDS}", parts.join(", "))
    }

    /// Rows with these [`Unique::values`] cannot both be in the table.
    pub fn conflict(&self, left: &str, right: &str) -> String {
        let part = |(number, part): (usize, &Part)| {
            let (value, operator) = (value(number), &part.operator);
            let equal = format!("{left}.{value} {operator} {right}.{value}");
            if self.nulls_equal {
                format!("({equal} OR {left}.{value} IS NULL AND {right}.{value} IS NULL)")
            } else {
                equal
            }
        };
        let parts: Vec<String> = self.parts.iter().enumerate().map(part).collect();
        format!(
            "{left}.{HOLDS} AND {right}.{HOLDS} AND {}",
            parts.join(" AND ")
        )
    }

    /// The values of `alias` as a text for people: `(slug) = (a)`.
    pub fn shown(&self, alias: &str) -> String {
        let texts = (0..self.parts.len()).map(|number| text(&format!("{alias}.{}", value(number))));
        texts.collect::<Vec<_>>().join(", ")
    }

    /// The values' names for people.
    pub fn label(&self) -> String {
        let parts = self.parts.iter();
        let names = parts.map(|part| part.plain.as_ref().unwrap_or(&part.expression).as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Whether the index is about a row.
const HOLDS: &str = "\"runner holds\"";

fn value(number: usize) -> String {
    Ident(&format!("runner value {number}")).to_string()
}

pub(super) fn text(value: &str) -> String {
    format!("COALESCE({value}::pg_catalog.text, 'NULL')")
}
