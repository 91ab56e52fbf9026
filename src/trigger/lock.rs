//! The lock that switching triggers takes, got without making others wait behind us.
//!
//! A lock that waits is stood behind: every later writer would queue after it. So it is asked for without
//! waiting, again and again, and in between the same connection looks who is in the way.

use std::time::{Duration, Instant};

use super::state::{oids, shown};
use super::{Error, Holder, Result};
use crate::interrupt::race;
use crate::pg::catalog::Relation;
use crate::pg::fields::Fields;
use crate::pg::{self, Session, TxOptions, Value};
use crate::progress::Event;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// SQLSTATE `lock_not_available`.
const NOT_AVAILABLE: &str = "55P03";

/// Who waits while a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// SHARE ROW EXCLUSIVE.
    Writers,
    /// ACCESS EXCLUSIVE: readers too.
    Everybody,
}

impl LockMode {
    fn sql(self) -> &'static str {
        match self {
            Self::Writers => "SHARE ROW EXCLUSIVE",
            Self::Everybody => "ACCESS EXCLUSIVE",
        }
    }
}

/// Locks the tables and their partitions until the transaction ends. All of them or none: who waits for the
/// second while holding the first is half of a deadlock.
pub async fn lock(
    session: &Session,
    tables: &[Relation],
    mode: LockMode,
    timeout: Duration,
) -> Result<()> {
    announce(session, tables, mode).await?;
    let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
    let sql = format!(
        "LOCK TABLE {} IN {} MODE NOWAIT",
        names.join(", "),
        mode.sql()
    );
    let begun = Instant::now();
    let mut waiting = false;
    while !try_lock(session, &sql).await? {
        let holders = holders(session, tables, mode).await?;
        if begun.elapsed() >= timeout {
            return Err(Error::LockTimeout {
                tables: shown(tables),
                seconds: timeout.as_secs_f64(),
                holders,
            });
        }
        if !waiting && !holders.is_empty() {
            waiting = true;
            for holder in &holders {
                note(session, format!("waiting: {holder}"));
            }
        }
        race(tokio::time::sleep(PAUSE))
            .await
            .map_err(pg::Error::from)?;
    }
    Ok(())
}

/// Says beforehand who will wait.
async fn announce(session: &Session, tables: &[Relation], mode: LockMode) -> Result<()> {
    let now: Vec<String> = read_holders(session, tables, mode)
        .await?
        .into_iter()
        .filter(|(_, writes)| *writes)
        .map(|(holder, _)| match holder.pid {
            Some(pid) => format!("process {pid} ({})", holder.application),
            None => "a prepared transaction".to_owned(),
        })
        .collect();
    let now = if now.is_empty() {
        String::new()
    } else {
        format!("; writing now: {}", now.join(", "))
    };
    let tables = shown(tables);
    let verb = match mode {
        LockMode::Writers => "writes",
        LockMode::Everybody => "uses",
    };
    note(
        session,
        format!("whoever {verb} {tables} waits from now on until this transaction ends{now}"),
    );
    Ok(())
}

/// One try, in a savepoint: a lock that is refused fails the transaction.
async fn try_lock(session: &Session, sql: &str) -> Result<bool> {
    session.begin(&TxOptions::default()).await?;
    match session.batch(sql).await {
        Ok(()) => {
            session.commit().await?;
            Ok(true)
        }
        Err(error) => {
            session.rollback().await?;
            match error.sqlstate() {
                Some(NOT_AVAILABLE) => Ok(false),
                _ => Err(error.into()),
            }
        }
    }
}

async fn holders(session: &Session, tables: &[Relation], mode: LockMode) -> Result<Vec<Holder>> {
    let found = read_holders(session, tables, mode).await?;
    Ok(found.into_iter().map(|(holder, _)| holder).collect())
}

/// With each, whether it is writing rows.
async fn read_holders(
    session: &Session,
    tables: &[Relation],
    mode: LockMode,
) -> Result<Vec<(Holder, bool)>> {
    let sql = include_str!("../sql/lock_holders.sql");
    let rows = session
        .query(
            sql,
            &[oids(tables), Value::Bool(mode == LockMode::Everybody)],
        )
        .await?
        .rows;
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: Vec<Value>) -> (Holder, bool) {
    let mut row = Fields::new(row);
    let holder = Holder {
        table: row.text(),
        pid: row.value().as_int(),
        application: row.text(),
        user: row.text(),
        state: row.text(),
        since: row.text(),
        query: row.text(),
        waits: row.flag(),
    };
    (holder, row.flag())
}

fn note(session: &Session, text: String) {
    session.reporter().event(&Event::Note(text));
}
