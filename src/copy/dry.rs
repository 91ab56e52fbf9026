//! What a copy would do, with real counts and nothing changed.

use futures_util::future::join;

use super::load::counts;
use super::plan::{Plan, TablePlan};
use super::report::Meter;
use super::stage::{Outcome, Stage};
use super::{CopyOptions, Mode, Report, Result, TableReport};
use crate::pg::{Access, Session, TxOptions, transaction};
use crate::progress::Event;

pub(super) async fn run(options: &CopyOptions, plan: &Plan) -> Result<Report> {
    let mut report = Report::default();
    for table in plan.units.iter().flat_map(|unit| &unit.tables) {
        report.push(match options.mode {
            Mode::Upsert => upsert(options, table).await?,
            Mode::Replace | Mode::Append => load(options, table).await?,
        });
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

/// Stages the rows in a session of its own: the table is temporary and created before the transaction that
/// compares, which is READ ONLY.
async fn upsert(options: &CopyOptions, table: &TablePlan) -> Result<TableReport> {
    let aside = options.to.sibling(Access::ReadWrite).await?;
    let compared = compare(options, table, &aside).await;
    aside.close();
    compared
}

async fn compare(options: &CopyOptions, table: &TablePlan, aside: &Session) -> Result<TableReport> {
    let mut meter = Meter::start(&options.to, &table.target.shown);
    let stage = Stage::create(aside, table).await?;
    let read_only = TxOptions {
        read_only: true,
        ..TxOptions::default()
    };
    let outcome = transaction(aside, &read_only, async |session| {
        super::settings::pin(session).await?;
        stage.fill(options, &mut meter).await?;
        stage.compare().await
    });
    let outcome: Outcome = outcome.await?;
    stage.drop().await?;
    let report = TableReport {
        inserted: outcome.inserted,
        updated: outcome.updated,
        equal: outcome.equal,
        ..meter.report()
    };
    Ok(meter.finish(report, true))
}
