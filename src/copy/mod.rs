//! Rows from server to server, from dumps, and the check that they arrived.
//!
//! A copy reads the catalogues of both sides and refuses what cannot work before it changes anything. Rows
//! cross as the bytes of COPY, in chunks; what is not sent on yet is held by the network, not in memory.

mod columns;
mod contents;
mod dry;
mod dump;
mod error;
mod guards;
mod keys;
mod load;
mod mirror;
mod options;
mod order;
mod plan;
mod report;
mod restore;
mod sequences;
mod settings;
mod shape;
mod stage;
mod stream;
mod tables;
pub mod verify;
mod work;

pub use dump::Error as DumpError;
pub use error::{Difference, Error, Missing, Result};
pub use guards::Guards;
pub use options::{CopyOptions, Mode, Selection, Tables, Verify};
pub use order::order;
pub use report::{Report, TableReport};
pub use restore::{RestoreOptions, restore};
pub use shape::Shape;
pub use tables::tables;
pub use work::Work;
