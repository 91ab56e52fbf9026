//! Dumps of pg_dump: rows and sequence positions are taken out of them, and nothing else is run.
//!
//! `pg_restore` reads the archive and writes a script, which a plain dump is itself; of the script only the rows
//! (`COPY` blocks, or `INSERT` of plain values) and `setval` calls are read. It needs no connection and gets none of
//! our environment.

mod archive;
mod error;
mod list;
pub(super) mod make;
mod names;
mod plain;
pub(super) mod program;
mod running;
mod script;
mod source;
mod tool;

pub use error::Error;
pub(super) use list::{Content, Entry};
pub(super) use running::Running;
pub(super) use script::{Block, Insert, Item};
pub(super) use source::Source;

type Result<T> = std::result::Result<T, Error>;
