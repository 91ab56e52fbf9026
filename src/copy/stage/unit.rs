//! The tables of a unit in a mode that stages: all are staged and looked at, then written parents first, and what goes
//! is deleted children first.

use super::super::load::expect;
use super::super::mirror::{Dependents, Part};
use super::super::plan::{TablePlan, Unit, Way};
use super::super::report::Meter;
use super::super::{CopyOptions, Mode, Result, TableReport, Verify};
use super::{Outcome, Stage};
use crate::pg::Session;
use crate::progress::Event;

/// Brings the tables of a unit to what the mode says, inside the target's open transaction.
pub(in crate::copy) async fn fill(options: &CopyOptions, unit: &Unit) -> Result<Vec<TableReport>> {
    let to = &options.to;
    let inside: Vec<u32> = unit
        .tables
        .iter()
        .map(|table| table.target.root())
        .collect();
    let mut staged = Vec::with_capacity(unit.tables.len());
    for table in &unit.tables {
        let mut one = Staged::create(options, to, table).await?;
        one.look(options, &inside).await?;
        staged.push(one);
    }
    // A replica deletes a row and nothing else.
    let acting = match unit.keys.way {
        Way::Free | Way::Replica => &[],
        _ => inside.as_slice(),
    };
    let first = staged.iter().any(|one| one.stage.deletes_first());
    if first {
        delete(&mut staged, acting).await?;
    }
    for one in &mut staged {
        one.write(options).await?;
    }
    if !first {
        delete(&mut staged, acting).await?;
    }
    let mut reports = Vec::with_capacity(staged.len());
    for one in staged {
        one.stage.check().await?;
        reports.push(one.finish(options).await?);
    }
    Ok(reports)
}

/// Children before parents. Keys of the tables `acting` may do more than that.
async fn delete(staged: &mut [Staged<'_>], acting: &[u32]) -> Result<()> {
    for one in staged.iter_mut().rev() {
        one.delete(acting).await?;
    }
    Ok(())
}

/// What a dry run reports: staged in `aside`, compared, and nothing written.
pub(in crate::copy) async fn preview(
    options: &CopyOptions,
    one: &mut Staged<'_>,
    inside: &[u32],
) -> Result<TableReport> {
    one.look(options, inside).await?;
    one.outcome = match options.mode {
        Mode::Insert => one.stage.compare_missing().await?,
        _ => one.stage.compare().await?,
    };
    one.deleted = one.doomed;
    Ok(one.report())
}

/// A table on its way.
pub(in crate::copy) struct Staged<'a> {
    stage: Stage<'a>,
    meter: Meter,
    /// Rows of the source that did not have to cross.
    apart: u64,
    dependents: Option<Dependents>,
    doomed: u64,
    deleted: u64,
    outcome: Outcome,
}

impl<'a> Staged<'a> {
    pub async fn create(
        options: &CopyOptions,
        session: &'a Session,
        table: &'a TablePlan,
    ) -> Result<Self> {
        Ok(Self {
            meter: Meter::start(&options.to, &table.target.shown),
            stage: Stage::create(session, table, options.mode).await?,
            apart: 0,
            dependents: None,
            doomed: 0,
            deleted: 0,
            outcome: Outcome::default(),
        })
    }

    /// Stages the rows, and refuses what cannot be done with them. Nothing of the target is written.
    pub async fn look(&mut self, options: &CopyOptions, inside: &[u32]) -> Result<()> {
        if options.mode == Mode::Mirror {
            if !self.stage_differing(options, inside).await? {
                return Ok(());
            }
        } else {
            let table = self.stage.table;
            self.stage.fill(options, table, &mut self.meter).await?;
        }
        match options.mode {
            // A real insert asks the indexes themselves, where these are checked at once.
            Mode::Insert if !options.dry_run && !self.stage.has_deferrable() => Ok(()),
            Mode::Insert => self.stage.find_claims().await,
            _ => {
                self.stage.find_claims().await?;
                self.stage.plan_room().await
            }
        }
    }

    /// The rows in the part of the table that differs; false where there is none.
    async fn stage_differing(&mut self, options: &CopyOptions, inside: &[u32]) -> Result<bool> {
        let table = self.stage.table;
        let part = Part::find(options, table, self.stage.session, &mut self.meter).await?;
        self.apart = part.rows.unwrap_or_default();
        if part.is_empty() {
            return Ok(false);
        }
        self.stage
            .fill(options, &part.of(table), &mut self.meter)
            .await?;
        self.apart = self.apart.saturating_sub(self.meter.rows());
        self.doomed = self.stage.doom(&part).await?;
        if self.doomed > 0 {
            let dependents = Dependents::read(self.stage.session, table.target.oid).await?;
            dependents.check_outside(&self.stage, inside).await?;
            self.dependents = Some(dependents);
        }
        Ok(true)
    }

    async fn write(&mut self, options: &CopyOptions) -> Result<()> {
        self.outcome = match options.mode {
            Mode::Insert => self.stage.insert().await?,
            _ if self.stage.is_empty() => Outcome::default(),
            _ => self.stage.upsert().await?,
        };
        if self.outcome.skipped > 0 {
            self.tell_skipped(options);
        }
        Ok(())
    }

    fn tell_skipped(&self, options: &CopyOptions) {
        let rows = crate::human::rows(self.outcome.skipped);
        let table = &self.stage.table.target.shown;
        options.to.reporter().event(&Event::Note(format!(
            "`{table}`: {rows} left out: other rows of `{}` have their key or another unique value",
            options.to.name()
        )));
    }

    async fn delete(&mut self, inside: &[u32]) -> Result<()> {
        if let Some(dependents) = &self.dependents {
            dependents.check_inside(&self.stage, inside).await?;
        }
        self.deleted = self.stage.delete_doomed(self.doomed).await?;
        Ok(())
    }

    fn report(&self) -> TableReport {
        TableReport {
            inserted: self.outcome.inserted,
            updated: self.outcome.updated,
            deleted: self.deleted,
            equal: self.outcome.equal + self.apart,
            skipped: self.outcome.skipped,
            ..self.meter.report()
        }
    }

    async fn finish(self, options: &CopyOptions) -> Result<TableReport> {
        let report = self.report();
        let by_insert = self.stage.table.by_insert;
        self.stage.drop().await?;
        if options.verify != Verify::No || by_insert {
            let arrived = report.rows.saturating_sub(self.outcome.kept_out);
            expect(&report.table, report.rows, arrived)?;
        }
        Ok(self.meter.finish(report, true))
    }

    /// The same for a dry run.
    pub async fn give_up(self, report: TableReport) -> Result<TableReport> {
        self.stage.drop().await?;
        Ok(self.meter.finish(report, true))
    }
}
