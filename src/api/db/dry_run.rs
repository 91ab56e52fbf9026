//! `--dry-run` on a session: what only reads is run, what would write is told.

use std::sync::atomic::Ordering;

use super::super::sql::Sql;
use super::Db;
use crate::host::Result;
use crate::pg::{self, Rows, TxOptions};

impl Db {
    /// The server parses the statement, and nothing runs.
    pub async fn pretend(&self, sql: &Sql) -> Result<()> {
        match self.session()?.check(&sql.text).await {
            Ok(()) => self.tell(sql),
            Err(error) => self.forgive(sql, error)?,
        }
        self.context().pretended.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The rows of a statement that only reads; none of one that would write.
    pub async fn pretend_rows(&self, sql: &Sql, params: &[pg::Value]) -> Result<Rows> {
        match self.query_in_savepoint(sql, params).await {
            Ok(rows) => return Ok(rows),
            Err(error) if error.is_read_only_violation() => {
                self.tell(sql);
                self.context().pretended.store(true, Ordering::Relaxed);
            }
            Err(error) => self.forgive(sql, error)?,
        }
        Ok(Rows::default())
    }

    /// In a block the statement may fail without taking the transaction with it.
    async fn query_in_savepoint(&self, sql: &Sql, params: &[pg::Value]) -> pg::Result<Rows> {
        let session = &self.shared.session;
        if !session.in_transaction() {
            return session.query(&sql.text, params).await;
        }
        session.begin(&TxOptions::default()).await?;
        let result = session.query(&sql.text, params).await;
        match &result {
            Ok(_) => session.commit().await?,
            Err(_) => session.rollback().await?,
        }
        result
    }

    /// Makes a note of an error that the run without `--dry-run` may not have: what the statement refers to may
    /// be made by one that was only told.
    pub fn forgive(&self, sql: &Sql, error: pg::Error) -> Result<()> {
        let context = self.context();
        if context.options.dry_run
            && context.pretended.load(Ordering::Relaxed)
            && is_undefined(&error)
        {
            context.note(format!("{} (not checked: {error})", self.told(sql)));
            return Ok(());
        }
        Err(sql.blame(error))
    }

    fn tell(&self, sql: &Sql) {
        self.context().note(self.told(sql));
    }

    fn told(&self, sql: &Sql) -> String {
        format!("would run on `{}`: {}", self.name(), sql.summary())
    }
}

/// Undefined column, function, table, object, schema.
fn is_undefined(error: &pg::Error) -> bool {
    let codes = ["42703", "42883", "42P01", "42704", "3F000"];
    error.sqlstate().is_some_and(|code| codes.contains(&code))
}
