//! What a copy would do, for a person to read before anything is changed.

mod differences;
mod facts;
mod print;

use std::collections::BTreeSet;

use super::super::tables::refuse_kin;
use super::super::{CopyOptions, Result, Tables};
use super::Plan;
use super::switches::Switches;
use crate::pg::catalog::{Catalog, Relation};
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::Event;
use facts::{Facts, Size};

/// The plan of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanReport {
    /// In the order in which they would be filled.
    pub tables: Vec<PlannedTable>,
    pub units: Vec<PlannedUnit>,
    /// Tables that the patterns match and `exclude` leaves out.
    pub excluded: Vec<String>,
    pub refused: Vec<Refused>,
    /// Materialized views to refresh, in order.
    pub views: Vec<String>,
    /// The sums of what is known.
    pub rows: u64,
    pub bytes: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedTable {
    /// As any primitive takes it.
    pub table: String,
    /// Its name on the target, empty where there is none.
    pub target: String,
    pub mode: &'static str,
    /// Estimated, unless [`PlannedTable::counted`]; `None` where the table was never analyzed.
    pub rows: Option<u64>,
    /// The rows were chosen one by one.
    pub counted: bool,
    pub bytes: u64,
    /// The place of its unit in [`PlanReport::units`], from 1; `None` where nothing would be copied.
    pub unit: Option<usize>,
    pub strategy: &'static str,
    pub reason: String,
    /// `binary` or `text`.
    pub format: &'static str,
    pub keys_in: Vec<KeyEnd>,
    pub keys_out: Vec<KeyEnd>,
    pub triggers: Vec<PlannedTrigger>,
    /// Where the columns of both sides differ, a sentence for each.
    pub differences: Vec<String>,
    /// What the roles would need and may not, such as `TRUNCATE`.
    pub may_not: Vec<String>,
}

/// Tables that are filled in one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedUnit {
    pub tables: Vec<String>,
    pub strategy: &'static str,
    pub reason: String,
}

/// A foreign key, and the table at its other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEnd {
    pub key: String,
    pub table: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTrigger {
    pub name: String,
    /// `origin`, `always`, `replica`, `disabled`.
    pub state: &'static str,
    /// Whether it would fire for the rows of the copy.
    pub fires: bool,
    /// Whether the copy would switch it off for its time.
    pub switched_off: bool,
}

/// What cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// `None` where the reason is about several.
    pub table: Option<String>,
    pub reason: String,
}

/// A table before its facts are gathered.
struct Draft {
    source: Relation,
    target: Option<Relation>,
    planned: PlannedTable,
    switches: Switches,
    /// Of the rows that a condition holds for.
    expected: Option<Size>,
}

/// Finds out and prints what [`super::super::tables`] would do; nothing is changed on either side.
pub async fn plan(options: &CopyOptions) -> Result<PlanReport> {
    refuse_kin(&options.from, &options.to).await?;
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    let read = async |_: &Session| Box::pin(read(options)).await;
    let (report, notes) = transaction(&options.from, &snapshot, read).await?;
    let reporter = options.to.reporter();
    reporter.event(&Event::Report(print::table(&report, options)));
    let mut told = BTreeSet::new();
    for (line, is_warning) in print::lines(&report, options).into_iter().chain(notes) {
        // Columns that differ are in the notes of the copy too.
        if told.insert(line.clone()) {
            reporter.event(&if is_warning {
                Event::Warning(line)
            } else {
                Event::Note(line)
            });
        }
    }
    Ok(report)
}

/// A text, and whether it is a warning.
type Line = (String, bool);

async fn read(options: &CopyOptions) -> Result<(PlanReport, Vec<Line>)> {
    let mut report = PlanReport::default();
    if let Tables::Matching(filter) = &options.tables {
        let selected = Catalog::read(&options.from).await?.select(filter)?;
        report.excluded = selected.excluded;
    }
    let mut notes = Vec::new();
    let drafts = match attempt(options).await {
        Ok(plan) => {
            let refused = plan.refused.iter().map(|refusal| Refused {
                table: refusal.only().map(|table| table.shown.clone()),
                reason: refusal.error.to_string(),
            });
            report.refused.extend(refused);
            notes.extend(plan.notes.iter().cloned().map(|note| (note, false)));
            notes.extend(plan.objects.warning().cloned().map(|note| (note, true)));
            report.views = plan.objects.views().map(str::to_owned).collect();
            of_plan(options, plan, &mut report).await?
        }
        Err(error) if error.is_interrupted() => return Err(error),
        Err(error) => {
            report.refused.push(Refused {
                table: error.table().map(str::to_owned),
                reason: error.to_string(),
            });
            without_plan(options).await?
        }
    };
    let facts = Facts::read(options, &drafts).await?;
    let mode = options.mode;
    report.tables = drafts
        .into_iter()
        .map(|draft| facts.fill(draft, mode))
        .collect();
    report.rows = report.tables.iter().filter_map(|table| table.rows).sum();
    report.bytes = report.tables.iter().map(|table| table.bytes).sum();
    Ok((report, notes))
}

/// The plan of the copy itself. Its failure leaves neither side in a transaction that is aborted.
async fn attempt(options: &CopyOptions) -> Result<Plan> {
    let read_only = TxOptions {
        read_only: true,
        ..TxOptions::default()
    };
    transaction(&options.from, &read_only, async |_: &Session| {
        transaction(&options.to, &read_only, async |_: &Session| {
            Box::pin(Plan::read(options)).await
        })
        .await
    })
    .await
}

async fn of_plan(options: &CopyOptions, plan: Plan, report: &mut PlanReport) -> Result<Vec<Draft>> {
    let mut drafts = Vec::new();
    for (place, unit) in plan.units.into_iter().enumerate() {
        let (strategy, reason) = (unit.keys.way.word(), unit.keys.reason.clone());
        let names = unit.tables.iter().map(|table| table.source.shown.clone());
        report.units.push(PlannedUnit {
            tables: names.collect(),
            strategy,
            reason: reason.clone(),
        });
        let switches = unit.triggers;
        for table in unit.tables {
            drafts.push(Draft {
                switches: switches.clone(),
                expected: facts::expected(&options.from, &table).await?,
                planned: PlannedTable {
                    rows: table.chosen,
                    counted: table.chosen.is_some(),
                    unit: Some(place + 1),
                    strategy,
                    reason: reason.clone(),
                    format: if table.binary { "binary" } else { "text" },
                    ..PlannedTable::default()
                },
                source: table.source,
                target: Some(table.target),
            });
        }
    }
    Ok(drafts)
}

/// The tables that were asked for, where something makes the copy impossible.
async fn without_plan(options: &CopyOptions) -> Result<Vec<Draft>> {
    let (there, here) = (
        Catalog::read(&options.from).await?,
        Catalog::read(&options.to).await?,
    );
    let (sources, _) = super::chosen::selected(&there, &options.tables)?;
    let draft = |(source, _): super::chosen::Selected| Draft {
        target: here.counterpart(&source).ok().cloned(),
        source,
        planned: PlannedTable::default(),
        switches: Switches::default(),
        expected: None,
    };
    Ok(sources.into_iter().map(draft).collect())
}
