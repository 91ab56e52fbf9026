//! The definitions of a database: read, compared, and brought to another one.

mod diff;
mod drop;
mod error;
mod expected;
mod keep;
mod object;
mod options;
mod pg_dump;
mod positions;
mod read;
mod script;
mod scripts;
mod transfer;
mod work;

pub(super) use diff::lines;
pub use diff::{Class, Difference, diff, table};
pub use error::{Error, Result};
pub use object::{Kind, Object};
pub use options::{Check, SchemaOptions, SchemaReport, Section};
pub use read::{Schema, read};
pub use transfer::copy;
