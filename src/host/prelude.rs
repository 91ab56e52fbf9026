//! `prelude.lua`: the standard library made able to wait, and the Rust functions it stands on.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "mlua asks for these signatures"
)]

use std::sync::Arc;

use mlua::{AnyUserData, Function, Lua, LuaString, Table, Thread, Value};

use super::block::leaver;
use super::error::{Error, ErrorObject, Kind};
use super::function::{Operation, waiter};
use super::location::{Frame, frames};
use super::state::State;
use crate::progress::{Event, Reporter};

const SOURCE: &str = include_str!("prelude.lua");

/// The `=` keeps the name out of tracebacks: only names with an `@` are files.
pub const CHUNK: &str = "=[runner]";

/// What the prelude gives back to Rust, kept in Lua's registry.
const BIND: &str = "runner.bind";
const BLOCK: &str = "runner.block";

/// Replaces the parts of the standard library that could not wait. Returns the function that runs a chunk:
/// `run(chunk, ...)` gives `true` and what the chunk returned, or `false`, the error, its text and its [`Frames`].
pub(super) fn install(lua: &Lua, searcher: Function, reporter: Reporter) -> mlua::Result<Function> {
    let host = lua.create_table()?;
    host.set("PENDING", Lua::poll_pending())?;
    host.set("await", waiter(lua)?)?;
    host.set("stopping", lua.create_function(stopping)?)?;
    host.set("shield", lua.create_function(shield)?)?;
    host.set("adopt", lua.create_function(adopt)?)?;
    host.set("stuck", lua.create_function(stuck)?)?;
    host.set(
        "frames",
        lua.create_function(|lua, ()| lua.create_any_userdata(Frames(frames(lua))))?,
    )?;
    host.set("note", lua.create_function(note)?)?;
    host.set("exit", lua.create_function(exit)?)?;
    host.set("inherit", lua.create_function(inherit)?)?;
    host.set("traceback", lua.create_function(traceback)?)?;
    host.set("where", lua.create_function(place)?)?;
    host.set("find_module", searcher)?;
    let listener = Arc::clone(&reporter);
    let print = move |_: &Lua, text: LuaString| {
        listener.event(&Event::Print(text.to_string_lossy()));
        Ok(())
    };
    host.set("print", lua.create_function(print)?)?;
    let listener = Arc::clone(&reporter);
    let write = move |_: &Lua, (stderr, text): (bool, LuaString)| {
        let bytes = text.as_bytes().to_vec();
        listener.event(&Event::Written { bytes, stderr });
        Ok(())
    };
    host.set("write", lua.create_function(write)?)?;
    let lend = move |_: &Lua, lent: bool| {
        reporter.lend(lent);
        Ok(())
    };
    host.set("lend", lua.create_function(lend)?)?;
    let given: Table = lua.load(SOURCE).set_name(CHUNK).call(host.clone())?;
    lua.set_named_registry_value(BIND, given.get::<Function>("bind")?)?;
    lua.set_named_registry_value(BLOCK, given.get::<Function>("block")?)?;
    // `leave` is a primitive itself, so it can only be made now.
    host.set("leave", leaver(lua)?)?;
    given.get("run")
}

/// Makes `start`, which gives a [`Reply`](super::function::Reply), a function as Lua knows them.
pub(super) fn bind(lua: &Lua, start: Function) -> mlua::Result<Function> {
    lua.named_registry_value::<Function>(BIND)?.call(start)
}

/// Makes a block of `enter`, which gives the scope's id, the function and its arguments.
pub(super) fn block(lua: &Lua, enter: Function) -> mlua::Result<Function> {
    lua.named_registry_value::<Function>(BLOCK)?.call(enter)
}

/// A traceback on its way from the message handler to [`Failure`](super::Failure).
pub(super) struct Frames(pub(super) Vec<Frame>);

/// The error to raise if the run is stopped, as Lua sees it.
fn stopping(lua: &Lua, (): ()) -> mlua::Result<Option<AnyUserData>> {
    match State::of(lua).stop(lua) {
        Some(error) => lua.create_userdata(ErrorObject(error)).map(Some),
        None => Ok(None),
    }
}

/// `shield(on, [coroutine])`: of the running coroutine, or of one that is about to be resumed.
fn shield(lua: &Lua, (on, thread): (bool, Option<Thread>)) -> mlua::Result<()> {
    let thread = thread.unwrap_or_else(|| lua.current_thread());
    let state = State::of(lua);
    if on {
        state.shield(&thread);
    } else {
        state.unshield(&thread);
    }
    Ok(())
}

/// Shields a coroutine that a shielded one is about to resume.
fn inherit(lua: &Lua, thread: Thread) -> mlua::Result<bool> {
    let state = State::of(lua);
    let shielded = state.is_shielded(&lua.current_thread());
    if shielded {
        state.shield(&thread);
    }
    Ok(shielded)
}

fn note(lua: &Lua, text: LuaString) -> mlua::Result<()> {
    State::of(lua).note(text.to_string_lossy());
    Ok(())
}

/// Turns mlua's own error values into ours, which have fields and no traceback in their text.
fn adopt(lua: &Lua, value: Value) -> mlua::Result<Value> {
    match value {
        Value::Error(error) => {
            let object = ErrorObject(Error::from(*error).at(super::location::caller(lua)));
            lua.create_userdata(object).map(Value::UserData)
        }
        value => Ok(value),
    }
}

/// The error for an operation that would wait where nothing can: between the two is C code.
fn stuck(_: &Lua, operation: AnyUserData) -> mlua::Result<ErrorObject> {
    Ok(ErrorObject(operation.take::<Operation>()?.stuck()))
}

/// `os.exit([code])`: unwinds like an interruption instead of leaving transactions and triggers as they are.
fn exit(lua: &Lua, code: Value) -> mlua::Result<AnyUserData> {
    let code = match code {
        Value::Nil | Value::Boolean(true) => 0,
        Value::Boolean(false) => 1,
        other => lua.unpack::<i32>(other)?,
    };
    State::of(lua).request_exit(code);
    lua.create_userdata(ErrorObject(Error::new(
        Kind::Exit(code),
        "the playbook ended the run",
    )))
}

/// `debug.traceback([message])`, without our own frames.
fn traceback(lua: &Lua, message: Option<LuaString>) -> mlua::Result<String> {
    let mut text = message
        .map(|m| m.to_string_lossy() + "\n")
        .unwrap_or_default();
    text.push_str("stack traceback:");
    for frame in frames(lua) {
        text.push_str("\n\t");
        text.push_str(&frame.to_string());
    }
    Ok(text)
}

/// File, line and name of a function on the stack, for `debug.getinfo`; 1 is the caller.
fn place(lua: &Lua, level: usize) -> mlua::Result<(Option<String>, Option<usize>, Option<String>)> {
    let Some(frame) = level
        .checked_sub(1)
        .and_then(|level| frames(lua).into_iter().nth(level))
    else {
        return Ok((None, None, None));
    };
    Ok((
        Some(frame.location.file),
        Some(frame.location.line),
        frame.function,
    ))
}
