//! Tables that are left as they are because they cannot arrive, while the others do.

use super::super::outcome::{self, Unfinished};
use super::super::{CopyOptions, Error, Report, Result};
use super::promises;
use super::table::TablePlan;
use crate::human;
use crate::pg::catalog::{ForeignKey, Relation};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value, ident_list};
use crate::progress::Event;
use crate::trigger::{self, BypassedKey};

/// How many values of a key are looked up before it is given up.
const LOOKED_UP: usize = 10_000;
/// How many an error shows.
const SHOWN: usize = 5;

/// Tables of the target that are left as they are, mostly one.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub targets: Vec<Relation>,
    pub error: Error,
}

impl Refusal {
    pub fn of(target: Relation, error: Error) -> Self {
        Self {
            targets: vec![target],
            error,
        }
    }

    /// The table, where it is about one.
    pub fn only(&self) -> Option<&Relation> {
        match self.targets.as_slice() {
            [target] => Some(target),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        self.targets
            .iter()
            .map(|table| table.shown.clone())
            .collect()
    }
}

/// Takes those out of `tables` that cannot arrive, beside those in `refused`, and then what refers to them.
pub(super) async fn refuse(
    options: &CopyOptions,
    tables: &mut Vec<TablePlan>,
    keys: &[ForeignKey],
    refused: &mut Vec<Refusal>,
    notes: &mut Vec<String>,
) -> Result<()> {
    let broken = promises::broken(options, tables, notes).await?;
    for (place, error) in broken.into_iter().rev() {
        let target = tables.remove(place).target;
        refused.push(Refusal::of(target, error));
    }
    let mut next = 0;
    while let Some(parent) = refused
        .get(next)
        .and_then(|refusal| refusal.only().cloned())
    {
        next += 1;
        let children = orphaned(options, tables, keys, &parent).await?;
        for (oid, error) in children {
            if let Some(place) = tables.iter().position(|table| table.target.oid == oid) {
                let target = tables.remove(place).target;
                refused.push(Refusal::of(target, error));
            }
        }
    }
    Ok(())
}

/// The tables whose rows would refer to rows that `parent` does not have and will not get.
async fn orphaned(
    options: &CopyOptions,
    tables: &[TablePlan],
    keys: &[ForeignKey],
    parent: &Relation,
) -> Result<Vec<(u32, Error)>> {
    let mut orphaned = Vec::new();
    let bypassed = trigger::bypassed_keys(&options.to, std::slice::from_ref(parent)).await?;
    for key in keys {
        let is_meant = key.parent_root == parent.root() && key.checked && key.validated;
        let child = tables.iter().find(|t| t.target.root() == key.child_root);
        let columns = bypassed.iter().find(|other| other.oid == key.oid);
        let (true, Some(child), Some(columns)) = (is_meant, child, columns) else {
            continue;
        };
        let missing = missing(options, child, columns).await?;
        if !missing.is_empty() {
            orphaned.push((
                child.target.oid,
                Error::ParentRefused {
                    table: child.target.shown.clone(),
                    parent: parent.shown.clone(),
                    key: key.name.name.clone(),
                    values: missing.join(", "),
                },
            ));
        }
    }
    Ok(orphaned)
}

/// Values by which the child's rows at the source refer to rows that the parent on the target does not have.
async fn missing(
    options: &CopyOptions,
    child: &TablePlan,
    key: &BypassedKey,
) -> Result<Vec<String>> {
    if !key.child.columns.iter().all(|column| child.copies(column)) {
        return Ok(Vec::new());
    }
    let columns = ident_list(&key.child.columns);
    let whole: Vec<String> = key
        .child
        .columns
        .iter()
        .map(|column| format!("{} IS NOT NULL", ident_list(&[column])))
        .collect();
    let sql = format!(
        "SELECT DISTINCT ROW({columns})::pg_catalog.text FROM ({}) AS r WHERE {} LIMIT {}",
        child.rows_sql(),
        whole.join(" AND "),
        LOOKED_UP + 1
    );
    let values: Vec<String> = texts(&options.from, &sql, &[]).await?;
    if values.len() > LOOKED_UP {
        return Ok(vec![format!("more than {LOOKED_UP} values")]);
    }
    let parent: Vec<String> = key
        .parent
        .columns
        .iter()
        .map(|column| format!("p.{}", ident_list(&[column])))
        .collect();
    let sql = format!(
        "SELECT v.value FROM pg_catalog.unnest($1::pg_catalog.text[]) AS v (value) \
         WHERE NOT EXISTS (SELECT FROM {} AS p WHERE ROW({})::pg_catalog.text OPERATOR(pg_catalog.=) v.value) LIMIT {SHOWN}",
        key.parent.table,
        parent.join(", ")
    );
    let values = values.into_iter().map(Value::Text).collect();
    texts(&options.to, &sql, &[Value::Array(values)]).await
}

async fn texts(session: &Session, sql: &str, params: &[Value]) -> Result<Vec<String>> {
    let rows = session.query(sql, params).await?.rows;
    Ok(rows
        .into_iter()
        .map(|row| Fields::new(row).text())
        .collect())
}

/// Says so, before anything is written.
pub(in super::super) fn announce(options: &CopyOptions, refused: &[Refusal]) {
    for refusal in refused {
        let names = human::some(&refusal.names(), 20);
        let warning = format!("left as it is: {names}: {}", refusal.error);
        options.to.reporter().event(&Event::Warning(warning));
    }
}

/// What a copy ends with that did all but what was refused.
pub(in super::super) fn conclude(
    options: &CopyOptions,
    copied: Result<Report>,
    mut refused: Vec<Refusal>,
) -> Result<Report> {
    if refused.is_empty() {
        return copied;
    }
    let names: Vec<String> = refused.iter().flat_map(Refusal::names).collect();
    let failed = |refused: Vec<Refusal>| {
        let failed = refused.into_iter();
        failed.map(|refusal| (refusal.names(), refusal.error))
    };
    match copied {
        // Nothing else was to be done.
        Ok(report) if report.tables.is_empty() && refused.len() == 1 => {
            Err(refused.remove(0).error)
        }
        Ok(report) => Err(Error::Unfinished(Box::new(Unfinished {
            failed: failed(refused).collect(),
            done: report.tables.into_iter().map(|table| table.table).collect(),
            left: Vec::new(),
            rest: outcome::rest(options, names.iter()),
        }))),
        Err(Error::Unfinished(mut unfinished)) => {
            unfinished.failed.extend(failed(refused));
            Err(Error::Unfinished(unfinished))
        }
        Err(error) => Err(error),
    }
}
