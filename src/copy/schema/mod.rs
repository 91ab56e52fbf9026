//! The definitions of a database: read, compared, and brought to another one.

mod diff;
mod object;
mod read;

pub use diff::{Class, Difference, diff, table};
pub use object::{Kind, Object};
pub use read::{Schema, read};
