//! `confirm(question)`: yes or no, from the operator.

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::host::{Result, function};
use crate::progress::Question;

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let confirm = function(lua, "confirm", move |_, question: String| {
        let context = Arc::clone(&context);
        async move { confirmed(&context, &question).await }
    })?;
    confirm.into_lua(lua)
}

async fn confirmed(context: &Context, question: &str) -> Result<bool> {
    if context.options.dry_run {
        context.note(format!("would ask: {question}"));
        return Ok(true);
    }
    // The question itself is what `--confirm` answers, so that a yes to one is no yes to another.
    if context
        .options
        .confirm
        .iter()
        .any(|given| given == question)
    {
        return Ok(true);
    }
    let answer = context
        .ask(Question {
            prompt: format!("{question} [y/N]"),
            secret: false,
            instead: format!("`--confirm \"{question}\"`"),
        })
        .await?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
