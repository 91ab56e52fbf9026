//! Who may write: protected targets ask for their phrase, dry runs never write.

use std::sync::atomic::Ordering;

use super::Db;
use crate::host::{Error, Kind, Result};
use crate::pg::{self, Access, Session};
use crate::progress::{AskError, Question};

/// The phrase that protects a target. The server's own goes first: what is called `localhost:5433` here may be
/// production behind a tunnel.
pub fn phrase(session: &Session) -> Option<String> {
    let server = session.server().protect.clone();
    server.or_else(|| session.connector().target().protect.clone())
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
        if let Some(phrase) = &self.shared.protect {
            let server = self.identity(phrase);
            // One question at a time, and one per server.
            let mut confirmed = context.confirmed.lock().await;
            if session.is_read_only() && !confirmed.contains(&server) {
                self.confirm(phrase).await?;
                confirmed.insert(server);
            }
        }
        session.set_access(Access::ReadWrite);
        if !self.shared.claimed.load(Ordering::Relaxed) {
            pg::claim(session, &context.stem()).await?;
            self.shared.claimed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// What a phrase is asked for once. A server that hides its identifier is known by the target's name alone.
    fn identity(&self, phrase: &str) -> String {
        let server = self.shared.session.server();
        let name = match &server.system_identifier {
            Some(_) => "",
            None => self.name(),
        };
        format!("{} {name} {phrase}", server.identity())
    }

    async fn confirm(&self, phrase: &str) -> Result<()> {
        let context = self.context();
        let name = self.name();
        // Under `database =` the target keeps its name on the command line.
        let database = format!("/{}", self.shared.session.server().database);
        let target = name.strip_suffix(&database).unwrap_or(name);
        let qualified = format!("{target}={phrase}");
        if context
            .options
            .confirm
            .iter()
            .any(|given| *given == phrase || *given == qualified)
        {
            return Ok(());
        }
        let server = self.shared.session.server().describe();
        context.note(format!("`{name}` is protected: {server}"));
        if let Some(warning) = &self.shared.warning {
            context.warn(warning);
        }
        let instead = format!("`--confirm \"{phrase}\"`");
        let question = Question {
            prompt: format!("To write to `{name}`, type {phrase}:"),
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
}
