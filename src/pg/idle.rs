//! A session whose connection was lost while nothing ran on it gets another one before its next statement.
//!
//! Never inside a transaction, never where something of the session's own would be missing afterwards, and never
//! after the server has ended it by order: whoever did that wants the run to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::script::{first_words, has_word};
use super::{Access, Error, Result, Session, claim};
use crate::progress::Event;

/// What a session has at the server beside its transaction.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Settings, temporary tables and the like.
    state: AtomicBool,
    /// The playbooks it claims the database for, which can be claimed again.
    claims: Mutex<Vec<String>>,
}

impl Kept {
    pub fn claim(&self, playbook: &str) {
        self.locked().push(playbook.to_owned());
    }

    pub fn has_state(&self) -> bool {
        self.state.load(Ordering::SeqCst)
    }

    pub fn set_state(&self, state: bool) {
        self.state.store(state, Ordering::SeqCst);
    }

    fn claims(&self) -> Vec<String> {
        self.locked().clone()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// To be told of each statement that is not ours: it may leave something in the session that another
    /// connection would not have.
    pub fn note_state(&self, sql: &str) {
        if leaves_settings(sql) || leaves_objects(sql) {
            self.shared.kept.set_state(true);
        }
    }

    /// Opens another connection where the one there was is lost, and nothing is lost with it.
    pub(super) async fn revive(&self) -> Result<()> {
        let live = self.live();
        if !live.client.is_closed() || self.in_transaction() || self.is_closed() {
            return Ok(());
        }
        let target = self.name().to_owned();
        let lost = |reason| Error::Lost { target, reason };
        let reason = live.loss().await;
        if live.was_ended_by_order().await {
            return Err(lost(reason));
        }
        if self.shared.kept.has_state() {
            return Err(lost(format!(
                "{reason}; it is not opened again, as settings or temporary tables of the session went with it"
            )));
        }
        let told = format!(
            "the idle connection to `{}` was lost: {reason}; it is opened again",
            self.name()
        );
        self.reporter().event(&Event::Warning(told));
        self.replace().await
    }

    /// Opens another connection in place of one that is lost, whatever went with it: for somebody who is told.
    pub async fn reopen(&self) -> Result<()> {
        self.replace().await?;
        self.shared.kept.set_state(false);
        self.set_depth(0);
        Ok(())
    }

    async fn replace(&self) -> Result<()> {
        let access = if self.is_read_only() {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        };
        let other = self.sibling(access).await?;
        self.check_same_server(&other)?;
        for playbook in self.shared.kept.claims() {
            claim(&other, &playbook).await?;
        }
        self.set_live(other.live());
        Ok(())
    }

    fn check_same_server(&self, other: &Self) -> Result<()> {
        let (before, now) = (self.server(), other.server());
        if before.identity() == now.identity()
            && before.standby == now.standby
            && before.protect == now.protect
        {
            return Ok(());
        }
        Err(Error::OtherServer {
            target: self.name().to_owned(),
            before: before.describe(),
            now: now.describe(),
        })
    }
}

/// Whether a statement changes settings of its session. A function that does so is not known by its call.
fn leaves_settings(sql: &str) -> bool {
    let words = first_words(sql, 2);
    match words.first().map(String::as_str) {
        Some("SET") => {
            let second = words.get(1).map_or("", String::as_str);
            !["LOCAL", "TRANSACTION", "CONSTRAINTS"].contains(&second)
        }
        _ => has_word(sql, "set_config"),
    }
}

/// Whether a statement may leave something else in its session: temporary tables, locks, prepared statements. What a
/// block or a procedure does is not to be seen from here.
pub(super) fn leaves_objects(sql: &str) -> bool {
    let has_any = |words: &[&str]| words.iter().any(|word| has_word(sql, word));
    let words = first_words(sql, 1);
    match words.first().map(String::as_str) {
        Some("LISTEN" | "DECLARE" | "LOAD" | "PREPARE" | "DO" | "CALL") => true,
        Some("CREATE") => has_any(&TEMPORARY),
        _ => has_any(&LOCKS) || (has_word(sql, "INTO") && has_any(&TEMPORARY)),
    }
}

const TEMPORARY: [&str; 3] = ["TEMP", "TEMPORARY", "pg_temp"];

/// The functions that take locks for a session.
const LOCKS: [&str; 4] = [
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_something_in_a_session_is_known_by_its_words() {
        for sql in [
            "SET search_path = x",
            "set session authorization ada",
            "/* x */ create temp table t (a int)",
            "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
            "SELECT pg_catalog.pg_advisory_lock(1)",
            "SELECT set_config('work_mem', '1GB', false)",
            "LISTEN done",
            "SELECT * INTO TEMP t FROM law",
            "CREATE TABLE pg_temp.t (a int)",
            "DO $$ BEGIN CREATE TEMP TABLE t (a int); END $$",
        ] {
            assert!(leaves_settings(sql) || leaves_objects(sql), "{sql}");
        }
        for sql in [
            "SET LOCAL work_mem = '1GB'",
            "SET CONSTRAINTS ALL DEFERRED",
            "SELECT 'SET x = 1', 'pg_advisory_lock'",
            "SELECT pg_advisory_xact_lock(1)",
            "CREATE TABLE t (a int)",
            "UPDATE t SET a = 1",
            "",
        ] {
            assert!(!leaves_settings(sql) && !leaves_objects(sql), "{sql}");
        }
    }
}
