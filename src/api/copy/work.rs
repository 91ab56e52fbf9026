//! How the work of a copy is divided: `jobs`, `atomic`, `batch`, `on_error`, `resume`.

use super::super::db::Db;
use crate::copy::Work;
use crate::host::Result;
use crate::host::options::Options;

pub fn read(options: &Options, to: &Db) -> Result<Work> {
    check_jobs(options, to)?;
    options.not_yet(&["atomic", "batch", "on_error", "resume", "freeze"])?;
    Ok(Work::default())
}

fn check_jobs(options: &Options, to: &Db) -> Result<()> {
    match options.integer("jobs")? {
        None | Some(1) => Ok(()),
        Some(jobs) if jobs > 1 => {
            to.context().note(format!(
                "`jobs = {jobs}`: one worker copies, several are not supported yet"
            ));
            Ok(())
        }
        Some(jobs) => Err(options.error(format!("option `jobs` must be 1 or more, got {jobs}"))),
    }
}
