//! How a command ends because of a failure.

use super::End;
use crate::api::report;
use crate::host::{Failure, Kind};
use crate::interrupt::Interrupt;

/// How the command ends because of `failure`.
pub fn end(failure: &Failure, interrupt: &Interrupt) -> End {
    // An exit code is a byte to the system; Lua may give any number.
    let code = failure.exit_code(interrupt.signal()).to_le_bytes()[0];
    let report = match failure.kind {
        Kind::Exit(_) => None,
        _ => Some(Box::new(report(failure))),
    };
    End { code, report }
}
