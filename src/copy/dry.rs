//! What a copy would do, with real counts and nothing changed.

use futures_util::future::join;

use super::load::{counts, see_what_policies_show};
use super::plan::{Plan, TablePlan, Unit};
use super::report::Meter;
use super::stage::{Staged, preview};
use super::{CopyOptions, Mode, Report, Result, TableReport};
use crate::pg::{Access, Session, TxOptions, transaction};
use crate::progress::Event;

pub(super) async fn run(options: &CopyOptions, plan: &Plan) -> Result<Report> {
    let mut report = Report::default();
    for unit in &plan.units {
        for table in &unit.tables {
            report.push(if options.mode.is_staged() {
                staged(options, unit, table).await?
            } else {
                load(options, table).await?
            });
        }
    }
    for view in plan.objects.views() {
        let note = format!("materialized view `{view}` would be refreshed");
        options.to.reporter().event(&Event::Note(note));
    }
    Ok(report)
}

async fn load(options: &CopyOptions, table: &TablePlan) -> Result<TableReport> {
    let there = [table.count_source_sql()];
    let here = [table.count_target_sql()];
    let (there, here) = join(
        counts(&options.from, there.into_iter()),
        counts(&options.to, here.into_iter()),
    )
    .await;
    let rows = there?.into_iter().sum();
    let before: u64 = here?.into_iter().sum();
    let meter = Meter::start(&options.to, &table.target.shown);
    let report = TableReport {
        inserted: rows,
        rows,
        deleted: if options.mode == Mode::Replace {
            before
        } else {
            0
        },
        ..meter.report()
    };
    Ok(meter.finish(report, false))
}

/// Stages the rows in a session of its own: the tables are temporary and created before the transaction that
/// compares, which is READ ONLY.
async fn staged(options: &CopyOptions, unit: &Unit, table: &TablePlan) -> Result<TableReport> {
    let aside = options.to.sibling(Access::ReadWrite).await?;
    let compared = compare(options, unit, table, &aside).await;
    aside.close();
    compared
}

async fn compare(
    options: &CopyOptions,
    unit: &Unit,
    table: &TablePlan,
    aside: &Session,
) -> Result<TableReport> {
    let inside: Vec<u32> = unit
        .tables
        .iter()
        .map(|table| table.target.root())
        .collect();
    let mut staged = Staged::create(options, aside, table).await?;
    let read_only = TxOptions {
        read_only: true,
        ..TxOptions::default()
    };
    let report: Result<TableReport> = transaction(aside, &read_only, async |session| {
        super::settings::pin(session).await?;
        see_what_policies_show(session, table.by_insert).await?;
        preview(options, &mut staged, &inside).await
    })
    .await;
    let report = report?;
    staged.give_up(report).await
}
