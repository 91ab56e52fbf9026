//! Dumps of pg_dump: rows and sequence positions are taken out of them, and nothing else is run.
//!
//! `pg_restore` reads the archive and writes a script; of the script only the `COPY` blocks and `setval` calls
//! are read. It needs no connection and gets none of our environment.

mod archive;
mod error;
mod list;
mod names;
mod running;
mod script;
mod tool;

pub use archive::Archive;
pub use error::Error;
pub(super) use list::{Content, Entry};
pub(super) use running::Running;
pub(super) use script::{Block, Item};
pub(super) use tool::Tool;

type Result<T> = std::result::Result<T, Error>;
