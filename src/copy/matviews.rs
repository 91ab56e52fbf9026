//! Materialized views of the target, whose rows come from copied tables: refreshed once these are there.

use std::collections::HashSet;
use std::time::Instant;

use super::plan::TablePlan;
use super::{CopyOptions, Error, Result, Tables};
use crate::pg::catalog::{Catalog, Kind, Relation, TableFilter};
use crate::pg::fields::Fields;
use crate::pg::{self, Session, TableName, Value};
use crate::progress::Event;

/// A view to refresh.
#[derive(Debug)]
pub(super) struct MaterializedView {
    name: TableName,
    pub shown: String,
}

/// The views to refresh, in the order of what they read from each other; with lines about those that are not.
///
/// One that holds no rows on either side stays so.
pub(super) async fn read(
    options: &CopyOptions,
    catalog: &Catalog,
    tables: &[TablePlan],
) -> Result<(Vec<MaterializedView>, Vec<String>)> {
    let is_view = |relation: &Relation| relation.kind == Kind::MaterializedView;
    if !options.refresh || !catalog.relations().iter().any(is_view) {
        return Ok((Vec::new(), Vec::new()));
    }
    let filter = match &options.tables {
        Tables::Matching(filter) => Some(filter),
        Tables::Rows(_) => None,
    };
    let everything = filter.map_or(Ok(false), TableFilter::is_everything)?;
    let oids = tables
        .iter()
        .map(|table| Value::Int(table.target.oid.into()));
    let parameters = [Value::Array(oids.collect()), Value::Bool(everything)];
    let sql = include_str!("../sql/copy_matviews.sql");
    let rows = options.to.query(sql, &parameters).await?.rows;
    if rows.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let populated = populated(&options.from).await?;
    let (mut views, mut notes) = (Vec::new(), Vec::new());
    for row in rows {
        let mut row = Fields::new(row);
        let name = TableName::new(row.text(), row.text());
        let (shown, holds_rows, may) = (row.text(), row.flag(), row.flag());
        let excluded = filter.map_or(Ok(false), |filter| catalog.is_excluded(filter, &name))?;
        if excluded || !(holds_rows || populated.contains(&name)) {
            continue;
        }
        if may {
            views.push(MaterializedView { name, shown });
        } else {
            notes.push(format!(
                "materialized view `{shown}` on `{}` is not refreshed: `{}` does not own it",
                options.to.name(),
                options.to.server().user
            ));
        }
    }
    Ok((views, notes))
}

/// The views of the source that hold rows.
async fn populated(from: &Session) -> Result<HashSet<TableName>> {
    let sql = include_str!("../sql/populated_matviews.sql");
    let rows = from.query(sql, &[]).await?.rows.into_iter();
    let name = |row| {
        let mut row = Fields::new(row);
        TableName::new(row.text(), row.text())
    };
    Ok(rows.map(name).collect())
}

/// Refreshes the views, in the transaction that is open or each by itself. Where the rows are committed already,
/// one that fails does not keep the others from it.
pub(super) async fn refresh(to: &Session, views: &[MaterializedView]) -> Result<()> {
    let committed = !to.in_transaction();
    let mut failed = None;
    for view in views {
        match refresh_one(to, view).await {
            Ok(()) => {}
            Err(source) => {
                let ends = !committed || matches!(source, pg::Error::Interrupted);
                let error = Error::Refresh {
                    view: view.shown.clone(),
                    committed,
                    source: Box::new(source.into()),
                };
                if ends {
                    return Err(error);
                }
                match &failed {
                    None => failed = Some(error),
                    Some(_) => to.reporter().event(&Event::Warning(error.to_string())),
                }
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn refresh_one(to: &Session, view: &MaterializedView) -> pg::Result<()> {
    let begun = Instant::now();
    to.batch(&format!("REFRESH MATERIALIZED VIEW {}", view.name))
        .await?;
    to.reporter().event(&Event::Copied {
        table: view.shown.clone(),
        summary: "refreshed".to_owned(),
        rows: 0,
        bytes: 0,
        seconds: begun.elapsed().as_secs_f64(),
    });
    Ok(())
}
