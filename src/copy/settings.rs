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
    let sql = include_str!("../sql/copy_settings.sql");
    let rows = session.query(sql, &[]).await?.rows;
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
