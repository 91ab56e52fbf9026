//! The Lua machine: prelude, loader, parameters, errors, cancellation. It knows mlua and nothing of databases.
//!
//! Three rules, each learnt by trial, hold everywhere:
//!
//! - Lua code runs under `xpcall` *inside* Lua, so that closers may wait and see the real error.
//! - Every primitive is made by [`function`] or [`block`], the one place where a call finds its line in the
//!   playbook, is refused once the run is stopped, and turns a Rust error into a Lua error with fields.
//! - A pending primitive is never dropped: it is told of the interruption, undoes its own work and raises.

mod block;
mod error;
mod failure;
mod function;
mod loader;
mod location;
mod machine;
mod meant;
mod point;
mod prelude;
mod raised;
mod state;
mod stdlib;

pub mod duration;
pub mod options;
pub mod params;

pub use block::{Entered, Outcome, Scope, block};
pub use error::{Error, ErrorObject, Field, Kind, Result, Statement};
pub use failure::Failure;
pub use function::{Call, closer, function, immediate, text};
pub use loader::{Loader, Located, shown};
pub use location::{Frame, Location};
pub use machine::{Machine, syntax_error};
pub use prelude::CHUNK;
pub use state::State;

#[cfg(test)]
mod tests;
