//! The settings under which rows travel.

use super::Result;
use crate::pg::{Session, Value};

/// Settings as they were before a copy.
pub(super) struct Settings {
    names: Value,
    values: Value,
}

/// Makes the text of values mean the same on every server, until the transaction ends or [`Settings::restore`].
pub(super) async fn pin(session: &Session) -> Result<Settings> {
    set(session, include_str!("../sql/copy_settings.sql"), &[]).await
}

/// Has the planner expect what a merge of staged rows meets, `few` beside those of the target or not, for as long.
pub(super) async fn for_merge(session: &Session, few: bool) -> Result<Settings> {
    let sql = include_str!("../sql/copy_merge_settings.sql");
    set(session, sql, &[Value::Bool(few)]).await
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
    /// Puts the settings back. A failed copy needs it not: rolling back does the same.
    pub async fn restore(self, session: &Session) -> Result<()> {
        let sql = include_str!("../sql/copy_settings_restore.sql");
        session.query(sql, &[self.names, self.values]).await?;
        Ok(())
    }
}
