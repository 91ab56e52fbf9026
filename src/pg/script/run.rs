//! Running a script.

use super::kind::{Effect, effect, writes_rows};
use super::settings::Before;
use super::{Report, Script, ScriptOptions, Statement};
use crate::interrupt::shielded;
use crate::pg::idle::leaves_objects;
use crate::pg::{Result, Session, TxOptions, transaction};

/// Runs a script; it stops at the first error and names its place. Outside a transaction each statement
/// commits by itself, unless the script keeps a transaction of its own. No setting made by it outlives it.
pub async fn run(session: &Session, text: &str, options: &ScriptOptions) -> Result<Report> {
    let script = Script::read(session, text, options).await?;
    let before = Before::record(session, &script.statements).await?;
    let state = script.note_state(session);
    let inside = session.in_transaction();
    let result = if options.single_transaction {
        transaction(session, &TxOptions::default(), async |tx: &Session| {
            script.run(tx).await
        })
        .await
    } else {
        script.run(session).await
    };
    // Inside a transaction the rollback that has to follow a failure undoes the settings too.
    if result.is_err() && inside {
        return result;
    }
    let restored = shielded(before.restore(session)).await;
    let report = result?;
    restored?;
    session.shared.kept.set_state(state);
    Ok(report)
}

impl Script<'_> {
    /// Tells the session what it will hold while the script runs; whether some of it stays once the settings are back.
    fn note_state(&self, session: &Session) -> bool {
        let mut texts = self.statements.iter().map(|statement| statement.text);
        let stays = session.shared.kept.has_state() || texts.any(leaves_objects);
        for statement in &self.statements {
            session.note_state(statement.text);
        }
        stays
    }

    async fn run(&self, session: &Session) -> Result<Report> {
        let mut report = Report::default();
        let mut open = false;
        for statement in &self.statements {
            match step(session, statement).await {
                Ok(rows) => report.rows += rows,
                Err(error) => {
                    if open && let Err(failure) = session.simple_to_the_end("ROLLBACK").await {
                        tracing::debug!(%failure, "rollback of a script's own transaction");
                    }
                    return Err(self.failure(statement, error));
                }
            }
            report.statements += 1;
            open = match effect(statement.text) {
                Effect::Opens => true,
                Effect::Closes => false,
                Effect::None => open,
            };
        }
        Ok(report)
    }
}

/// Runs one statement; the rows it wrote.
async fn step(session: &Session, statement: &Statement<'_>) -> Result<u64> {
    let Some(data) = statement.data else {
        let rows = session.run_plainly(statement.text).await?;
        return Ok(if writes_rows(statement.text) { rows } else { 0 });
    };
    if session.is_read_only() && !session.in_transaction() {
        // READ ONLY, so that the server refuses it.
        return transaction(session, &TxOptions::default(), async |tx: &Session| {
            copy(tx, statement.text, data).await
        })
        .await;
    }
    copy(session, statement.text, data).await
}

async fn copy(session: &Session, sql: &str, data: &str) -> Result<u64> {
    let mut sink = session.copy_in(sql).await?;
    sink.send(data.as_bytes()).await?;
    sink.finish().await
}
