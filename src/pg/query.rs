//! Statements and their results.
//!
//! The driver asks for binary results always, and some types have none that can be read here. So a statement
//! is prepared first, and where a column is of such a type it runs wrapped, that column cast to `text`.

use std::sync::Arc;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use tokio::sync::OwnedMutexGuard;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, SimpleQueryMessage, Statement};

use super::statement::transaction_statement;
use super::value::{Form, Parameter, form, is_numeric};
use super::wrap::wrap;
use super::{Column, Error, Result, Rows, Session, TxOptions, Value};
use crate::interrupt::race;

impl Session {
    /// Runs one statement and returns all its rows.
    pub async fn query(&self, sql: &str, params: &[Value]) -> Result<Rows> {
        let rows = self.query_once(sql, params).await;
        match rows {
            Err(error) if self.may_parse_again(&error) => self.query_once(sql, params).await,
            rows => rows,
        }
    }

    /// Whether a statement was refused, before it ran, since its tables are others than when it was parsed.
    fn may_parse_again(&self, error: &Error) -> bool {
        let is_so = error.is_outdated() && !self.in_transaction();
        if is_so {
            self.live().parsed.clear();
        }
        is_so
    }

    async fn query_once(&self, sql: &str, params: &[Value]) -> Result<Rows> {
        let _turn = self.turn().await?;
        let alone = self.stands_alone(sql)?;
        let result = self.collect(alone, sql, params).await;
        self.close_alone(alone, result)
            .await
            .map_err(|error| error.with_sql(sql))
    }

    async fn collect(&self, alone: bool, sql: &str, params: &[Value]) -> Result<Rows> {
        let prepared = self.begun(alone, Box::pin(self.prepare(sql))).await?;
        let mut stream = Box::pin(self.run(&prepared, params).await?);
        let mut rows = Vec::new();
        while let Some(row) = self.attend(stream.try_next()).await? {
            rows.push(prepared.decode(&row)?);
        }
        Ok(Rows {
            columns: prepared.columns,
            rows,
        })
    }

