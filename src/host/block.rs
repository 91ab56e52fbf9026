//! Primitives that take a function: something is opened, the function runs, and it is closed again.
//!
//! The function runs in the coroutine of its caller (tracebacks stay whole, generators may yield through),
//! while what was opened is owned here. What the prelude never got to close, because a coroutine was left
//! hanging inside a block, is closed when the run ends, last opened first.

use std::future::Future;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use mlua::{FromLuaMulti, Function, IntoLuaMulti, Lua, MultiValue};

use super::error::Result;
use super::function::{Call, Check, Operation, arguments, primitive};
use super::prelude;
use super::state::{State, lock};
use crate::interrupt;

/// How the function of a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Returned,
    /// It raised, or the run was interrupted; the scope is then left shielded.
    Raised,
}

/// Something open that must be closed, whatever happens.
pub trait Scope: Send {
    /// For the message about a block nobody left: `transaction on prod`.
    fn describe(&self) -> String;

    fn leave(self: Box<Self>, outcome: Outcome) -> BoxFuture<'static, Result<()>>;
}

/// What entering a block gives: what to close, the function to run, and its arguments.
pub struct Entered {
    pub scope: Box<dyn Scope>,
    pub body: Function,
    pub args: MultiValue,
}

/// A primitive whose last argument is a function; it returns what the function returns.
pub fn block<A, F>(
    lua: &Lua,
    name: &'static str,
    enter: impl Fn(Call, A) -> F + Send + Sync + 'static,
) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Future<Output = Result<Entered>> + Send + 'static,
{
    let enter = primitive(lua, name, Check::Stopped, move |call, args| {
        let future = enter(call.clone(), arguments(&call, args)?);
        let Call {
            lua,
            state,
            location,
            ..
        } = call.clone();
        Operation::pending(&call, async move {
            let entered = future.await?;
            let mut what = entered.scope.describe();
            if let Some(location) = location {
                what = format!("{what}, begun at {location}");
            }
            let id = state.scopes.push(entered.scope, what);
            let mut values = (id, entered.body).into_lua_multi(&lua)?;
            values.extend(entered.args);
            Ok(values)
        })
    })?;
    prelude::block(lua, enter)
}

/// The prelude's `leave(id, returned)`.
pub(super) fn leaver(lua: &Lua) -> mlua::Result<Function> {
    primitive(lua, "leave", Check::Never, |call, args| {
        let (id, returned) = <(u64, bool)>::from_lua_multi(args, &call.lua)?;
        let Some(open) = call.state.scopes.take(id) else {
            return Ok((Some(true), MultiValue::new()));
        };
        let outcome = if returned {
            Outcome::Returned
        } else {
            Outcome::Raised
        };
        Operation::pending(&call, async move {
            open.scope.leave(outcome).await?;
            Ok(MultiValue::new())
        })
    })
}

/// All that is open, in the order of opening.
#[derive(Default)]
pub(super) struct Scopes {
    open: Mutex<(u64, Vec<Open>)>,
}

struct Open {
    id: u64,
    scope: Box<dyn Scope>,
    what: String,
}

impl Scopes {
    fn push(&self, scope: Box<dyn Scope>, what: String) -> u64 {
        let mut open = lock(&self.open);
        open.0 += 1;
        let id = open.0;
        open.1.push(Open { id, scope, what });
        id
    }

    fn take(&self, id: u64) -> Option<Open> {
        let mut open = lock(&self.open);
        let index = open.1.iter().rposition(|scope| scope.id == id)?;
        Some(open.1.remove(index))
    }

    fn pop(&self) -> Option<Open> {
        lock(&self.open).1.pop()
    }
}

/// Closes what is still open at the end of a run; says what that was.
pub(super) async fn leave_all(state: &State) {
    while let Some(open) = state.scopes.pop() {
        state.note(format!(
            "the playbook ended inside a {}; it was undone",
            open.what
        ));
        if let Err(error) = interrupt::shielded(open.scope.leave(Outcome::Raised)).await {
            state.note(error.to_string());
        }
    }
}
