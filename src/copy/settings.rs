//! The settings under which rows travel.

use super::Result;
use crate::pg::{Literal, Session, Value};

/// What [`pin`] runs, to stand behind a BEGIN.
pub(super) const PIN: &str = include_str!("../sql/copy_settings.sql");
/// The same for a session that reads, and may have to wait for those who write.
pub(super) const PIN_READER: &str = concat!(
    include_str!("../sql/copy_settings.sql"),
    "; SET LOCAL idle_in_transaction_session_timeout = 0"
);

/// Settings as they were before a copy.
pub(super) struct Settings {
    names: Value,
    values: Value,
}

/// Makes the text of values mean the same on every server, until the transaction ends or [`Settings::restore`].
pub(super) async fn pin(session: &Session) -> Result<Settings> {
    set(session, PIN, &[]).await
}

/// Has the planner expect what a merge of staged rows meets, `few` beside those of the target or not, for as long.
pub(super) async fn for_merge(session: &Session, few: bool) -> Result<Settings> {
    let sql = include_str!("../sql/copy_merge_settings.sql");
    set(session, sql, &[Value::Bool(few)]).await
}

/// Has the planner group rows by their hashes without sorting them first, for as long.
pub(super) async fn for_hashing(session: &Session) -> Result<Settings> {
    set(session, include_str!("../sql/copy_hash_settings.sql"), &[]).await
}

/// Runs a statement that sets settings, and returns their names with what they were before.
async fn set(session: &Session, sql: &str, params: &[Value]) -> Result<Settings> {
    let rows = session.query(sql, params).await?.rows;
    let column = |index: usize| {
        let values = rows.iter().filter_map(|row| row.get(index).cloned());
        Value::Array(values.collect())
    };
    Ok(Settings {
        names: column(0),
        values: column(1),
    })
}

impl Settings {
    /// What [`Settings::restore`] runs, as text.
    pub fn restoring(&self) -> String {
        let (Value::Array(names), Value::Array(values)) = (&self.names, &self.values) else {
            return String::new();
        };
        let set = |(name, value): (&Value, &Value)| {
            let literal = |value: &Value| Literal(value.as_str().unwrap_or_default()).to_string();
            format!(
                "pg_catalog.set_config({}, {}, true)",
                literal(name),
                literal(value)
            )
        };
        let sets: Vec<String> = names.iter().zip(values).map(set).collect();
        format!("SELECT {}", sets.join(", "))
    }

    /// Puts the settings back. A failed copy needs it not: rolling back does the same.
    pub async fn restore(self, session: &Session) -> Result<()> {
        let sql = include_str!("../sql/copy_settings_restore.sql");
        session.query(sql, &[self.names, self.values]).await?;
        Ok(())
    }
}
