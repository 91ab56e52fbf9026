//! The rows of a statement as they come, however many there are.

use std::pin::Pin;

use futures_util::TryStreamExt;
use tokio::sync::OwnedMutexGuard;

use super::query::Prepared;
use super::{Column, Result, Session, Value, cancel};

impl Session {
    /// Runs one statement whose rows are fetched as they are asked for; the session is taken until the end.
    /// On a read-only session it has to be called inside a transaction block.
    pub async fn stream(&self, sql: &str, params: &[Value]) -> Result<RowStream> {
        let turn = self.turn().await?;
        // Rows that have been given out cannot be asked for again.
        self.live().parsed.clear();
        let prepared = self
            .prepare(sql)
            .await
            .map_err(|error| error.with_sql(sql))?;
        let rows = Box::pin(
            self.run(&prepared, params)
                .await
                .map_err(|e| e.with_sql(sql))?,
        );
        Ok(RowStream {
            session: self.clone(),
            prepared,
            rows,
            _turn: turn,
            ended: false,
        })
    }
}

/// Rows on their way; see [`Session::stream`].
pub struct RowStream {
    session: Session,
    prepared: Prepared,
    rows: Pin<Box<tokio_postgres::RowStream>>,
    _turn: OwnedMutexGuard<()>,
    ended: bool,
}

impl RowStream {
    pub fn columns(&self) -> &[Column] {
        &self.prepared.columns
    }

    /// The next row, `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>> {
        let row = self.session.attend(self.rows.try_next()).await?;
        self.ended = row.is_none();
        row.map(|row| self.prepared.decode(&row)).transpose()
    }

    /// Ends the statement, at the server too, where rows are left.
    pub async fn close(self) {
        if !self.ended {
            cancel::end(&self.session, self.rows).await;
        }
    }
}
