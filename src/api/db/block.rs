//! `transaction` and `snapshot`: blocks on the Db's own session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use mlua::{Function, IntoLuaMulti, Table, Value};

use super::{Block, BlockKind, Db};
use crate::host::options::Options;
use crate::host::{Call, Entered, Error, Outcome, Result, Scope};
use crate::pg::{Isolation, TxOptions};
use crate::trigger::Guard;

static NEXT: AtomicU64 = AtomicU64::new(1);

const ISOLATION: [(&str, Isolation); 3] = [
    ("read committed", Isolation::ReadCommitted),
    ("repeatable read", Isolation::RepeatableRead),
    ("serializable", Isolation::Serializable),
];

pub async fn transaction(
    call: Call,
    db: Db,
    first: Value,
    second: Option<Function>,
) -> Result<Entered> {
    let (table, body) = split(call.name, first, second)?;
    let options = read(call.name, table)?;
    db.session()?;
    db.check_not_snapshot("open the `transaction` on the Db")?;
    if db.is_root() && !options.read_only {
        db.ensure_write().await?;
    }
    db.session()?.begin(&options).await?;
    db.enter(&call, BlockKind::Transaction, body)
}

pub async fn snapshot(call: Call, db: Db, body: Function) -> Result<Entered> {
    if !db.is_root() {
        return Err(Error::failed(
            "a `snapshot` cannot stand inside a transaction of the same Db",
        ));
    }
    let session = db.session()?;
    session
        .begin(&TxOptions {
            isolation: Some(Isolation::RepeatableRead),
            read_only: true,
            ..TxOptions::default()
        })
        .await?;
    // Whoever holds a snapshot may wait long for those who read by it.
    let exported = async {
        session
            .batch("SET LOCAL idle_in_transaction_session_timeout = 0")
            .await?;
        session
            .value("SELECT pg_catalog.pg_export_snapshot()", &[])
            .await
    };
    match exported.await {
        Ok(name) => {
            let exported = name.as_str().unwrap_or_default().to_owned();
            db.enter(&call, BlockKind::Snapshot { exported }, body)
        }
        Err(error) => {
            // The error says why; a rollback that fails as well has lost the session and the snapshot with it.
            session.rollback().await.ok();
            Err(error.into())
        }
    }
}

/// `([options,] fn)`
pub fn split(
    name: &str,
    first: Value,
    second: Option<Function>,
) -> Result<(Option<Table>, Function)> {
    match (first, second) {
        (Value::Function(body), None) => Ok((None, body)),
        (Value::Table(options), Some(body)) => Ok((Some(options), body)),
        _ => Err(Error::failed(format!(
            "`{name}`: a function expected, or options and a function"
        ))),
    }
}

fn read(name: &'static str, table: Option<Table>) -> Result<TxOptions> {
    let options = Options::new(name, table);
    let milliseconds = |duration: std::time::Duration| format!("{}ms", duration.as_millis());
    let read = TxOptions {
        isolation: options.choice("isolation", &ISOLATION)?,
        read_only: options.boolean("read_only")?.unwrap_or(false),
        lock_timeout: options.duration("lock_timeout")?.map(milliseconds),
        statement_timeout: options.duration("statement_timeout")?.map(milliseconds),
        ..TxOptions::default()
    };
    options.finish()?;
    Ok(read)
}

impl Db {
    /// Registers the block that was just begun on the session, and makes its handle.
    fn enter(&self, call: &Call, kind: BlockKind, body: Function) -> Result<Entered> {
        self.enter_with(call, kind, None, body)
    }

    /// The same for a transaction in which triggers are off: they are put back before it commits. `None` in a
    /// dry run, which leaves them alone.
    pub fn enter_guarded(
        &self,
        call: &Call,
        guard: Option<Guard>,
        body: Function,
    ) -> Result<Entered> {
        self.enter_with(call, BlockKind::Guarded, guard, body)
    }

    fn enter_with(
        &self,
        call: &Call,
        kind: BlockKind,
        guard: Option<Guard>,
        body: Function,
    ) -> Result<Entered> {
        let block = Block {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            kind,
        };
        self.blocks().push(block.clone());
        let db = Self {
            shared: Arc::clone(&self.shared),
            block: Some(block),
        };
        Ok(Entered {
            args: call
                .lua
                .create_userdata(db.clone())?
                .into_lua_multi(&call.lua)?,
            scope: Box::new(OpenBlock { db, guard }),
            body,
        })
    }

    /// Rolls back the blocks inside this one that nobody left: their coroutine hangs. Tells how many.
    async fn leave_abandoned(&self) -> Result<usize> {
        let mut count = 0;
        while self
            .blocks()
            .last()
            .is_some_and(|open| Some(open) != self.block.as_ref())
        {
            self.shared.session.rollback().await?;
            self.blocks().pop();
            count += 1;
        }
        Ok(count)
    }
}

/// A block on its way to be left.
struct OpenBlock {
    db: Db,
    /// The triggers that are off in it. A rollback puts them back by itself.
    guard: Option<Guard>,
}

impl Scope for OpenBlock {
    fn describe(&self) -> String {
        let block = self.db.block.as_ref();
        let what = block.map_or("block", |block| block.kind.what());
        format!("{what} on `{}`", self.db.name())
    }

    fn leave(self: Box<Self>, outcome: Outcome) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let db = self.db.clone();
            let left = self.end(outcome).await;
            db.blocks().retain(|open| Some(open) != db.block.as_ref());
            left
        })
    }
}

impl OpenBlock {
    async fn end(self, outcome: Outcome) -> Result<()> {
        let (db, session) = (&self.db, &self.db.shared.session);
        let abandoned = db.leave_abandoned().await?;
        // A snapshot has nothing to commit, and an error that was caught in it does not matter then.
        let commits = db.exported_snapshot().is_none();
        if outcome == Outcome::Raised || abandoned > 0 || !commits {
            session.rollback().await?;
            if outcome == Outcome::Returned && abandoned > 0 {
                return Err(Error::failed(format!(
                    "a transaction of `{}` was left open inside this block, in a coroutine that never ended; \
                     all was rolled back",
                    db.name()
                )));
            }
            return Ok(());
        }
        if let Some(guard) = self.guard
            && let Err(error) = guard.restore(session).await
        {
            // The error says why; what a rollback could not undo has gone with its connection.
            session.rollback().await.ok();
            return Err(error.into());
        }
        Ok(session.commit().await?)
    }
}
