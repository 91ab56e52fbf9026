//! Rows that the source has no longer.

use super::super::stage::{Stage, same_key};
use super::super::{Error, Result};
use super::Part;
use crate::pg::ident_list;

impl Stage<'_> {
    /// Notes the keys of the rows that only the target has; how many there are.
    pub async fn doom(&mut self, part: &Part) -> Result<u64> {
        let key = ident_list(&self.key.key.names());
        let condition = part.condition();
        let sql = format!(
            "INSERT INTO {doomed} ({key}) SELECT {key} FROM ({}) AS t WHERE {} \
             AND NOT EXISTS (SELECT FROM {} AS s WHERE {})",
            self.table.target_sql(),
            condition.as_deref().unwrap_or("true"),
            self.name,
            same_key(self.key, "t", "s"),
            doomed = self.doomed,
        );
        let rows = self.session.execute(&sql, &[]).await?;
        self.session
            .batch(&format!("ANALYZE {}", self.doomed))
            .await?;
        Ok(rows)
    }

    /// Deletes them.
    pub async fn delete_doomed(&self, doomed: u64) -> Result<u64> {
        if doomed == 0 {
            return Ok(0);
        }
        let sql = format!(
            "DELETE FROM {} AS t USING {} AS d WHERE {}",
            self.table.target.only(),
            self.doomed,
            same_key(self.key, "t", "d"),
        );
        let table = &self.table.target.shown;
        let deleted = self.session.execute(&sql, &[]).await;
        let deleted = deleted.map_err(|error| Error::from(error).stopped(table, 0))?;
        if deleted < doomed {
            return Err(Error::Kept {
                table: table.clone(),
                doomed,
                deleted,
            });
        }
        Ok(deleted)
    }
}
