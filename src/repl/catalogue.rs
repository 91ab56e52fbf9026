//! What is known of the names at a server, for completion: read in the background over a session of its own, kept,
//! and read again after statements that change it and when it is old. Nobody waits for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::classify::{Language, classify};
use super::names::Names;
use crate::interrupt::shielded;
use crate::pg::{Access, Connector, Result, Session};

/// How old names may be when somebody asks for them.
const AGE: Duration = Duration::from_secs(60);

/// A handle on the names of one target; what reads them ends with the last one.
#[derive(Clone)]
pub struct Catalogue(Arc<Reading>);

struct Reading {
    shared: Arc<Shared>,
    reader: AbortHandle,
}

#[derive(Default)]
struct Shared {
    known: Mutex<Known>,
    wanted: Notify,
}

#[derive(Default)]
struct Known {
    names: Arc<Names>,
    read: Option<Instant>,
    /// How often they were read.
    times: u64,
    /// The schema of the temporary tables of the session at the prompt.
    temporary: Option<String>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Catalogue {
    /// Begins to read what is there on the server of `session`.
    pub fn start(session: &Session) -> Self {
        let shared = Arc::new(Shared::default());
        let reader = tokio::spawn(keep_reading(
            session.connector().clone(),
            Arc::clone(&shared),
        ));
        shared.wanted.notify_one();
        Self(Arc::new(Reading {
            shared,
            reader: reader.abort_handle(),
        }))
    }

    /// What is known at this moment; asked for again where it is old.
    pub fn names(&self) -> Arc<Names> {
        let known = self.0.shared.known();
        if known.read.is_some_and(|read| read.elapsed() > AGE) {
            self.0.shared.wanted.notify_one();
        }
        Arc::clone(&known.names)
    }

    /// How often it has been read; a number that grows.
    pub fn times_read(&self) -> u64 {
        self.0.shared.known().times
    }

    /// Temporary tables are known only where their session has told of their schema: it is asked for where a
    /// statement may have made one.
    pub fn wants_schema(statement: &str) -> bool {
        words(statement).any(|word| {
            ["temp", "temporary", "pg_temp"]
                .iter()
                .any(|temp| word.eq_ignore_ascii_case(temp))
        })
    }

    /// The schema of the temporary tables of the session at the prompt.
    pub fn temporary(&self, schema: String) {
        self.0.shared.known().temporary = Some(schema);
        self.0.shared.wanted.notify_one();
    }

    /// To be told of each statement that has run: some change what there is.
    pub fn ran(&self, statement: &str) {
        if changes_names(statement) {
            self.0.shared.wanted.notify_one();
        }
    }
}

impl Shared {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep_reading(connector: Connector, shared: Arc<Shared>) {
    loop {
        shared.wanted.notified().await;
        // What cannot be read is not known; it is asked for again with the next change, or when it is old.
        // Boxed: it is large, and waited for most of the time.
        let temporary = shared.known().temporary.clone();
        let names = Box::pin(shielded(read(&connector, temporary.as_deref()))).await;
        if let Err(error) = &names {
            tracing::debug!(on = connector.name(), "names could not be read: {error}");
        }
        let mut known = shared.known();
        known.read = Some(Instant::now());
        if let Ok(names) = names {
            known.names = Arc::new(names);
            known.times += 1;
        }
    }
}

async fn read(connector: &Connector, temporary: Option<&str>) -> Result<Names> {
    let session = connector.open(Access::ReadOnly).await?;
    let names = Names::read(&session, temporary).await;
    session.close();
    names
}

/// The words of a statement, in whatever they stand there.
fn words(statement: &str) -> impl Iterator<Item = &str> {
    statement
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// Whether a statement may make, drop or rename something, or shows what others have made.
fn changes_names(statement: &str) -> bool {
    const FIRST: [&str; 14] = [
        "CREATE", "ALTER", "DROP", "IMPORT", "DO", "CALL", "COMMIT", "END", "ROLLBACK", "ABORT",
        "REASSIGN", "SELECT", "WITH", "EXPLAIN",
    ];
    let mut words = words(statement);
    let Some(first) = words.next() else {
        return false;
    };
    // A line of Lua that has such a statement in a string.
    if statement.contains(['"', '(', '[']) && classify(statement).0 == Language::Lua {
        return words.any(|word| {
            FIRST[..3]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        });
    }
    let is_first = |word: &&str| first.eq_ignore_ascii_case(word);
    match FIRST.iter().position(is_first) {
        None => false,
        // SELECT INTO makes a table.
        Some(11..) => words.any(|word| word.eq_ignore_ascii_case("into")),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, changes_names};

    #[test]
    fn statements_that_make_or_drop_have_the_names_read_again() {
        for statement in [
            "create table t ()",
            " ALTER TABLE t ADD a int",
            "drop view v",
            "select 1 into t",
            "COMMIT",
            "do $$ begin end $$",
            "db:execute(\"create table t ()\")",
        ] {
            assert!(changes_names(statement), "{statement}");
        }
        for statement in [
            "select 1",
            "log(\"x\")",
            "update t set a = 1",
            "",
            "insert into t values (1)",
        ] {
            assert!(!changes_names(statement), "{statement}");
        }
    }

    #[test]
    fn the_schema_of_temporary_tables_is_asked_for_where_one_may_have_been_made() {
        for statement in [
            "create temp table t ()",
            "CREATE TEMPORARY VIEW v AS SELECT 1",
            "create table pg_temp.t ()",
            "db:execute(\"select 1 into temp t\")",
        ] {
            assert!(Catalogue::wants_schema(statement), "{statement}");
        }
        for statement in [
            "set local temp_buffers = '2MB'",
            "show temp_tablespaces",
            "select my_temp, temp2 from temperatures",
        ] {
            assert!(!Catalogue::wants_schema(statement), "{statement}");
        }
    }
}
