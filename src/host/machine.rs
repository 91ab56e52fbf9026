//! One Lua state, ready to run playbooks.

use std::sync::Arc;

use mlua::{
    AnyUserData, FromLuaMulti, Function, HookTriggers, IntoLuaMulti, Lua, LuaOptions, LuaString,
    MultiValue, StdLib, Table, Value, Variadic, VmState,
};

use super::block::leave_all;
use super::error::Kind;
use super::failure::Failure;
use super::loader::{Loader, load, searcher};
use super::location::Frame;
use super::prelude::{self, CHUNK, Frames};
use super::state::State;
use crate::interrupt::Interrupt;
use crate::progress::Reporter;

/// How often a loop that calls no primitive looks up: a prime, so that no loop keeps step with it. The price
/// is in having a hook at all, not in the count.
const INSTRUCTIONS: u32 = 10_007;

/// The machine of one run.
pub struct Machine {
    lua: Lua,
    state: Arc<State>,
    run: Function,
}

impl Machine {
    pub fn new(interrupt: Interrupt, reporter: Reporter, loader: Loader) -> mlua::Result<Self> {
        let lua = Lua::new_with(StdLib::ALL_SAFE, LuaOptions::default())?;
        let state = Arc::new(State::new(interrupt));
        lua.set_app_data(Arc::clone(&state));
        let run = prelude::install(&lua, searcher(&lua, loader)?, reporter)?;
        // Before the run: a loop that calls nothing never gives the chance to do it later.
        lua.set_global_hook(
            HookTriggers::new().every_nth_instruction(INSTRUCTIONS),
            stop_loops,
        )?;
        Ok(Self { lua, state, run })
    }

    /// To set globals; primitives are made by [`function`](super::function()) and its kin.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// Runs a chunk to its end and closes all it left open. `name` is the file as messages show it.
    pub async fn run(&self, name: &str, text: &str) -> Result<(), Failure> {
        let chunk = load(&self.lua, name, text)
            .map_err(|error| Failure::from_syntax(error, name, &self.state))?;
        match self.evaluate(chunk, ()).await {
            Err(failure) if failure.kind != Kind::Exit(0) => {
                Err(failure.with_notes(self.state.take_notes()))
            }
            _ => Ok(()),
        }
    }

    /// Compiles one of many chunks that are run one by one; `name` is what messages call it.
    #[expect(
        clippy::result_large_err,
        reason = "made once for a line that is typed"
    )]
    pub fn load(&self, name: &str, text: &str, globals: &Table) -> Result<Function, Failure> {
        let compiled = load(&self.lua, name, text).and_then(|chunk| {
            chunk.set_environment(globals.clone())?;
            Ok(chunk)
        });
        compiled.map_err(|error| Failure::from_syntax(error, name, &self.state))
    }

    /// The same with a text that messages do not show, line by line like `shown`.
    #[expect(
        clippy::result_large_err,
        reason = "made once for a line that is typed"
    )]
    pub fn load_told(
        &self,
        name: &str,
        shown: &str,
        text: &str,
        globals: &Table,
    ) -> Result<Function, Failure> {
        let chunk = self.load(name, text, globals);
        self.state.remember_source(name, shown);
        chunk
    }

    /// Calls a function as a run of its own, gives what it returns and closes all it left open.
    pub async fn evaluate(
        &self,
        chunk: Function,
        args: impl IntoLuaMulti,
    ) -> Result<MultiValue, Failure> {
        let result = self.call(chunk, args).await;
        leave_all(&self.state).await;
        result
    }

    /// Forgets what ended the chunk before.
    pub fn renew(&self) {
        self.state.renew();
    }

    /// What went wrong without ending the run; a failure carries its notes itself.
    pub fn take_notes(&self) -> Vec<String> {
        self.state.take_notes()
    }

    async fn call(&self, chunk: Function, args: impl IntoLuaMulti) -> Result<MultiValue, Failure> {
        let broken =
            |error: mlua::Error| Failure::from_error(&error.into(), Vec::new(), &self.state);
        let thread = self.lua.create_thread(self.run.clone()).map_err(broken)?;
        let mut given = args.into_lua_multi(&self.lua).map_err(broken)?;
        given.push_front(Value::Function(chunk));
        let mut outcome: MultiValue = thread
            .into_async(given)
            .map_err(broken)?
            .await
            .map_err(broken)?;
        if outcome.pop_front() == Some(Value::Boolean(true)) {
            return Ok(outcome);
        }
        let (value, text, frames): (Value, Option<LuaString>, Variadic<AnyUserData>) =
            FromLuaMulti::from_lua_multi(outcome, &self.lua).map_err(broken)?;
        let text = text.map(|text| text.to_string_lossy()).unwrap_or_default();
        let trace = frames
            .into_iter()
            .flat_map(|frames| taken(&frames))
            .collect();
        Err(Failure::from_value(
            &self.lua,
            &value,
            &text,
            trace,
            &self.state,
        ))
    }
}

/// What Lua has against a text, without running it; `name` is the file as messages show it.
pub fn syntax_error(name: &str, text: &str) -> Option<Failure> {
    let lua = Lua::new();
    let state = Arc::new(State::default());
    lua.set_app_data(Arc::clone(&state));
    let error = load(&lua, name, text).err()?;
    Some(Failure::from_syntax(error, name, &state))
}

fn taken(frames: &AnyUserData) -> Vec<Frame> {
    frames
        .take::<Frames>()
        .map(|frames| frames.0)
        .unwrap_or_default()
}

/// The chunk in which mlua waits for a future.
const WAITER: &str = "=__mlua_async_poll";

/// Raises the stop in Lua code that calls no primitive. Never inside the prelude: between the end of a
/// function and its closer nothing may be skipped. And never where a primitive waits: it would be dropped
/// while it undoes its work.
fn stop_loops(lua: &Lua, debug: &mlua::debug::Debug<'_>) -> mlua::Result<VmState> {
    let Some(error) = State::of(lua).stop(lua) else {
        return Ok(VmState::Continue);
    };
    if matches!(debug.source().source.as_deref(), Some(CHUNK | WAITER)) {
        return Ok(VmState::Continue);
    }
    Err(mlua::Error::external(error))
}
