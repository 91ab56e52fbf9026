//! Some rows of the source that break a promise, as texts.

use super::super::super::estimate::estimate;
use super::super::table::TablePlan;
use super::Promise;
use crate::pg::fields::Fields;
use crate::pg::{self, Session, ident_list};

/// How many rows an error shows.
const SHOWN: usize = 3;
/// What comparing rows with each other may cost, in the planner's units: some seconds.
const MOST: f64 = 500_000.0;

impl Promise {
    /// Nothing where it would take too long to find them.
    pub(super) async fn samples(
        &self,
        from: &Session,
        table: &TablePlan,
    ) -> pg::Result<Option<Vec<String>>> {
        let sql = match self.kind.as_str() {
            "unique" => self.twice(table),
            "exclude" => self.pairs(table),
            "domain" => self.values(table),
            _ => self.rows(table),
        };
        if self.kind == "exclude" {
            let expected = estimate(from, &sql).await?;
            if expected.is_none_or(|expected| expected.cost > MOST) {
                return Ok(None);
            }
        }
        let rows = from.query(&format!("{sql} LIMIT {SHOWN}"), &[]).await?.rows;
        let rows = rows.into_iter().map(|row| Fields::new(row).text());
        Ok(Some(rows.collect()))
    }

    /// Values that several rows have.
    fn twice(&self, table: &TablePlan) -> String {
        let (rows, columns) = (table.rows_sql(), ident_list(&self.columns));
        let is_whole: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", ident_list(&[column])))
            .collect();
        format!(
            "SELECT ROW({columns})::pg_catalog.text FROM ({rows}) AS r WHERE {} GROUP BY {columns} \
             HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1::pg_catalog.int8",
            is_whole.join(" AND ")
        )
    }

    /// Rows for whose keys all operators hold. Whether they hold does not depend on which of two comes first.
    fn pairs(&self, table: &TablePlan) -> String {
        let keys = self.keys.iter().enumerate();
        let keys: Vec<String> = keys
            .clone()
            .map(|(number, key)| format!("({key}) AS k{number}"))
            .collect();
        let operators = self.operators.iter().enumerate();
        let conflicts: Vec<String> = operators
            .map(|(number, operator)| format!("a.k{number} {operator} b.k{number}"))
            .collect();
        format!(
            "WITH rows AS MATERIALIZED (SELECT pg_catalog.row_number() OVER () AS n, {} AS shown, {} FROM ({}) AS r \
             WHERE {}) SELECT pg_catalog.concat(a.shown, ' beside ', b.shown) FROM rows AS a JOIN rows AS b \
             ON a.n OPERATOR(pg_catalog.<) b.n AND {}",
            shown(table),
            keys.join(", "),
            table.rows_sql(),
            self.expression,
            conflicts.join(" AND ")
        )
    }

    /// Rows with a value that its domain does not take.
    fn values(&self, table: &TablePlan) -> String {
        let column = ident_list(&self.columns);
        let base = self.keys.concat();
        format!(
            "SELECT v.shown FROM (SELECT {} AS shown, {column}::{base} AS value FROM ({}) AS r) AS v WHERE NOT ({})",
            shown(table),
            table.rows_sql(),
            self.expression
        )
    }

    fn rows(&self, table: &TablePlan) -> String {
        format!(
            "SELECT {} FROM ({}) AS r WHERE NOT ({})",
            shown(table),
            table.rows_sql(),
            self.expression
        )
    }
}

fn shown(table: &TablePlan) -> String {
    let columns = ident_list(&table.column_names());
    format!("pg_catalog.\"left\"(ROW({columns})::pg_catalog.text, 200)")
}
