//! Sequences beside those of the copied tables, which a copy of everything moves too: functions and programs
//! draw from them.

use std::collections::HashSet;

use super::super::plan::TablePlan;
use super::super::{CopyOptions, Mode, Result, Tables};
use super::{Aim, Goal, move_all, positions};
use crate::pg::catalog::{self, Catalog, Sequence};
use crate::progress::Event;

/// A sequence of the source, and the one of the target that bears its name.
#[derive(Debug)]
pub(in super::super) struct Pair {
    source: Sequence,
    target: Sequence,
}

/// The sequences that no copied table uses, if everything is copied; with lines about those that are missing.
pub(in super::super) async fn read(
    options: &CopyOptions,
    catalog: &Catalog,
    tables: &[TablePlan],
) -> Result<(Vec<Pair>, Vec<String>)> {
    let Tables::Matching(filter) = &options.tables else {
        return Ok((Vec::new(), Vec::new()));
    };
    if !options.sequences || !filter.is_everything()? {
        return Ok((Vec::new(), Vec::new()));
    }
    let there = catalog::all_sequences(&options.from).await?;
    let here = catalog::all_sequences(&options.to).await?;
    let copied: HashSet<u32> = tables.iter().map(|table| table.source.oid).collect();
    let used = || tables.iter().flat_map(|table| &table.sequences);
    let at_source: HashSet<u32> = used()
        .flat_map(|used| &used.sources)
        .map(|s| s.oid)
        .collect();
    let at_target: HashSet<u32> = used().map(|used| used.sequence.oid).collect();
    let (mut pairs, mut notes) = (Vec::new(), Vec::new());
    for source in there {
        let left_out = source.owner_table.is_some_and(|oid| !copied.contains(&oid));
        if source.in_extension || left_out || catalog.is_excluded(filter, &source.name)? {
            continue;
        }
        match counterpart(&here, &source) {
            Some(target) if at_target.contains(&target.oid) => {}
            Some(target) => pairs.push(Pair {
                target: target.clone(),
                source,
            }),
            None if at_source.contains(&source.oid) => {}
            None => notes.push(format!(
                "sequence `{}` is not on `{}`",
                source.name.shown(),
                options.to.name()
            )),
        }
    }
    Ok((pairs, notes))
}

/// The same name in the same schema, else by the search path, as tables are found.
fn counterpart<'a>(here: &'a [Sequence], source: &Sequence) -> Option<&'a Sequence> {
    let by_path = |s: &&Sequence| source.visible && s.visible && s.name.name == source.name.name;
    here.iter()
        .find(|sequence| sequence.name == source.name)
        .or_else(|| here.iter().find(by_path))
}

/// Moves them, inside the target's open transaction.
pub(in super::super) async fn forward(options: &CopyOptions, pairs: &[Pair]) -> Result<()> {
    let (from, to) = (&options.from, &options.to);
    let (readable, unreadable): (Vec<&Pair>, Vec<&Pair>) =
        pairs.iter().partition(|pair| pair.source.may.read);
    for pair in unreadable {
        from.reporter().event(&Event::Warning(format!(
            "sequence `{}` on `{}` is left where it is: the role may not read it on `{}`",
            pair.target.name.shown(),
            to.name(),
            from.name()
        )));
    }
    let sources: Vec<&Sequence> = readable.iter().map(|pair| &pair.source).collect();
    let known = positions(from, &sources).await?;
    let goals = readable.iter().zip(known).map(|(pair, known)| Goal {
        sequence: &pair.target,
        columns: Vec::new(),
        known: vec![known],
    });
    move_all(to, goals.collect(), Aim::of(options.mode)).await
}

impl Aim {
    /// After `replace` the target is to be what the source is.
    pub fn of(mode: Mode) -> Self {
        match mode {
            Mode::Replace => Self::AsSource,
            _ => Self::PastRows,
        }
    }
}
