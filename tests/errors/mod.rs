//! The form of errors, over what `reports` pins: what was meant, JSON, colours, and bugs of our own.

mod bugs;
mod commands;
mod meant;
mod raised;

use crate::support::Runner;

/// A run whose stderr is the report alone.
fn quietly(lua: &str) -> Runner {
    Runner::new().playbook(lua).args(["--quiet"])
}
