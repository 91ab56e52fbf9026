//! What the catalogues of both sides say about the tables of a plan.

use std::collections::{BTreeMap, HashMap};

use super::super::super::estimate::estimate;
use super::super::super::{CopyOptions, Mode, Result};
use super::super::switches::Switches;
use super::super::table::TablePlan;
use super::differences::differences;
use super::{Draft, KeyEnd, PlannedTable, PlannedTrigger};
use crate::pg::catalog::{self, ForeignKey, Relation, Table};
use crate::pg::fields::Fields;
use crate::pg::{Session, TxOptions, Value, transaction};
use crate::trigger::{self, TriggerState};

/// Estimates of the source.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub rows: Option<u64>,
    pub bytes: u64,
}

impl Size {
    /// The bytes of so many rows; of all where nobody knows.
    fn part(self, rows: Option<u64>) -> u64 {
        match (rows, self.rows) {
            (Some(0), _) => 0,
            (Some(some), Some(all @ 1..)) if some < all => {
                let part = u128::from(self.bytes) * u128::from(some) / u128::from(all);
                u64::try_from(part).unwrap_or(u64::MAX)
            }
            _ => self.bytes,
        }
    }
}

pub(super) struct Facts<'a> {
    options: &'a CopyOptions,
    sizes: HashMap<u32, Size>,
    triggers: Vec<TriggerState>,
    sources: HashMap<u32, Table>,
    targets: HashMap<u32, Table>,
    keys: Vec<ForeignKey>,
}

impl<'a> Facts<'a> {
    pub async fn read(options: &'a CopyOptions, drafts: &[Draft]) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        let sources: Vec<Relation> = drafts.iter().map(|d| d.source.clone()).collect();
        let targets: Vec<Relation> = drafts.iter().filter_map(|d| d.target.clone()).collect();
        let by_oid = |tables: Vec<Table>| -> HashMap<u32, Table> {
            tables.into_iter().map(|t| (t.relation.oid, t)).collect()
        };
        Ok(Self {
            options,
            sizes: sizes(from, &sources).await?,
            triggers: trigger::state(to, &targets).await?,
            sources: by_oid(catalog::tables(from, &sources).await?),
            targets: by_oid(catalog::tables(to, &targets).await?),
            keys: catalog::foreign_keys(to).await?,
        })
    }

    pub fn fill(&self, draft: Draft, mode: Mode) -> PlannedTable {
        let Draft {
            source,
            target,
            planned,
            switches,
            expected,
        } = draft;
        let size = self.sizes.get(&source.oid).copied().unwrap_or_default();
        let part = Size {
            rows: planned.rows.or(size.rows),
            bytes: size.part(planned.rows),
        };
        let size = expected.unwrap_or(part);
        let table = PlannedTable {
            mode: mode.word(),
            rows: size.rows,
            bytes: size.bytes,
            table: source.shown.clone(),
            ..planned
        };
        let Some(target) = target else {
            return table;
        };
        PlannedTable {
            keys_in: self.keys_of(&target, |key| (key.parent_root, key.child_root)),
            keys_out: self.keys_of(&target, |key| (key.child_root, key.parent_root)),
            triggers: self.triggers_of(&target, &switches),
            differences: match (self.sources.get(&source.oid), self.targets.get(&target.oid)) {
                (Some(there), Some(here)) => differences(there, here, self.options),
                _ => Vec::new(),
            },
            may_not: self.may_not(&source, &target, mode),
            target: target.shown,
            ..table
        }
    }

    /// The keys that `ends` gives this table as the near end of.
    fn keys_of(&self, table: &Relation, ends: impl Fn(&ForeignKey) -> (u32, u32)) -> Vec<KeyEnd> {
        let near = |key: &&ForeignKey| ends(key).0 == table.root();
        let end = |key: &ForeignKey| KeyEnd {
            key: key.name.name.clone(),
            table: if ends(key).0 == key.child_root {
                key.parent_shown.clone()
            } else {
                key.child_shown.clone()
            },
        };
        self.keys.iter().filter(near).map(end).collect()
    }

    /// Those that users made, a name once whatever number of partitions has it.
    fn triggers_of(&self, table: &Relation, switches: &Switches) -> Vec<PlannedTrigger> {
        let is_of_table = |trigger: &&TriggerState| trigger.given == table.oid && !trigger.internal;
        let mut planned: BTreeMap<&str, PlannedTrigger> = BTreeMap::new();
        for trigger in self.triggers.iter().filter(is_of_table) {
            let is_among = |all: &[TriggerState]| {
                all.iter()
                    .any(|other| other.table == trigger.table && other.name == trigger.name)
            };
            let entry = planned
                .entry(&trigger.name)
                .or_insert_with(|| PlannedTrigger {
                    name: trigger.name.clone(),
                    state: trigger.enabled.word(),
                    fires: false,
                    switched_off: false,
                });
            if trigger.table == table.name {
                entry.state = trigger.enabled.word();
            }
            entry.fires |= is_among(&switches.firing);
            entry.switched_off |= is_among(&switches.off);
        }
        planned.into_values().collect()
    }

    fn may_not(&self, source: &Relation, target: &Relation, mode: Mode) -> Vec<String> {
        let (from, to) = (self.options.from.name(), self.options.to.name());
        let here = target.may;
        let updates = matches!(mode, Mode::Upsert | Mode::Mirror);
        let needs = [
            (source.may.select, "SELECT", from),
            (!source.row_security, "see all rows", from),
            (here.insert, "INSERT", to),
            (!target.row_security, "see all rows", to),
            (here.truncate || mode != Mode::Replace, "TRUNCATE", to),
            (here.update || !updates, "UPDATE", to),
            (here.delete || mode != Mode::Mirror, "DELETE", to),
            (here.own, "ALTER", to),
        ];
        let refused = needs.into_iter().filter(|(may, ..)| !may);
        refused
            .map(|(_, verb, side)| format!("{verb} on `{side}`"))
            .collect()
    }
}

/// What the planner expects of the rows that a condition holds for; nothing where all are copied, or were counted.
pub(super) async fn expected(from: &Session, table: &TablePlan) -> Result<Option<Size>> {
    if table.filter.is_none() || table.chosen.is_some() {
        return Ok(None);
    }
    let expected = transaction(from, &TxOptions::default(), async |from| {
        estimate(from, &table.source_sql()).await
    })
    .await?;
    Ok(expected.map(|expected| Size {
        rows: Some(expected.rows),
        bytes: expected.bytes,
    }))
}

async fn sizes(from: &Session, tables: &[Relation]) -> Result<HashMap<u32, Size>> {
    let sql = include_str!("../../../sql/plan_sizes.sql");
    let rows = from.query(sql, &[oids(tables)]).await?.rows.into_iter();
    let size = |row| {
        let mut row = Fields::new(row);
        let oid = row.oid();
        let rows = row.value().as_int();
        let size = Size {
            rows: rows.and_then(|rows| u64::try_from(rows).ok()),
            bytes: row.count(),
        };
        (oid, size)
    };
    Ok(rows.map(size).collect())
}

fn oids(tables: &[Relation]) -> Value {
    let oids = tables.iter().map(|table| Value::Int(table.oid.into()));
    Value::Array(oids.collect())
}
