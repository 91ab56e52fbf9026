//! Single statements: `query`, `one`, `value`, `execute`.

use mlua::{Lua, Table, Value, Variadic};

use super::super::sql::Sql;
use super::super::values::{RowMaker, from_lua, rows_to_lua, to_lua};
use super::Db;
use crate::host::{Call, Error, Result};
use crate::pg::{self, Rows};

type Params = Variadic<Value>;

pub async fn query(call: Call, db: Db, sql: Sql, params: Params) -> Result<Table> {
    let rows = db.rows_of(&call.lua, &sql, &params).await?;
    Ok(rows_to_lua(&call.lua, &rows)?)
}

pub async fn one(call: Call, db: Db, sql: Sql, params: Params) -> Result<Option<Table>> {
    let rows = db.rows_of(&call.lua, &sql, &params).await?;
    match rows.rows.as_slice() {
        [] => Ok(None),
        [row] => Ok(Some(
            RowMaker::new(&call.lua, &rows.columns)?.row(&call.lua, row)?,
        )),
        several => Err(Error::failed(format!(
            "`one` wants at most one row, the statement gave {}",
            several.len()
        ))),
    }
}

pub async fn value(call: Call, db: Db, sql: Sql, params: Params) -> Result<Value> {
    let rows = db.rows_of(&call.lua, &sql, &params).await?;
    match rows.rows.first().and_then(|row| row.first()) {
        Some(value) => Ok(to_lua(&call.lua, value)?),
        None => Ok(Value::Nil),
    }
}

pub async fn execute(call: Call, db: Db, sql: Sql, params: Params) -> Result<u64> {
    let params = convert(&call.lua, &params)?;
    refuse_transaction_statement(&sql)?;
    let session = db.session()?;
    if db.context().options.dry_run {
        db.pretend(&sql).await?;
        return Ok(0);
    }
    session.note_state(&sql.text);
    if !db.is_protected() {
        db.ensure_write().await?;
    }
    let result = match session.execute(&sql.text, &params).await {
        Err(error) if db.may_ask_after(&error) => {
            db.ensure_write().await?;
            session.execute(&sql.text, &params).await
        }
        result => result,
    };
    result.map_err(|error| sql.blame(error))
}

fn convert(lua: &Lua, params: &[Value]) -> Result<Vec<pg::Value>> {
    params.iter().map(|value| from_lua(lua, value)).collect()
}

impl Db {
    async fn rows_of(&self, lua: &Lua, sql: &Sql, params: &[Value]) -> Result<Rows> {
        let params = convert(lua, params)?;
        refuse_transaction_statement(sql)?;
        let session = self.session()?;
        if self.context().options.dry_run {
            return self.pretend_rows(sql, &params).await;
        }
        session.note_state(&sql.text);
        if !self.is_protected() && pg::writes(&sql.text) {
            self.ensure_write().await?;
        }
        let result = match session.query(&sql.text, &params).await {
            Err(error) if self.may_ask_after(&error) => {
                self.ensure_write().await?;
                session.query(&sql.text, &params).await
            }
            result => result,
        };
        result.map_err(|error| sql.blame(error))
    }

    /// Whether a statement was refused for writing where the operator may still be asked. Outside a block it was
    /// alone in its READ ONLY transaction, so nothing has happened and it can run again.
    fn may_ask_after(&self, error: &pg::Error) -> bool {
        error.is_read_only_violation() && self.is_protected() && self.is_root()
    }
}

/// A BEGIN of the playbook's own would make every later block one of its savepoints.
pub(super) fn refuse_transaction_statement(sql: &Sql) -> Result<()> {
    match pg::transaction_statement(&sql.text) {
        Some(statement) => Err(pg::Error::TransactionStatement { statement }.into()),
        None => Ok(()),
    }
}
