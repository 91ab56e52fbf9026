//! `notify{url=, message=, on=, timeout=, retries=, now=}`: tells a webhook how the run ended, or something at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mlua::{IntoLua, Lua, Table, Value};
use serde_json::{Value as Json, json};

use super::Context;
use crate::config::{Secret, redact};
use crate::host::options::Options;
use crate::host::{Error, Failure, Kind, Result, function};
use crate::human;
use crate::webhook::Webhook;

const TIMEOUT: Duration = Duration::from_secs(10);
const RETRIES: i64 = 3;
const MOST_RETRIES: i64 = 100;
const ON: [(&str, On); 2] = [("always", On::Always), ("failure", On::Failure)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Always,
    Failure,
}

/// Whom to tell at the end of the run.
pub struct Notification {
    webhook: Webhook,
    message: Option<String>,
    on: On,
}

/// A step that has ended.
pub struct StepDone {
    pub name: String,
    pub seconds: f64,
    pub failed: bool,
}

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let context = Arc::clone(context);
    let notify = function(lua, "notify", move |_, table: Table| {
        let context = Arc::clone(&context);
        async move {
            let (notification, now) = read(table)?;
            if !now && context.options.at_prompt {
                return Err(Error::failed(
                    "`notify`: at the prompt there is no run whose end could be told; give `now = true`",
                ));
            }
            if !now {
                context.notify_at_end(notification);
                return Ok(None);
            }
            let document = context.message(&notification);
            Ok(Some(context.post(&notification.webhook, &document).await))
        }
    })?;
    notify.into_lua(lua)
}

fn read(table: Table) -> Result<(Notification, bool)> {
    let options = Options::new("notify", Some(table));
    let url = options.string("url")?;
    // Before anything else can be wrong with the call: from here on no text shows it.
    url.as_deref().map(Secret::new);
    let message = options.string("message")?;
    let on = options.choice("on", &ON)?;
    let timeout = options.duration("timeout")?.unwrap_or(TIMEOUT);
    let retries = options.integer("retries")?.unwrap_or(RETRIES);
    let now = options.boolean("now")?.unwrap_or(false);
    options.finish()?;
    let url = options.required("url", url)?;
    if timeout.is_zero() {
        return Err(options.error("option `timeout` must be more than 0"));
    }
    let retries = u32::try_from(retries)
        .ok()
        .filter(|_| retries <= MOST_RETRIES);
    let Some(retries) = retries else {
        return Err(options.error(format!("option `retries` must be from 0 to {MOST_RETRIES}")));
    };
    if now && message.is_none() {
        return Err(options.error("option `message` is missing, which `now` posts"));
    }
    if now && on.is_some() {
        return Err(options.error("option `on` is about the end of the run; leave `now` or it out"));
    }
    let webhook = Webhook::new(&url, timeout, retries)
        .map_err(|error| options.error(format!("option `url`: {error}")))?;
    let notification = Notification {
        webhook,
        message,
        on: on.unwrap_or(On::Always),
    };
    Ok((notification, now))
}

impl Context {
    /// Tells whoever is registered how the run has ended. It does not change how: what cannot be told is a warning.
    pub async fn notify_outcome(&self, begun: Instant, result: &std::result::Result<(), Failure>) {
        let status = status(result.as_ref().err());
        for notification in self.take_notifications() {
            if notification.on == On::Failure && status == "succeeded" {
                continue;
            }
            let seconds = begun.elapsed().as_secs_f64();
            let error = match result {
                Err(failure) if status != "succeeded" => Some(failure.to_string()),
                _ => None,
            };
            let document = self.outcome(&notification, status, seconds, error);
            self.post(&notification.webhook, &document).await;
        }
    }

    /// Whether it was delivered; in a dry run it is only told.
    async fn post(&self, webhook: &Webhook, document: &Json) -> bool {
        let host = webhook.host();
        if self.options.dry_run {
            let text = document["text"].as_str().unwrap_or_default();
            self.note(format!("would post to `{host}`: {text}"));
            return true;
        }
        let again = |error: &crate::webhook::Error| self.note(format!("{error}; trying again"));
        match webhook.post(document, again).await {
            Ok(()) => true,
            Err(error) => {
                self.warn(format!("notify: {error}"));
                false
            }
        }
    }

    fn message(&self, notification: &Notification) -> Json {
        let message = redact(notification.message.as_deref().unwrap_or_default());
        json!({
            "text": message,
            "message": message,
            "playbook": self.stem(),
            "host": host(),
        })
    }

    /// `text` is what chats show; the rest is for programs.
    fn outcome(
        &self,
        notification: &Notification,
        status: &str,
        seconds: f64,
        error: Option<String>,
    ) -> Json {
        let error = error.map(|error| redact(&error));
        let message = notification.message.as_deref().map(redact);
        let playbook = self.stem();
        let mut text = format!("`{playbook}` {status} after {}", human::seconds(seconds));
        for more in [&message, &error].into_iter().flatten() {
            text.push('\n');
            text.push_str(more);
        }
        let steps = self.steps_done(|step| {
            json!({
                "name": redact(&step.name),
                "status": if step.failed { "failed" } else { "succeeded" },
                "seconds": step.seconds,
            })
        });
        json!({
            "text": text,
            "message": message,
            "playbook": playbook,
            "status": status,
            "seconds": seconds,
            "steps": steps,
            "error": error,
            "host": host(),
        })
    }
}

fn status(failure: Option<&Failure>) -> &'static str {
    match failure.map(|failure| failure.kind) {
        None | Some(Kind::Exit(0)) => "succeeded",
        Some(Kind::Interrupted) => "interrupted",
        Some(_) => "failed",
    }
}

fn host() -> Option<String> {
    whoami::hostname().ok()
}
