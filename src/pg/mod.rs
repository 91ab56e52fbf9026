//! PostgreSQL sessions: connect, query, values, transactions, catalogue, cancellation.
//!
//! A [`Connector`] knows how to reach a target and opens any number of [`Session`]s over the same route.
//! A session that is read-only runs every statement in a READ ONLY transaction that no `SET` undoes.

mod after_commit;
mod attrs;
mod cancel;
pub mod catalog;
mod claim;
mod connector;
mod error;
pub(crate) mod fields;
mod gate;
mod ident;
mod identity;
mod idle;
mod inline;
mod live;
mod locks;
mod login;
mod meant;
mod parsed;
mod query;
mod refusal;
mod rows;
mod server;
mod session;
mod statement;
mod stream;
mod tls;
pub mod tools;
mod transaction;
pub mod tunnel;
mod typed;
mod value;
mod waiting;
mod wire;
mod wrap;

pub mod script;

pub use claim::claim;
pub use connector::Connector;
pub use error::{CommitOutcome, Error, ServerError};
pub use ident::{Ident, Literal, TableName, ident_list};
pub use identity::{Kinship, kinship};
pub use inline::{Described, Inlined};
pub use locks::locks_of_run;
pub use meant::{may_be_meant, meant};
pub use rows::RowStream;
pub use server::Server;
pub use session::{Access, Session};
pub use statement::{begins_plainly, transaction_statement, writes};
pub use stream::{CopyIn, CopyOut};
pub use transaction::{Isolation, TxOptions, transaction};
pub use typed::{Answer, Answers, Row};
pub use value::{Column, Rows, Value};
pub use wire::{CopyData, Status};

pub type Result<T> = std::result::Result<T, Error>;
