//! Tables from one server to another.

use std::time::Instant;

use super::plan::{Plan, TablePlan, Unit, announce, conclude};
use super::snapshot::Snapshot;
use super::{Atomic, CopyOptions, Error, Report, Result, dry, encoding, load, settings, workers};
use crate::pg::{Isolation, Kinship, Session, TxOptions, kinship, transaction};
use crate::progress::Event;

/// Copies tables. Units of tables tied by foreign keys are complete on the target or as they were.
pub async fn tables(options: &CopyOptions) -> Result<Report> {
    let (from, to) = (&options.from, &options.to);
    options.work.check(options)?;
    refuse_kin(from, to).await?;
    let read = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    // A savepoint, which the block below is then, could not share it.
    let before = match from.blocks() {
        0 => None,
        1 => Some(Snapshot::export(from).await?),
        _ => Some(Snapshot::of_a_savepoint()),
    };
    transaction(from, &read, async |from| {
        let snapshot = match before {
            Some(snapshot) => snapshot,
            None => Snapshot::export(from).await?,
        };
        if !load::is_snapshot(from).await? {
            to.reporter().event(&Event::Warning(format!(
                "`{}` is read in a READ COMMITTED transaction, so the tables may be of different moments",
                from.name()
            )));
        }
        let settings = settings::pin(from).await?;
        let mut plan = Plan::read(options).await?;
        let refused = std::mem::take(&mut plan.refused);
        for note in &plan.notes {
            to.reporter().event(&Event::Note(note.clone()));
        }
        announce(options, &refused);
        plan.objects.warn(options);
        let copied = if options.dry_run {
            dry::run(options, &plan).await
        } else {
            told(options, plan, &snapshot).await
        };
        let report = conclude(options, copied, refused)?;
        settings.restore(from).await?;
        Ok(report)
    })
    .await
}

/// Refuses to copy a database into itself, however it was reached.
pub(super) async fn refuse_kin(from: &Session, to: &Session) -> Result<()> {
    let (from_name, to_name) = (from.name().to_owned(), to.name().to_owned());
    if to.server().standby {
        return Err(Error::TargetIsStandby { target: to_name });
    }
    match kinship(from, to).await? {
        Kinship::Strangers => Ok(()),
        Kinship::SameDatabase => Err(Error::SameDatabase {
            from: from_name,
            to: to_name,
        }),
        Kinship::Standby => Err(Error::Standby {
            from: from_name,
            to: to_name,
        }),
        Kinship::Clones => {
            to.reporter().event(&Event::Warning(format!(
                "`{from_name}` and `{to_name}` have the same system identifier: one is a clone of the other"
            )));
            Ok(())
        }
    }
}

/// Copies, and tells the listener from beginning to end.
async fn told(options: &CopyOptions, plan: Plan, snapshot: &Snapshot) -> Result<Report> {
    let reporter = options.to.reporter();
    let tables = plan.units.iter().flat_map(|unit| &unit.tables);
    // Nobody knows how many rows fulfil a condition.
    let expected = tables.map(|table| {
        let estimate = table.source.estimate.filter(|_| table.filter.is_none());
        let rows = table.chosen.or(estimate);
        (table.target.shown.clone(), rows)
    });
    let tables = expected.collect();
    reporter.event(&Event::CopyBegan { tables });
    let begun = Instant::now();
    let mut known: Vec<TablePlan> = Vec::new();
    if plan.objects.encodings.may_refuse() {
        known.extend(plan.units.iter().flat_map(|unit| unit.tables.clone()));
    }
    let copied = match Box::pin(write(options, plan, snapshot)).await {
        Err(error) if !known.is_empty() => {
            Err(Box::pin(encoding::explained(options, &known, error)).await)
        }
        copied => copied,
    };
    let several = |report: &&Report| report.tables.len() > 1;
    let report = copied.as_ref().ok().filter(several).map(|report| {
        let title = format!("{} to {}", options.from.name(), options.to.name());
        report.table(title, begun.elapsed().as_secs_f64())
    });
    reporter.event(&Event::CopyEnded { report });
    copied
}

async fn write(options: &CopyOptions, plan: Plan, snapshot: &Snapshot) -> Result<Report> {
    let report = if options.to.in_transaction() {
        write_together(options, &plan.units).await?
    } else {
        let copied = Box::pin(workers::run(options, plan.units, &plan.objects, snapshot)).await;
        if options.work.atomic != Atomic::Unit {
            return copied;
        }
        if let Err(Error::Unfinished(_)) = &copied {
            // What hangs on the tables that did arrive is not to stay behind them.
            if let Err(error) = plan.objects.finish(options).await {
                let warning = Event::Warning(error.to_string());
                options.to.reporter().event(&warning);
            }
        }
        copied?
    };
    plan.objects.finish(options).await?;
    Ok(report)
}

/// In a savepoint of the transaction that is open, by one worker.
async fn write_together(options: &CopyOptions, units: &[Unit]) -> Result<Report> {
    if options.work.jobs.is_some_and(|jobs| jobs > 1) {
        let note = "one worker: the target is written in a transaction that is open";
        options.to.reporter().event(&Event::Note(note.to_owned()));
    }
    let mut report = Report::default();
    transaction(&options.to, &TxOptions::default(), async |to| {
        let settings = settings::pin(to).await?;
        for table in load::fill(options, units).await? {
            report.push(table);
        }
        settings.restore(to).await
    })
    .await?;
    Ok(report)
}
