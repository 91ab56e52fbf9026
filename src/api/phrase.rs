//! The phrase of a protected target, asked for once per run.

use super::Context;
use crate::host::{Error, Kind, Result};
use crate::progress::{AskError, Question};

/// What is about to be done to a protected target or to its host, in the words of the question.
pub struct Protected<'a> {
    /// The name in `runner.toml`, for `--confirm TARGET=PHRASE`.
    pub target: &'a str,
    pub phrase: &'a str,
    /// Told before the question.
    pub told: String,
    pub warning: Option<&'a str>,
    /// Reads like `` write to `prod` ``.
    pub purpose: String,
    /// Reads like `` `prod` is protected ``.
    pub subject: String,
    /// What a wrong answer has kept from happening.
    pub spared: &'static str,
}

/// By which `Context::confirmed` knows that the phrase of a target was given.
pub fn key(target: &str, phrase: &str) -> String {
    format!("target {target} {phrase}")
}

impl Protected<'_> {
    /// Asks, unless the command line has answered. A wrong answer ends the run.
    pub async fn ask(&self, context: &Context) -> Result<()> {
        let Self {
            target,
            phrase,
            purpose,
            subject,
            spared,
            ..
        } = self;
        let qualified = format!("{target}={phrase}");
        let given = &context.options.confirm;
        if given
            .iter()
            .any(|given| given == phrase || *given == qualified)
        {
            return Ok(());
        }
        context.note(self.told.as_str());
        if let Some(warning) = self.warning {
            context.warn(warning);
        }
        let instead = format!("`--confirm \"{phrase}\"`");
        let question = Question {
            prompt: format!("To {purpose}, type {phrase}:"),
            secret: false,
            instead: instead.clone(),
        };
        let answer = context.ask(question).await.map_err(|error| {
            if error.downcast_ref::<AskError>().is_none() {
                return error;
            }
            Error::failed(format!(
                "{subject} and there is no terminal to ask its phrase on; give {instead}"
            ))
        })?;
        if answer.trim() == *phrase {
            return Ok(());
        }
        Err(Error::new(
            Kind::Refused,
            format!("{subject} and its phrase was not typed; {spared}"),
        ))
    }
}
