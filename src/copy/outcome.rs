//! How a copy of several units ended.

use std::fmt;

use super::{CopyOptions, Error, Report, Result, TableReport};
use crate::interrupt::is_interrupted;
use crate::progress::Event;

/// What became of tables that commit together.
pub(super) enum Fate {
    Done(Vec<TableReport>),
    /// As they were before.
    Failed(Error),
    /// The same, since something else had failed.
    Stopped(Error),
    /// Not begun.
    Left,
}

/// Some units failed. All that were not committed are as they were.
#[derive(Debug)]
pub struct Unfinished {
    /// Tables that commit together, with what was wrong.
    pub failed: Vec<(Vec<String>, Error)>,
    /// Tables that are complete on the target.
    pub done: Vec<String>,
    /// Tables that were stopped, or not begun.
    pub left: Vec<String>,
    /// The call that copies all but those that are done.
    pub rest: String,
}

/// The report of all that was done; an error where something was not.
pub(super) fn finish(options: &CopyOptions, fates: Vec<(Vec<String>, Fate)>) -> Result<Report> {
    let alone = fates.len() == 1;
    let mut report = Report::default();
    let (mut failed, mut done, mut left) = (Vec::new(), Vec::new(), Vec::new());
    let mut stopped = None;
    for (tables, fate) in fates {
        match fate {
            Fate::Done(reports) => {
                for table in reports {
                    report.push(table);
                }
                done.extend(tables);
            }
            Fate::Failed(error) | Fate::Stopped(error) if alone => return Err(error),
            Fate::Failed(error) => failed.push((tables, error)),
            Fate::Stopped(error) => {
                left.extend(tables);
                stopped.get_or_insert(error);
            }
            Fate::Left => left.extend(tables),
        }
    }
    if failed.is_empty() && left.is_empty() {
        return Ok(report);
    }
    let open = failed.iter().flat_map(|(tables, _)| tables).chain(&left);
    let rest = rest(options, open);
    match stopped {
        Some(error) if is_interrupted() => {
            if !done.is_empty() {
                let note = format!("{} committed before; the rest: {rest}", list(&done));
                options.to.reporter().event(&Event::Warning(note));
            }
            Err(error)
        }
        _ => Err(Error::Unfinished(Box::new(Unfinished {
            failed,
            done,
            left,
            rest,
        }))),
    }
}

/// A call to be run as it stands, but for options that say more about the same tables.
pub(super) fn rest<'a>(options: &CopyOptions, tables: impl Iterator<Item = &'a String>) -> String {
    // Escapes as Lua reads them.
    let tables: Vec<String> = tables.map(|table| format!("{table:?}")).collect();
    format!(
        "copy.tables {{ from = connect {:?}, to = connect({:?}, {{ write = true }}), mode = \"{}\", tables = {{ {} }} }}",
        options.from.name(),
        options.to.name(),
        options.mode.word(),
        tables.join(", ")
    )
}

fn list(tables: &[String]) -> String {
    let names: Vec<_> = tables.iter().map(|table| format!("`{table}`")).collect();
    names.join(", ")
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: usize = self.failed.iter().map(|(tables, _)| tables.len()).sum();
        let all = failed + self.done.len() + self.left.len();
        write!(
            f,
            "{} of {all} tables were not copied",
            all - self.done.len()
        )?;
        for (tables, error) in &self.failed {
            write!(f, "\n  {}: {error}", list(tables))?;
        }
        for (what, tables) in [("complete", &self.done), ("as before", &self.left)] {
            if !tables.is_empty() {
                write!(f, "\n  {what}: {}", list(tables))?;
            }
        }
        write!(f, "\n  to copy the rest: {}", self.rest)
    }
}
