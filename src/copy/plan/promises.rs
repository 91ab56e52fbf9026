//! Rows of the source that a table of the target cannot take, looked for before anything is written.
//!
//! What both sides promise needs no look. The rest is asked of the source, with the target's expression: a check
//! that was declared NOT VALID, NOT NULL or unique keys that only the target has.

use std::collections::HashMap;

use super::super::{CopyOptions, Error, Mode, Result};
use super::table::TablePlan;
use crate::pg::fields::Fields;
use crate::pg::{Session, TxOptions, Value, ident_list};

/// How many rows an error shows.
const SHOWN: usize = 3;

/// Something that each row fulfils, or that no two rows share.
#[derive(Debug, Clone)]
struct Promise {
    name: String,
    kind: String,
    definition: String,
    expression: String,
    /// The rows that are there fulfil it.
    holds: bool,
    columns: Vec<String>,
}

/// For each table that cannot arrive, its place and why.
pub(super) async fn broken(
    options: &CopyOptions,
    tables: &[TablePlan],
) -> Result<Vec<(usize, Error)>> {
    let wanted = read(&options.to, tables.iter().map(|table| table.target.oid)).await?;
    let given = read(&options.from, tables.iter().map(|table| table.source.oid)).await?;
    let mut broken = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let given = given.get(&table.source.oid).map_or(&[][..], Vec::as_slice);
        for promise in wanted.get(&table.target.oid).into_iter().flatten() {
            if !promise.applies(options, table) || given.iter().any(|other| other.covers(promise)) {
                continue;
            }
            if let Some(error) = promise.refusal(options, table).await? {
                broken.push((place, error));
                break;
            }
        }
    }
    Ok(broken)
}

/// By table. The search path is emptied for the time of one statement.
async fn read(
    session: &Session,
    oids: impl Iterator<Item = u32>,
) -> Result<HashMap<u32, Vec<Promise>>> {
    let oids = Value::Array(oids.map(|oid| i64::from(oid).into()).collect());
    session.begin(&TxOptions::default()).await?;
    let rows = async {
        session.batch("SET LOCAL search_path = ''").await?;
        let sql = include_str!("../../sql/copy_promises.sql");
        session.query(sql, &[oids]).await
    };
    let rows = rows.await;
    session.rollback().await?;
    let mut promises: HashMap<u32, Vec<Promise>> = HashMap::new();
    for row in rows?.rows {
        let mut row = Fields::new(row);
        let table = row.oid();
        promises.entry(table).or_default().push(Promise {
            name: row.text(),
            kind: row.text(),
            definition: row.text(),
            expression: row.text(),
            holds: row.flag(),
            columns: row.texts(),
        });
    }
    Ok(promises)
}

impl Promise {
    /// Whether rows that are copied as they are could break it.
    fn applies(&self, options: &CopyOptions, table: &TablePlan) -> bool {
        let is_unique = self.kind == "unique";
        (!is_unique || options.mode == Mode::Replace)
            && self.columns.iter().all(|column| table.copies(column))
    }

    /// Whether a table that keeps this one keeps the other.
    fn covers(&self, other: &Self) -> bool {
        self.holds
            && self.kind == other.kind
            && match self.kind.as_str() {
                "unique" => self
                    .columns
                    .iter()
                    .all(|column| other.columns.contains(column)),
                _ => self.expression == other.expression,
            }
    }

    async fn refusal(&self, options: &CopyOptions, table: &TablePlan) -> Result<Option<Error>> {
        let from = &options.from;
        from.begin(&TxOptions::default()).await?;
        let found = from.query(&self.sample_sql(table), &[]).await;
        from.rollback().await?;
        let rows = match found {
            Ok(found) => found.rows,
            // A function or type of the target's that the source does not have: only the target can tell.
            Err(error) if error.sqlstate().is_some() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if rows.is_empty() {
            return Ok(None);
        }
        let rows: Vec<String> = rows
            .into_iter()
            .map(|row| Fields::new(row).text())
            .collect();
        Ok(Some(Error::Broken {
            table: table.target.shown.clone(),
            target: options.to.name().to_owned(),
            constraint: self.name.clone(),
            definition: self.definition.clone(),
            rows: rows.join(", "),
        }))
    }

    /// Some rows that break it, as texts.
    fn sample_sql(&self, table: &TablePlan) -> String {
        let rows = table.rows_sql();
        if self.kind == "unique" {
            let columns = ident_list(&self.columns);
            let is_whole: Vec<String> = self
                .columns
                .iter()
                .map(|column| format!("{} IS NOT NULL", ident_list(&[column])))
                .collect();
            return format!(
                "SELECT ROW({columns})::pg_catalog.text FROM ({rows}) AS r WHERE {} GROUP BY {columns} \
                 HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1::pg_catalog.int8 LIMIT {SHOWN}",
                is_whole.join(" AND ")
            );
        }
        let columns = ident_list(&table.column_names());
        let expression = &self.expression;
        format!(
            "SELECT pg_catalog.\"left\"(ROW({columns})::pg_catalog.text, 200) FROM ({rows}) AS r \
             WHERE NOT ({expression}) LIMIT {SHOWN}"
        )
    }
}
