//! Rows from server to server, from dumps, and the check that they arrived.
//!
//! A copy reads the catalogues of both sides and refuses what cannot work before it changes anything. Rows
//! cross as the bytes of COPY, in chunks; what is not sent on yet is held by the network, not in memory.

mod columns;
mod contents;
mod detour;
mod dry;
mod dump;
mod encoding;
mod error;
mod estimate;
mod export;
mod feed;
mod files;
mod guards;
mod held;
mod import;
mod inserts;
mod keys;
mod large_objects;
mod load;
mod matviews;
mod mirror;
mod objects;
mod options;
mod order;
mod outcome;
mod plan;
mod range;
mod report;
mod restore;
mod resume;
mod same;
pub mod schema;
mod sequences;
mod settings;
mod shape;
mod snapshot;
mod stage;
mod staging;
mod stream;
mod subset;
mod tables;
pub mod verify;
mod work;
mod workers;

pub use dump::Error as DumpError;
pub use dump::make::{DumpFormat, DumpOptions, DumpPart, Dumped, Inside, Pipe, dump};
pub use encoding::Culprit;
pub use error::{Difference, Error, Missing, Result};
pub use export::{ExportOptions, Exported, Goal, Query, Rows, export};
pub use files::{Error as FileError, Format, Layout, Packing, Place, suffixes};
pub use guards::{ForeignKeys, Guards, SwitchedOff};
pub use import::{ImportOptions, import};
pub use options::{CopyOptions, Mode, Selection, Tables, Verify};
pub use order::order;
pub use outcome::Unfinished;
pub use plan::{KeyEnd, PlanReport, PlannedTable, PlannedTrigger, PlannedUnit, Refused, plan};
pub use report::{Report, TableReport};
pub use restore::{RestoreOptions, restore};
pub use shape::{
    Columns, Condition, Error as ShapeError, Mask, Named, OnMissing, PerTable, Rename, Row,
    RowFunction, Shape,
};
pub use subset::subset_tables;
pub use tables::tables;
pub use work::{Atomic, OnError, Work};
