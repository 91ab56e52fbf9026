//! What of the target acts by itself on what the copy does: rules and event triggers.

use std::collections::BTreeSet;

use super::super::objects::Objects;
use super::super::{Atomic, CopyOptions, Error, Mode, Result};
use super::unit::Unit;
use super::ward::Emptying;
use crate::pg::catalog::Relation;
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// A rule that rewrites what is done with the rows of a table. COPY and TRUNCATE follow none.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    table: u32,
    name: String,
    event: Event,
    /// As the catalogue has it.
    enabled: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Insert,
    Update,
    Delete,
}

/// Those of the tables.
pub(super) async fn rules(to: &Session, tables: &[Relation]) -> Result<Vec<Rule>> {
    let oids = tables.iter().map(|table| Value::Int(table.oid.into()));
    let sql = include_str!("../../sql/copy_rules.sql");
    let rows = to.query(sql, &[Value::Array(oids.collect())]).await?.rows;
    let rule = |row| {
        let mut row = Fields::new(row);
        Rule {
            table: row.oid(),
            name: row.text(),
            event: match row.text().as_str() {
                "2" => Event::Update,
                "3" => Event::Insert,
                _ => Event::Delete,
            },
            enabled: row.text(),
        }
    };
    Ok(rows.into_iter().map(rule).collect())
}

impl Rule {
    fn acts(&self, replica: bool) -> bool {
        match self.enabled.as_str() {
            "A" => true,
            "R" => replica,
            _ => !replica,
        }
    }
}

/// Refuses a unit for a rule that its rows could not get by.
pub(super) fn check(
    options: &CopyOptions,
    unit: &[Relation],
    rules: &[Rule],
    replica: bool,
) -> Result<()> {
    let why = |table: &Relation, rule: &Rule| match rule.event {
        Event::Insert | Event::Update if options.mode.is_staged() => Some(
            "this mode needs INSERT ... ON CONFLICT, which the server refuses under it; use `append` or `replace`, \
             which follow no rules, or drop it",
        ),
        Event::Insert if table.row_security => Some(
            "under policies rows come by INSERT, which it would rewrite; connect as a role with BYPASSRLS, or drop it",
        ),
        _ => None,
    };
    for table in unit {
        let of_table = rules.iter().filter(|rule| rule.table == table.oid);
        for rule in of_table.filter(|rule| rule.acts(replica)) {
            if let Some(why) = why(table, rule) {
                return Err(Error::Rule {
                    table: table.shown.clone(),
                    target: options.to.name().to_owned(),
                    rule: rule.name.clone(),
                    why,
                });
            }
        }
    }
    Ok(())
}

/// Lines about rules that act where rows of a unit go.
pub(super) fn of_rules(
    options: &CopyOptions,
    unit: &[Relation],
    (rules, replica): (&[Rule], bool),
    emptying: Emptying,
) -> Vec<String> {
    let deletes = match options.mode {
        Mode::Mirror => true,
        Mode::Replace => emptying == Emptying::Delete,
        _ => false,
    };
    if !deletes {
        return Vec::new();
    }
    let of_unit = |rule: &&Rule| rule.event == Event::Delete && rule.acts(replica);
    let note = |rule: &Rule| {
        let table = unit.iter().find(|table| table.oid == rule.table)?;
        Some(format!(
            "rule `{}` of `{}` on `{}` acts on the rows that are deleted",
            rule.name,
            table.shown,
            options.to.name()
        ))
    };
    rules.iter().filter(of_unit).filter_map(note).collect()
}

/// Lines about event triggers that fire for what the copy does beside moving rows.
pub(super) async fn of_event_triggers(
    options: &CopyOptions,
    units: &[Unit],
    objects: &Objects,
) -> Result<Vec<String>> {
    let commands = commands(options, units, objects);
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let sql = include_str!("../../sql/copy_event_triggers.sql");
    let mut notes = Vec::new();
    for row in options.to.query(sql, &[]).await?.rows {
        let mut row = Fields::new(row);
        let (name, for_drops, tags) = (row.text(), row.flag(), row.texts());
        let fires = |command: &&&str| {
            (tags.is_empty() || tags.iter().any(|tag| tag == **command))
                && (!for_drops || command.starts_with("DROP") || **command == "ALTER TABLE")
        };
        let caused: Vec<&str> = commands.iter().filter(fires).copied().collect();
        if !caused.is_empty() {
            notes.push(format!(
                "event trigger `{name}` on `{}` fires for what the copy does there: {}",
                options.to.name(),
                caused.join(", ")
            ));
        }
    }
    Ok(notes)
}

/// What the copy may define on the target, as the server calls it.
fn commands(options: &CopyOptions, units: &[Unit], objects: &Objects) -> BTreeSet<&'static str> {
    let tables = || units.iter().flat_map(|unit| &unit.tables);
    let alters = |unit: &Unit| !unit.triggers.off.is_empty() || !unit.keys.dropped.is_empty();
    let stages = options.mode.is_staged() || tables().any(|table| table.by_insert);
    let moves = |table: &super::TablePlan| {
        let mut used = table.sequences.iter();
        used.any(|used| used.sequence.may.own && used.sequence.may.set)
    };
    let in_schema = options.work.atomic == Atomic::Staged;
    let done: [(bool, &[&str]); 5] = [
        (units.iter().any(alters), &["ALTER TABLE"]),
        (stages, &["CREATE TABLE AS", "DROP TABLE"]),
        (
            in_schema,
            &["CREATE SCHEMA", "CREATE TABLE AS", "DROP SCHEMA"],
        ),
        (tables().any(moves), &["ALTER SEQUENCE"]),
        (
            objects.views().next().is_some(),
            &["REFRESH MATERIALIZED VIEW"],
        ),
    ];
    let done = done.into_iter().filter(|(is_done, _)| *is_done);
    done.flat_map(|(_, commands)| commands.iter().copied())
        .collect()
}
