//! `step(name, fn, ...)`: a named, timed part of the run; `fn` gets the arguments that follow it.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use mlua::{Function, IntoLua, Lua, MultiValue, Value};

use super::Context;
use super::notify::StepDone;
use crate::host::{Entered, Outcome, Result, Scope, block};
use crate::progress::Event;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let step = block(
        lua,
        "step",
        move |_, (name, body, args): (String, Function, MultiValue)| {
            let context = Arc::clone(&context);
            async move {
                Ok(Entered {
                    scope: Box::new(Step::start(context, name)),
                    body,
                    args,
                })
            }
        },
    )?;
    step.into_lua(lua)
}

struct Step {
    context: Arc<Context>,
    name: String,
    depth: usize,
    start: Instant,
}

impl Step {
    fn start(context: Arc<Context>, name: String) -> Self {
        let depth = context.deeper();
        context.tell(&Event::StepStarted {
            name: name.clone(),
            depth,
        });
        Self {
            context,
            name,
            depth,
            start: Instant::now(),
        }
    }
}

impl Scope for Step {
    fn describe(&self) -> String {
        format!("step `{}`", self.name)
    }

    fn leave(self: Box<Self>, outcome: Outcome) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let seconds = self.start.elapsed().as_secs_f64();
            let failed = outcome == Outcome::Raised;
            self.context.shallower(StepDone {
                name: self.name.clone(),
                seconds,
                failed,
            });
            self.context.tell(&Event::StepFinished {
                name: self.name,
                depth: self.depth,
                seconds,
                failed,
            });
            Ok(())
        })
    }
}
