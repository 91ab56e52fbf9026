//! Tables from one server to another.

use super::plan::{Plan, Unit};
use super::{CopyOptions, Error, Report, Result, dry, load, settings};
use crate::pg::{Isolation, Kinship, Session, TxOptions, kinship, transaction};
use crate::progress::Event;

/// Copies tables. Units of tables tied by foreign keys are complete on the target or as they were.
pub async fn tables(options: &CopyOptions) -> Result<Report> {
    let (from, to) = (&options.from, &options.to);
    refuse_kin(from, to).await?;
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    transaction(from, &snapshot, async |from| {
        if !load::is_snapshot(from).await? {
            to.reporter().event(&Event::Warning(format!(
                "`{}` is read in a READ COMMITTED transaction, so the tables may be of different moments",
                from.name()
            )));
        }
        let settings = settings::pin(from).await?;
        let plan = Plan::read(options).await?;
        for note in &plan.notes {
            to.reporter().event(&Event::Note(note.clone()));
        }
        plan.objects.warn(options);
        let report = if options.dry_run {
            dry::run(options, &plan).await?
        } else {
            write(options, &plan).await?
        };
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

async fn write(options: &CopyOptions, plan: &Plan) -> Result<Report> {
    let units = &plan.units;
    let mut report = Report::default();
    if options.to.in_transaction() {
        write_together(options, units, &mut report).await?;
    } else {
        for unit in units {
            write_together(options, std::slice::from_ref(unit), &mut report).await?;
        }
    }
    plan.objects.finish(options).await?;
    Ok(report)
}

/// In one transaction, or in a savepoint of the one that is open.
async fn write_together(options: &CopyOptions, units: &[Unit], report: &mut Report) -> Result<()> {
    transaction(&options.to, &TxOptions::default(), async |to| {
        let settings = settings::pin(to).await?;
        for table in load::fill(options, units).await? {
            report.push(table);
        }
        settings.restore(to).await
    })
    .await
}
