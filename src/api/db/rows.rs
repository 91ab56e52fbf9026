//! `rows`: a result row by row, on a connection of its own, so that others can be used meanwhile.

use std::sync::Arc;

use mlua::{Function, Lua, MultiValue, Table, Value, Variadic};
use tokio::sync::Mutex;

use super::super::sql::Sql;
use super::super::values::{RowMaker, from_lua};
use super::Db;
use super::statements::refuse_transaction_statement;
use crate::host::{Call, Error, Result, closer, function};
use crate::pg::{self, Access, Isolation, RowStream, Session, TxOptions};

/// A result under way; `None` once it is closed.
type Reading = Arc<Mutex<Option<Reader>>>;

struct Reader {
    stream: RowStream,
    rows: RowMaker,
    session: Session,
}

/// The four values of a generic `for`: the iterator, no state, no start, and what closes it on a `break`.
pub async fn rows(
    call: Call,
    db: Db,
    sql: Sql,
    params: Variadic<Value>,
) -> Result<(Function, Value, Value, Table)> {
    let params = params
        .iter()
        .map(|value| from_lua(&call.lua, value))
        .collect::<Result<Vec<_>>>()?;
    refuse_transaction_statement(&sql)?;
    let session = db.reader().await?;
    let reader = match session.stream(&sql.text, &params).await {
        Ok(stream) => Some(Reader {
            rows: RowMaker::new(&call.lua, stream.columns())?,
            stream,
            session,
        }),
        Err(error) => {
            session.close();
            db.forgive(&sql, error)?;
            None
        }
    };
    let reading = Arc::new(Mutex::new(reader));
    let mark = call
        .lua
        .create_table_from([("__close", closing(&call.lua, &reading)?)])?;
    let end = call.lua.create_table()?;
    end.set_metatable(Some(mark))?;
    Ok((
        iterator(&call.lua, reading, sql)?,
        Value::Nil,
        Value::Nil,
        end,
    ))
}

fn iterator(lua: &Lua, reading: Reading, sql: Sql) -> mlua::Result<Function> {
    function(lua, "rows", move |call, _: MultiValue| {
        let (reading, sql) = (Arc::clone(&reading), sql.clone());
        async move {
            let mut reading = reading.lock().await;
            let Some(reader) = reading.as_mut() else {
                return Ok(None);
            };
            match reader.stream.next().await {
                Ok(Some(row)) => Ok(Some(reader.rows.row(&call.lua, &row)?)),
                Ok(None) => {
                    end(reading.take()).await;
                    Ok(None)
                }
                Err(error) => {
                    end(reading.take()).await;
                    Err(sql.blame(error))
                }
            }
        }
    })
}

fn closing(lua: &Lua, reading: &Reading) -> mlua::Result<Function> {
    let reading = Arc::clone(reading);
    closer(lua, "rows", move |()| {
        let reading = Arc::clone(&reading);
        async move {
            end(reading.lock().await.take()).await;
            Ok(())
        }
    })
}

async fn end(reader: Option<Reader>) {
    if let Some(reader) = reader {
        reader.stream.close().await;
        reader.session.close();
    }
}

impl Db {
    /// A session beside this one that sees what this handle sees, in a READ ONLY transaction.
    async fn reader(&self) -> Result<Session> {
        if !self.is_root() && self.exported_snapshot().is_none() {
            return Err(Error::failed(
                "`rows` reads on a connection of its own, which does not see this transaction; use `query`",
            ));
        }
        let session = self.session()?;
        if session.is_closed() {
            let target = self.name().to_owned();
            return Err(pg::Error::Closed { target }.into());
        }
        let session = session.sibling(Access::ReadOnly).await?;
        self.context().opened(&session);
        let snapshot = self.exported_snapshot().map(str::to_owned);
        let options = TxOptions {
            isolation: snapshot.as_ref().map(|_| Isolation::RepeatableRead),
            read_only: true,
            snapshot,
            ..TxOptions::default()
        };
        session.begin(&options).await?;
        Ok(session)
    }
}
