//! One statement as somebody typed it: run as psql runs it, its rows as text and as they come.

use std::pin::Pin;

use futures_util::TryStreamExt;
use tokio::sync::OwnedMutexGuard;
use tokio_postgres::types::Type;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow, SimpleQueryStream};

use super::query::READ_ONLY;
use super::statement::transaction_statement;
use super::value::is_numeric;
use super::wire::Status;
use super::{Column, Error, Result, Session, cancel};
use crate::interrupt::{interrupted, is_interrupted, shielded};

/// A part of the answer to a statement.
pub enum Answer {
    /// Rows follow, as a rule.
    Columns(Vec<Column>),
    Row(Row),
}

/// A row as the server prints it.
pub struct Row(SimpleQueryRow);

impl Row {
    /// The cells; `None` for NULL.
    pub fn cells(&self) -> impl Iterator<Item = Option<&str>> + Clone {
        (0..self.0.len()).map(|index| self.0.get(index))
    }
}

/// The answer to a statement as it comes; the session is taken until its end.
pub struct Answers {
    session: Session,
    sql: String,
    stream: Option<Pin<Box<SimpleQueryStream>>>,
    /// In a READ ONLY transaction of its own.
    alone: bool,
    tag: String,
    _turn: OwnedMutexGuard<()>,
}

impl Session {
    /// How the transaction is, by the server's last word.
    pub fn status(&self) -> Status {
        self.live().copy.told().status
    }

    /// Takes note of a transaction that was begun or ended by a statement, and not by a block.
    fn follow_status(&self) {
        self.set_depth(u32::from(self.status() != Status::Idle));
    }

    /// Begins to run one statement. It may begin or end a transaction; on a read-only session all it does is
    /// READ ONLY nevertheless.
    pub async fn run_typed(&self, sql: &str) -> Result<Answers> {
        let turn = self.turn().await?;
        self.note_state(sql);
        let alone = self.is_read_only()
            && self.status() == Status::Idle
            && transaction_statement(sql).is_none();
        if alone {
            self.simple(READ_ONLY).await?;
        }
        self.trace(sql);
        let sent = self.attend(self.live().client.simple_query_raw(sql)).await;
        let mut answers = Answers {
            session: self.clone(),
            sql: sql.to_owned(),
            stream: None,
            alone,
            tag: String::new(),
            _turn: turn,
        };
        match sent {
            Ok(stream) => answers.stream = Some(Box::pin(stream)),
            Err(error) => return Err(answers.failed(error).await),
        }
        Ok(answers)
    }
}

impl Answers {
    /// What comes next, `None` at the end. An interruption cancels the statement at the server, and its error is
    /// the last word.
    pub async fn next(&mut self) -> Result<Option<Answer>> {
        loop {
            let Some(stream) = &mut self.stream else {
                return Ok(None);
            };
            if is_interrupted() {
                return Err(self.interrupted().await);
            }
            let message = tokio::select! {
                biased;
                message = stream.try_next() => Some(message),
                () = interrupted() => None,
            };
            match message {
                None => return Err(self.interrupted().await),
                Some(Ok(Some(SimpleQueryMessage::RowDescription(columns)))) => {
                    let names = columns.iter().map(|column| column.name().to_owned());
                    return Ok(Some(Answer::Columns(self.columns(names))));
                }
                Some(Ok(Some(SimpleQueryMessage::Row(row)))) => {
                    return Ok(Some(Answer::Row(Row(row))));
                }
                Some(Ok(Some(_))) => {}
                Some(Ok(None)) => {
                    self.stream = None;
                    self.tag = self.session.live().copy.told().tag;
                    return self.end("COMMIT").await.map(|()| None);
                }
                Some(Err(error)) => {
                    self.stream = None;
                    let error = self.session.explain(error).await;
                    return Err(self.failed(error).await);
                }
            }
        }
    }

    /// The tag of the statement once it has ended: `INSERT 0 3`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Ends the statement, at the server too, where rows are left.
    pub async fn close(mut self) -> Result<()> {
        if self.stream.is_none() {
            return Ok(());
        }
        self.cancel().await;
        self.end("ROLLBACK").await
    }

    async fn cancel(&mut self) {
        if let Some(stream) = self.stream.take() {
            // Boxed: it is large and seldom needed.
            Box::pin(shielded(cancel::end(&self.session, stream))).await;
        }
    }

    async fn interrupted(&mut self) -> Error {
        self.cancel().await;
        self.failed(Error::Interrupted).await
    }

    async fn failed(&mut self, error: Error) -> Error {
        // What the statement failed with says more than what its rollback could add.
        self.end("ROLLBACK").await.ok();
        error.with_sql(&self.sql)
    }

    /// Behind the statement: ends what it stood alone in, and keeps a transaction it has begun from writing.
    async fn end(&mut self, how: &str) -> Result<()> {
        let session = &self.session;
        if session.is_lost() {
            session.set_depth(0);
            return Ok(());
        }
        if std::mem::take(&mut self.alone) {
            session.simple_to_the_end(how).await?;
        } else if session.is_read_only() && session.status() == Status::Open {
            // Once it has read, nothing makes it a writing one.
            session
                .simple_to_the_end("SET TRANSACTION READ ONLY; SELECT 1")
                .await?;
        }
        session.follow_status();
        Ok(())
    }

    fn columns(&self, names: impl Iterator<Item = String>) -> Vec<Column> {
        let types = self.session.live().copy.told().types;
        let types = types
            .into_iter()
            .map(Type::from_oid)
            .chain(std::iter::repeat(None));
        let column = |(name, ty): (String, Option<Type>)| Column {
            name,
            type_name: ty.as_ref().map_or("", Type::name).to_owned(),
            numeric: ty.as_ref().is_some_and(is_numeric),
        };
        names.zip(types).map(column).collect()
    }
}