    /// The first column of the first row; [`Value::Null`] without rows.
    pub async fn value(&self, sql: &str, params: &[Value]) -> Result<Value> {
        let rows = self.query(sql, params).await?.rows;
        Ok(rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next())
            .unwrap_or(Value::Null))
    }

    /// Runs one statement; the number of rows it affected.
    pub async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        let count = self.execute_once(sql, params).await;
        match count {
            Err(error) if self.may_parse_again(&error) => self.execute_once(sql, params).await,
            count => count,
        }
    }

    async fn execute_once(&self, sql: &str, params: &[Value]) -> Result<u64> {
        let _turn = self.turn().await?;
        let alone = self.stands_alone(sql)?;
        let result = self.affect(alone, sql, params).await;
        self.close_alone(alone, result)
            .await
            .map_err(|error| error.with_sql(sql))
    }

    async fn affect(&self, alone: bool, sql: &str, params: &[Value]) -> Result<u64> {
        let statement = self.begun(alone, Box::pin(self.parse_once(sql))).await?;
        check_params(&statement, params)?;
        let params: Vec<_> = params.iter().map(Parameter).collect();
        self.attend(self.live().client.execute_raw(&statement, &params))
            .await
    }

    /// Runs statements without parameters or results, in one go.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        let _turn = self.turn().await?;
        let alone = self.open_alone(sql).await?;
        let result = self.simple(sql).await;
        self.close_alone(alone, result)
            .await
            .map_err(|error| error.with_sql(sql))
    }

    /// Runs one statement as psql does, by the simple protocol, which gives every type as text. Its rows are
    /// passed over; the number that the server reports at the end.
    pub(super) async fn run_plainly(&self, sql: &str) -> Result<u64> {
        let _turn = self.turn().await?;
        let alone = self.open_alone(sql).await?;
        let result = self.pass_over(sql).await;
        self.close_alone(alone, result)
            .await
            .map_err(|error| error.with_sql(sql))
    }

    /// Runs statements without results in one go; the number of rows that all of them affected.
    pub async fn batch_counted(&self, sql: &str) -> Result<u64> {
        let _turn = self.turn().await?;
        let rows = async {
            self.trace(sql);
            let live = self.live();
            let messages = self.attend(live.client.simple_query_raw(sql)).await?;
            let mut messages = Box::pin(messages);
            let mut rows = 0;
            while let Some(message) = self.attend(messages.try_next()).await? {
                if let SimpleQueryMessage::CommandComplete(count) = message {
                    rows += count;
                }
            }
            Ok(rows)
        };
        rows.await.map_err(|error: Error| error.with_sql(sql))
    }

    async fn pass_over(&self, sql: &str) -> Result<u64> {
        self.trace(sql);
        let mut messages = Box::pin(
            self.attend(self.live().client.simple_query_raw(sql))
                .await?,
        );
        let mut rows = 0;
        while let Some(message) = self.attend(messages.try_next()).await? {
            if let SimpleQueryMessage::CommandComplete(count) = message {
                rows = count;
            }
        }
        Ok(rows)
    }

    /// Has the server parse the statement, and runs nothing: for dry runs. A wrong one does no harm to the
    /// transaction that is open.
    pub async fn check(&self, sql: &str) -> Result<()> {
        if !self.in_transaction() {
            return self.parse_only(sql).await;
        }
        self.begin(&TxOptions::default()).await?;
        let parsed = self.parse_only(sql).await;
        self.rollback().await?;
        parsed
    }

    async fn parse_only(&self, sql: &str) -> Result<()> {
        let _turn = self.turn().await?;
        self.parse(sql).await.map_err(|error| error.with_sql(sql))?;
        Ok(())
    }

    /// Waits until the session is free, or the run is interrupted, and sees to it that there is a connection.
    pub(super) async fn turn(&self) -> Result<OwnedMutexGuard<()>> {
        let turn = race(self.turn_to_the_end()).await?;
        if self.live().client.is_closed() {
            // Boxed: it is large, seldom needed, and part of every statement.
            Box::pin(self.revive()).await?;
        }
        Ok(turn)
    }

    /// The same whatever happens: for COMMIT and ROLLBACK.
    pub(super) async fn turn_to_the_end(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.shared.gate).lock_owned().await
    }

    /// Whether a statement needs a READ ONLY transaction of its own: on a read-only session and outside a block.
    fn stands_alone(&self, sql: &str) -> Result<bool> {
        if !self.in_transaction() && !self.is_read_only() {
            return Ok(false);
        }
        if let Some(statement) = transaction_statement(sql) {
            return Err(Error::TransactionStatement { statement });
        }
        Ok(!self.in_transaction())
    }

    /// Opens that transaction for the one statement that follows; tells whether it did.
    async fn open_alone(&self, sql: &str) -> Result<bool> {
        let alone = self.stands_alone(sql)?;
        if alone {
            self.simple(READ_ONLY).await?;
        }
        Ok(alone)
    }

    /// Opens that transaction where the statement stands alone and parses it there, in one round trip.
    async fn begun<T>(&self, alone: bool, parsing: BoxFuture<'_, Result<T>>) -> Result<T> {
        if !alone {
            return parsing.await;
        }
        let beginning: BoxFuture<'_, Result<()>> = Box::pin(self.simple(READ_ONLY));
        let (begun, parsed) = tokio::join!(biased; beginning, parsing);
        begun?;
        parsed
    }

    async fn close_alone<T>(&self, alone: bool, result: Result<T>) -> Result<T> {
        if !alone {
            return result;
        }
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.simple_to_the_end(end).await;
        let value = result?;
        ended?;
        Ok(value)
    }

    pub(super) async fn prepare(&self, sql: &str) -> Result<Prepared> {
        let statement = self.parse_once(sql).await?;
        let columns = columns_of(&statement);
        let forms: Vec<Form> = statement
            .columns()
            .iter()
            .map(|c| form(c.type_()))
            .collect();
        if forms.iter().all(|form| *form == Form::Native) {
            return Ok(Prepared { statement, columns });
        }
        let Some(wrapped) = wrap(sql, &columns, &forms) else {
            let reason = "this kind of statement cannot be asked for it as text; cast it there";
            return Err(unreadable(&columns, &forms, reason));
        };
        match self.parse_once(&wrapped).await {
            Ok(statement) => Ok(Prepared { statement, columns }),
            // What the server says is about a text that nobody has written.
            Err(Error::Server(error)) => Err(unreadable(&columns, &forms, &error.message)),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn run(
        &self,
        prepared: &Prepared,
        params: &[Value],
    ) -> Result<tokio_postgres::RowStream> {
        check_params(&prepared.statement, params)?;
        let params: Vec<_> = params.iter().map(Parameter).collect();
        self.attend(self.live().client.query_raw(&prepared.statement, &params))
            .await
    }
}

/// A transaction that is read-only for good: once it has read, no `SET` makes it a writing one.
pub(super) const READ_ONLY: &str = "START TRANSACTION READ ONLY; SELECT 1";

pub(super) struct Prepared {
    statement: Statement,
    pub columns: Vec<Column>,
}

impl Prepared {
    pub fn decode(&self, row: &Row) -> Result<Vec<Value>> {
        (0..row.len())
            .map(|index| {
                row.try_get(index).map_err(|error| Error::Value {
                    column: self.columns[index].name.clone(),
                    type_name: self.columns[index].type_name.clone(),
                    reason: super::server::text_of(&error),
                })
            })
            .collect()
    }
}

fn columns_of(statement: &Statement) -> Vec<Column> {
    let column = |column: &tokio_postgres::Column| Column {
        name: column.name().to_owned(),
        type_name: column.type_().name().to_owned(),
        numeric: is_numeric(column.type_()),
    };
    statement.columns().iter().map(column).collect()
}

/// The error for the first column that cannot be read as it comes.
fn unreadable(columns: &[Column], forms: &[Form], reason: &str) -> Error {
    let foreign = columns.iter().zip(forms);
    let mut column = foreign
        .filter(|(_, form)| **form != Form::Native)
        .map(|(column, _)| column);
    let column = column.next().cloned().unwrap_or_default();
    Error::Value {
        column: column.name,
        type_name: column.type_name,
        reason: reason.to_owned(),
    }
}

pub(super) fn check_params(statement: &Statement, params: &[Value]) -> Result<()> {
    let (expected, given) = (statement.params().len(), params.len());
    if expected != given {
        return Err(Error::ParameterCount { expected, given });
    }
    for (index, (param, ty)) in params.iter().zip(statement.params()).enumerate() {
        check_param(param, ty).map_err(|reason| Error::Parameter {
            position: index + 1,
            type_name: ty.name().to_owned(),
            reason,
        })?;
    }
    Ok(())
}

/// Encodes once into nothing: the driver reports a value that has no form only by its number.
fn check_param(param: &Value, ty: &Type) -> std::result::Result<(), String> {
    use tokio_postgres::types::ToSql;
    match param {
        Value::Array(_) | Value::Json(_) | Value::Bytes(_) => Parameter(param)
            .to_sql(ty, &mut bytes::BytesMut::new())
            .map(|_| ())
            .map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}
