//! Who may write: protected targets ask for their phrase, dry runs never write.

use std::sync::atomic::Ordering;

use super::super::Context;
use super::super::phrase::{self, Protected};
use super::Db;
use crate::config::Target;
use crate::host::Result;
use crate::pg::{self, Access, Server, Session};

/// The phrase that protects a target. The server's own goes first: what is called `localhost:5433` here may be
/// production behind a tunnel.
pub fn phrase(session: &Session) -> Option<String> {
    phrase_of(Some(session.server()), session.connector().target())
}

/// The same where the server may not have let us in.
pub fn phrase_of(server: Option<&Server>, target: &Target) -> Option<String> {
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
            let guarded = Guarded {
                name: self.name(),
                server: Some(session.server()),
                phrase,
                purpose: "write to",
                warning: self.shared.warning.as_deref(),
            };
            guarded.confirm(context).await?;
        }
        session.set_access(Access::ReadWrite);
        if !context.options.at_prompt && !self.shared.claimed.load(Ordering::Relaxed) {
            pg::claim(session, &context.stem()).await?;
            self.shared.claimed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A server that asks for its phrase.
pub struct Guarded<'a> {
    /// That of the connection: with the database behind it under `database =`.
    pub name: &'a str,
    /// `None` for one that did not let us in.
    pub server: Option<&'a Server>,
    pub phrase: &'a str,
    /// What is to be done, before the name: `write to`.
    pub purpose: &'a str,
    pub warning: Option<&'a str>,
}

impl Guarded<'_> {
    /// Makes sure that the phrase was given, once per run and server.
    pub async fn confirm(&self, context: &Context) -> Result<()> {
        let (server, target) = (self.identity(), phrase::key(self.target(), self.phrase));
        // One question at a time.
        let mut confirmed = context.confirmed.lock().await;
        if !confirmed.contains(&server) {
            if !confirmed.contains(&target) {
                self.ask(context).await?;
            }
            confirmed.extend([server, target]);
        }
        Ok(())
    }

    /// What a phrase is asked for once. A server that hides its identifier is known by the target's name alone.
    fn identity(&self) -> String {
        let phrase = self.phrase;
        match self.server {
            Some(server) if server.system_identifier.is_some() => {
                format!("{}  {phrase}", server.identity())
            }
            Some(server) => format!("{} {} {phrase}", server.identity(), self.name),
            None => format!("{} {phrase}", self.name),
        }
    }

    async fn ask(&self, context: &Context) -> Result<()> {
        let name = self.name;
        let server = self.server.map(Server::describe);
        let server = server.as_deref().unwrap_or("its server lets nobody in");
        let protected = Protected {
            target: self.target(),
            phrase: self.phrase,
            told: format!("`{name}` is protected: {server}"),
            warning: self.warning,
            purpose: format!("{} `{name}`", self.purpose),
            subject: format!("`{name}` is protected"),
            spared: "nothing was written there",
        };
        protected.ask(context).await
    }

    /// The name in `runner.toml`: under `database =` that of the database stands behind it.
    fn target(&self) -> &str {
        let database = self.server.map(|server| format!("/{}", server.database));
        let target = database.and_then(|database| self.name.strip_suffix(&database));
        target.unwrap_or(self.name)
    }
}
