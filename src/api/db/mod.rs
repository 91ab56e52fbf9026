//! `Db`: one session, and the handles on it that blocks hand out.
//!
//! A handle belongs to a block: the Db itself to none, a `tx` or a snapshot to the transaction that made it.
//! It may be used while its block is the innermost one open, so that no statement ends up in a transaction
//! its author did not think of.

pub mod access;
mod block;
mod dry_run;
mod rows;
mod script;
pub mod statements;
mod userdata;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlua::{FromLua, Lua, Value};

use super::Context;
use super::notices::Notices;
use crate::host::{Error, Result};
use crate::pg::Session;

pub use block::split;
pub use userdata::install;

/// A handle on a session.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
    /// `None` for the Db itself.
    block: Option<Block>,
}

struct Shared {
    context: Arc<Context>,
    session: Session,
    notices: Arc<Notices>,
    /// The phrase to type before anything is written.
    protect: Option<String>,
    /// What `connect` was told to say when it asks for the phrase.
    warning: Option<String>,
    /// Whether this run has claimed the database for writing.
    claimed: AtomicBool,
    /// The blocks that are open, outermost first.
    blocks: Mutex<Vec<Block>>,
}

/// One open transaction block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    id: u64,
    kind: BlockKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    Transaction,
    /// A transaction, with triggers off while it lasts.
    Guarded,
    /// With the name by which other sessions import it.
    Snapshot {
        exported: String,
    },
}

impl Db {
    pub fn new(
        context: Arc<Context>,
        session: Session,
        notices: Arc<Notices>,
        warning: Option<String>,
    ) -> Self {
        let protect = access::phrase(&session);
        let shared = Shared {
            context,
            session,
            notices,
            protect,
            warning,
            claimed: AtomicBool::new(false),
            blocks: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            block: None,
        }
    }

    /// The session, if this handle may be used now.
    pub fn session(&self) -> Result<&Session> {
        self.check()?;
        Ok(&self.shared.session)
    }

    /// The session, whatever block is open in it: for who keeps no block open himself.
    pub fn handle(&self) -> &Session {
        &self.shared.session
    }

    pub fn context(&self) -> &Arc<Context> {
        &self.shared.context
    }

    /// The target's name.
    pub fn name(&self) -> &str {
        self.shared.session.name()
    }

    pub fn is_root(&self) -> bool {
        self.block.is_none()
    }

    /// The snapshot to import in other sessions, if this handle is one.
    pub fn exported_snapshot(&self) -> Option<&str> {
        match &self.block {
            Some(Block {
                kind: BlockKind::Snapshot { exported },
                ..
            }) => Some(exported),
            _ => None,
        }
    }

    fn blocks(&self) -> MutexGuard<'_, Vec<Block>> {
        let blocks = self.shared.blocks.lock();
        blocks.unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<()> {
        let blocks = self.blocks();
        if blocks.last() == self.block.as_ref() {
            return Ok(());
        }
        let name = self.name();
        if let Some(block) = &self.block
            && !blocks.contains(block)
        {
            let what = block.kind.what();
            return Err(Error::failed(format!("this {what} of `{name}` has ended")));
        }
        let inner = match blocks.last() {
            Some(inner) => &inner.kind,
            None => return Ok(()),
        };
        let (what, used) = (
            inner.what(),
            if self.is_root() {
                "the `Db`"
            } else {
                "the outer block"
            },
        );
        let (opening, argument) = inner.opening();
        Err(Error::failed(format!(
            "a {what} of `{name}` is open; inside its function use the argument `{argument}` of \
             `{opening}function({argument}) ... end)`, not {used}"
        )))
    }

    /// Refuses a handle that could never write.
    pub fn check_not_snapshot(&self, instead: &str) -> Result<()> {
        match self.exported_snapshot() {
            Some(_) => Err(Error::failed(format!("a snapshot only reads; {instead}"))),
            None => Ok(()),
        }
    }
}

impl BlockKind {
    fn what(&self) -> &'static str {
        match self {
            Self::Transaction | Self::Guarded => "transaction",
            Self::Snapshot { .. } => "snapshot",
        }
    }

    /// How its opening is written, and what its argument is usually called.
    fn opening(&self) -> (&'static str, &'static str) {
        match self {
            Self::Transaction => ("transaction(", "tx"),
            Self::Guarded => ("trigger.disabled(..., ", "tx"),
            Self::Snapshot { .. } => ("snapshot(", "src"),
        }
    }
}

impl FromLua for Db {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let from = value.type_name();
        let db = value
            .as_userdata()
            .and_then(|data| data.borrow::<Self>().ok().map(|db| db.clone()));
        db.ok_or_else(|| mlua::Error::FromLuaConversionError {
            from,
            to: "Db".to_owned(),
            message: None,
        })
    }
}
