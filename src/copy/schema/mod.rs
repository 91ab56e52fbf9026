//! The definitions of a database: read, compared, and brought to another one.

mod diff;
mod drop;
mod error;
mod keep;
mod object;
mod pg_dump;
mod positions;
mod read;
mod script;
mod transfer;

pub(super) use diff::lines;
pub use diff::{Class, Difference, diff, table};
pub use error::{Error, Result};
pub use object::{Kind, Object};
pub use read::{Schema, read};
pub use transfer::{Check, SchemaOptions, SchemaReport, Section, copy};
