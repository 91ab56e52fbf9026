//! Statements a server has parsed already: running one again takes one round trip instead of two.
//!
//! The server makes a new plan where tables have changed, but the columns of a result must stay. So what may change
//! them here empties the store, and what others may have changed is parsed again when the server says so. Inside a
//! transaction there is no second chance: the store is empty at its begin, as what is parsed in it has locked its
//! tables.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Statement;

use super::script::first_words;

/// Statements kept at a time; then all are forgotten.
const MOST: usize = 100;
/// Longer ones are seldom run twice, and cost more than a round trip.
const LONGEST: usize = 8 * 1024;

/// Statements that leave the columns of others alone. Everything else may not.
const HARMLESS: [&str; 15] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "VALUES",
    "TABLE",
    "WITH",
    "SHOW",
    "EXPLAIN",
    "COPY",
    "START",
    "SAVEPOINT",
    "RELEASE",
    "COMMIT",
];

#[derive(Default)]
pub struct ParsedStatements(Mutex<HashMap<String, Statement>>);

impl ParsedStatements {
    /// To be told of everything that is sent.
    pub fn note(&self, sql: &str) {
        let words = first_words(sql, 1);
        let is_harmless = |word: &String| HARMLESS.contains(&word.as_str());
        if !words.first().is_some_and(is_harmless) {
            self.clear();
        }
    }

    pub fn get(&self, sql: &str) -> Option<Statement> {
        self.locked().get(sql).cloned()
    }

    pub fn keep(&self, sql: &str, statement: &Statement) {
        if sql.len() > LONGEST {
            return;
        }
        let mut locked = self.locked();
        if locked.len() >= MOST {
            locked.clear();
        }
        locked.insert(sql.to_owned(), statement.clone());
    }

    pub fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
