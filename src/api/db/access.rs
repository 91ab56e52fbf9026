//! Who may write: protected targets ask for their phrase, dry runs never write.

use std::sync::atomic::Ordering;

use super::super::Context;
use super::Db;
use crate::config::Target;
use crate::host::{Error, Kind, Result};
use crate::pg::{self, Access, Server};
use crate::progress::{AskError, Question};

/// The phrase that protects a target. The server's own goes first: what is called `localhost:5433` here may be
/// production behind a tunnel. `server` is `None` for one that did not let us in.
pub fn phrase(server: Option<&Server>, target: &Target) -> Option<String> {
    let stored = server.and_then(|server| server.protect.clone());
    stored.or_else(|| target.protect.clone())
}

impl Db {
    pub fn is_protected(&self) -> bool {
        self.shared.protect.is_some()
    }

    /// To be called before a block or statement that writes: asks for the phrase where that was not done yet,
    /// and claims the database for this run. Under `--dry-run` nothing is asked and the session stays read-only.
    pub async fn ensure_write(&self) -> Result<()> {
        let context = self.context();
        let session = &self.shared.session;
        if context.options.dry_run || !self.is_root() {
            return Ok(());
        }
        if let Some(phrase) = &self.shared.protect
            && session.is_read_only()
        {
            let protected = Protected {
                target: self.name(),
                server: Some(session.server()),
                phrase,
                purpose: "write to",
                warning: self.shared.warning.as_deref(),
            };
            protected.confirm(context).await?;
        }
        session.set_access(Access::ReadWrite);
        if !self.shared.claimed.load(Ordering::Relaxed) {
            pg::claim(session, &context.stem()).await?;
            self.shared.claimed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A server that asks for its phrase.
pub struct Protected<'a> {
    /// The target's name.
    pub target: &'a str,
    /// `None` for one that did not let us in.
    pub server: Option<&'a Server>,
    pub phrase: &'a str,
    /// What is to be done, before the target's name: `write to`.
    pub purpose: &'a str,
    pub warning: Option<&'a str>,
}

impl Protected<'_> {
    /// Makes sure that the phrase was given, once per run and server.
    pub async fn confirm(&self, context: &Context) -> Result<()> {
        let server = self.identity();
        // One question at a time.
        let mut confirmed = context.confirmed.lock().await;
        if !confirmed.contains(&server) {
            self.ask(context).await?;
            confirmed.insert(server);
        }
        Ok(())
    }

    /// What the phrase is asked for once. A server that hides its identifier is known by the target's name alone.
    fn identity(&self) -> String {
        let phrase = self.phrase;
        match self.server {
            Some(server) if server.system_identifier.is_some() => {
                format!("{}  {phrase}", server.identity())
            }
            Some(server) => format!("{} {} {phrase}", server.identity(), self.target),
            None => format!("{} {phrase}", self.target),
        }
    }

    async fn ask(&self, context: &Context) -> Result<()> {
        let (name, phrase) = (self.target, self.phrase);
        if self.is_given(context) {
            return Ok(());
        }
        let described = self.server.map(Server::describe);
        context.note(format!(
            "`{name}` is protected: {}",
            described
                .as_deref()
                .unwrap_or("its server lets nobody in to ask")
        ));
        if let Some(warning) = self.warning {
            context.warn(warning);
        }
        let instead = format!("`--confirm \"{phrase}\"`");
        let question = Question {
            prompt: format!("To {} `{name}`, type {phrase}:", self.purpose),
            secret: false,
            instead: instead.clone(),
        };
        let answer = context.ask(question).await.map_err(|error| {
            if error.downcast_ref::<AskError>().is_none() {
                return error;
            }
            Error::failed(format!(
                "`{name}` is protected and there is no terminal to ask its phrase on; give {instead}"
            ))
        })?;
        if answer.trim() == phrase {
            return Ok(());
        }
        Err(Error::new(
            Kind::Refused,
            format!(
                "`{name}` is protected and its phrase was not typed; nothing was written there"
            ),
        ))
    }

    /// By `--confirm`. Under `database =` the target keeps its name on the command line.
    fn is_given(&self, context: &Context) -> bool {
        let database = self.server.map(|server| format!("/{}", server.database));
        let name = database.and_then(|database| self.target.strip_suffix(&database));
        let qualified = format!("{}={}", name.unwrap_or(self.target), self.phrase);
        let mut given = context.options.confirm.iter();
        given.any(|given| *given == self.phrase || *given == qualified)
    }
}
