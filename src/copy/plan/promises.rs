//! Rows of the source that a table of the target cannot take, looked for before anything is written.
//!
//! What both sides promise needs no look. The rest is asked of the source, with the target's expression: a check
//! that was declared NOT VALID or stands on a partition or a domain, NOT NULL, unique keys and exclusions that only the
//! target has.

mod sample;

use std::collections::HashMap;

use super::super::{CopyOptions, Error, Mode, Result};
use super::table::TablePlan;
use crate::pg::fields::Fields;
use crate::pg::{Session, TxOptions, Value};

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
    /// Of an exclusion the expressions that are compared, of a domain the type of its values.
    keys: Vec<String>,
    /// What the keys are compared by.
    operators: Vec<String>,
}

/// For each table that cannot arrive, its place and why; with lines about what would take too long to find out.
pub(super) async fn broken(
    options: &CopyOptions,
    tables: &[TablePlan],
    notes: &mut Vec<String>,
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
            match promise.refusal(options, table).await? {
                Found::Nothing => {}
                Found::TooMuch => notes.push(promise.unknown(options, table)),
                Found::Broken(error) => {
                    broken.push((place, error));
                    break;
                }
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
            keys: row.texts(),
            operators: row.texts(),
        });
    }
    Ok(promises)
}

impl Promise {
    /// Whether rows that are copied as they are could break it.
    fn applies(&self, options: &CopyOptions, table: &TablePlan) -> bool {
        // Beside rows that stay, the server alone can tell.
        let is_of_several = matches!(self.kind.as_str(), "unique" | "exclude");
        (!is_of_several || options.mode == Mode::Replace)
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
                "exclude" => {
                    (&self.expression, &self.keys, &self.operators)
                        == (&other.expression, &other.keys, &other.operators)
                }
                "domain" => {
                    (&self.columns, &self.expression) == (&other.columns, &other.expression)
                }
                _ => self.expression == other.expression,
            }
    }

    async fn refusal(&self, options: &CopyOptions, table: &TablePlan) -> Result<Found> {
        let from = &options.from;
        from.begin(&TxOptions::default()).await?;
        let found = self.samples(from, table).await;
        from.rollback().await?;
        let rows = match found {
            Ok(Some(rows)) => rows,
            Ok(None) => return Ok(Found::TooMuch),
            // A function or type of the target's that the source does not have: only the target can tell.
            Err(error) if error.sqlstate().is_some() => return Ok(Found::Nothing),
            Err(error) => return Err(error.into()),
        };
        if rows.is_empty() {
            return Ok(Found::Nothing);
        }
        Ok(Found::Broken(Error::Broken {
            table: table.target.shown.clone(),
            target: options.to.name().to_owned(),
            constraint: self.name.clone(),
            definition: self.definition.clone(),
            rows: rows.join(", "),
        }))
    }

    fn unknown(&self, options: &CopyOptions, table: &TablePlan) -> String {
        format!(
            "whether rows of the source break `{}` of `{}` on `{}` is not looked for beforehand, since it compares too many \
             pairs of rows",
            self.name,
            table.target.shown,
            options.to.name()
        )
    }
}

/// What a look at the source has shown.
enum Found {
    Nothing,
    /// It would take too long.
    TooMuch,
    Broken(Error),
}
