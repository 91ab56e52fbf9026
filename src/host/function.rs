//! How a Rust function becomes a primitive of the playbook.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mlua::{AnyUserData, FromLuaMulti, Function, IntoLuaMulti, Lua, MultiValue, UserData, Value};

use super::error::{Error, ErrorObject, Kind, Result};
use super::location::{Location, caller};
use super::prelude;
use super::state::{State, lock};
use crate::bug::{self, Bug};
use crate::interrupt;

/// What a primitive knows about the call it serves.
#[derive(Clone)]
pub struct Call {
    pub lua: Lua,
    /// The name in messages: `copy.tables`.
    pub name: &'static str,
    /// The line of the playbook.
    pub location: Option<Location>,
    pub state: Arc<State>,
    pub(super) shielded: bool,
}

/// What the Lua side does next: return the values, raise the error, or wait for the [`Operation`].
pub(super) type Reply = (Option<bool>, MultiValue);

/// A primitive that waits. The future runs inside the run's interruption, or shielded in a closer; it is
/// never dropped, so it must end by itself when the run is interrupted.
pub fn function<A, R, F>(
    lua: &Lua,
    name: &'static str,
    work: impl Fn(Call, A) -> F + Send + Sync + 'static,
) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    R: IntoLuaMulti,
    F: Future<Output = Result<R>> + Send + 'static,
{
    primitive(lua, name, Check::Stopped, move |call, args| {
        let future = work(call.clone(), arguments(&call, args)?);
        let lua = call.lua.clone();
        Operation::pending(
            &call,
            async move { Ok(future.await?.into_lua_multi(&lua)?) },
        )
    })
}

/// A primitive that has its answer at once.
pub fn immediate<A, R>(
    lua: &Lua,
    name: &'static str,
    work: impl Fn(&Call, A) -> Result<R> + Send + Sync + 'static,
) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    primitive(lua, name, Check::Stopped, move |call, args| {
        let values = work(&call, arguments(&call, args)?)?;
        Ok((Some(true), values.into_lua_multi(&call.lua)?))
    })
}

/// A function for `__close`: it runs shielded, and also after an interruption. Lua gives it the value and the error
/// that is on its way.
pub fn closer<A, F>(
    lua: &Lua,
    name: &'static str,
    work: impl Fn(A) -> F + Send + Sync + 'static,
) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Future<Output = Result<()>> + Send + 'static,
{
    primitive(lua, name, Check::Never, move |call, args| {
        let future = interrupt::shielded(work(arguments(&call, args)?));
        Operation::pending(
            &call,
            async move { future.await.map(|()| MultiValue::new()) },
        )
    })
}

/// The arguments as Rust values; a wrong one is named by its number, `self` not counted.
pub(super) fn arguments<A: FromLuaMulti>(call: &Call, args: MultiValue) -> Result<A> {
    let first = usize::from(!call.name.contains(':'));
    Ok(A::from_lua_args(args, first, Some(call.name), &call.lua)?)
}

/// Whether a call is refused once the run is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Stopped,
    /// For what undoes: it must run after an interruption, too.
    Never,
}

pub(super) fn primitive(
    lua: &Lua,
    name: &'static str,
    check: Check,
    work: impl Fn(Call, MultiValue) -> Result<Reply> + Send + Sync + 'static,
) -> mlua::Result<Function> {
    let start = lua.create_function(move |lua, args: MultiValue| {
        let state = State::of(lua);
        let location = caller(lua).map(|location| begin_of_call(&state, location, &args));
        if check == Check::Stopped
            && let Some(error) = state.stop(lua)
        {
            return failed(lua, error.at(location).of_call(name));
        }
        let call = Call {
            lua: lua.clone(),
            name,
            location: location.clone(),
            shielded: state.is_shielded(&lua.current_thread()),
            state,
        };
        let work = AssertUnwindSafe(|| {
            bug::provoke(name);
            work(call, args)
        });
        // Not left to mlua: what is open must be closed as for any other error.
        let reply =
            catch_unwind(work).unwrap_or_else(|panic| Err(Error::bug(&Bug::caught(&*panic))));
        reply.or_else(|error| failed(lua, error.at(location).of_call(name)))
    })?;
    prelude::bind(lua, start)
}

/// A place that Lua gives for a call, corrected for an argument of several lines.
fn begin_of_call(state: &State, location: Location, args: &MultiValue) -> Location {
    let mut texts = args.iter().filter_map(Value::as_string);
    let line = texts
        .find_map(|text| state.first_line(&location.file, location.line, &text.to_str().ok()?));
    Location {
        line: line.unwrap_or(location.line),
        ..location
    }
}

/// The `await` of the prelude: the only function mlua makes asynchronous.
pub(super) fn waiter(lua: &Lua) -> mlua::Result<Function> {
    lua.create_async_function(|lua, operation: AnyUserData| async move {
        let Operation {
            future,
            location,
            name,
        } = operation.take::<Operation>()?;
        let future = lock(&future).take();
        match future {
            Some(future) => match AssertUnwindSafe(future).catch_unwind().await {
                Ok(Ok(values)) => Ok((Some(true), values)),
                Ok(Err(error)) => failed(&lua, error.at(location).of_call(name)),
                Err(panic) => failed(&lua, Error::bug(&Bug::caught(&*panic)).at(location)),
            },
            None => Ok((Some(true), MultiValue::new())),
        }
    })
}

/// A primitive under way, on its way to [`waiter`].
pub(super) struct Operation {
    /// In a lock only because userdata must be `Sync`.
    future: Mutex<Option<BoxFuture<'static, Result<MultiValue>>>>,
    name: &'static str,
    location: Option<Location>,
}

impl UserData for Operation {}

impl Operation {
    pub(super) fn pending(
        call: &Call,
        work: impl Future<Output = Result<MultiValue>> + Send + 'static,
    ) -> Result<Reply> {
        let interrupt = call.state.interrupt.clone();
        let name = call.name;
        let work = async move {
            bug::provoke_later(name);
            work.await
        };
        let future: BoxFuture<'static, _> = if call.shielded {
            Box::pin(interrupt::shielded(work))
        } else {
            Box::pin(async move { interrupt.scope(work).await })
        };
        let operation = Self {
            future: Mutex::new(Some(future)),
            name,
            location: call.location.clone(),
        };
        Ok((
            None,
            call.lua
                .create_userdata(operation)?
                .into_lua_multi(&call.lua)?,
        ))
    }

    /// What is said instead of waiting.
    pub(super) fn stuck(self) -> Error {
        Error::failed(format!(
            "`{}` cannot wait here, inside a message handler, a finalizer, or a function that is called by C",
            self.name
        ))
        .at(self.location)
    }
}

fn failed(lua: &Lua, error: Error) -> mlua::Result<Reply> {
    if matches!(error.kind(), Kind::Refused | Kind::Bug) {
        // An operator's no is the end, and so is a bug of ours; it is not for a playbook to catch.
        State::of(lua).end_with(error.clone());
    }
    let object = lua.create_userdata(ErrorObject(error))?;
    Ok((Some(false), object.into_lua_multi(lua)?))
}

/// A value as `tostring` shows it; what cannot be shown is named by its type.
pub fn text(lua: &Lua, value: &Value) -> String {
    match lua.coerce_string(value.clone()) {
        Ok(Some(text)) => text.to_string_lossy(),
        _ => value
            .to_string()
            .unwrap_or_else(|_| value.type_name().to_owned()),
    }
}
