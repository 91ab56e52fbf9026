//! How the work of a copy is divided: `jobs`, `atomic`, `batch`, `on_error`, `resume`, `freeze`.

use mlua::{Integer, Value};

use crate::copy::{Atomic, OnError, Work};
use crate::host::Result;
use crate::host::options::Options;

pub fn read(options: &Options) -> Result<Work> {
    let mut work = Work::default();
    work.jobs = count(options, "jobs")?.and_then(|jobs| usize::try_from(jobs).ok());
    work.atomic = atomic(options)?;
    work.batch = count(options, "batch")?;
    let words = [("stop", OnError::Stop), ("continue", OnError::Continue)];
    work.on_error = options.choice("on_error", &words)?.unwrap_or_default();
    work.resume = options.boolean("resume")?.unwrap_or_default();
    work.freeze = options.boolean("freeze")?.unwrap_or_default();
    Ok(work)
}

fn count(options: &Options, name: &'static str) -> Result<Option<u64>> {
    let given: Option<Integer> = options.integer(name)?;
    match given.map(|number| (number, u64::try_from(number))) {
        None => Ok(None),
        Some((_, Ok(count @ 1..))) => Ok(Some(count)),
        Some((number, _)) => {
            Err(options.error(format!("option `{name}` must be 1 or more, got {number}")))
        }
    }
}

/// A boolean, or `"staged"`.
fn atomic(options: &Options) -> Result<Atomic> {
    match options.value("atomic")? {
        None | Some(Value::Boolean(false)) => Ok(Atomic::Unit),
        Some(Value::Boolean(true)) => Ok(Atomic::Set),
        Some(Value::String(word)) if word == "staged" => Ok(Atomic::Staged),
        Some(other) => Err(options.wrong("atomic", "true, false or \"staged\"", &other)),
    }
}
