//! Who may write: protected targets ask for their phrase, dry runs never write.

use std::sync::atomic::Ordering;

use super::super::phrase::{self, Protected};
use super::Db;
use crate::host::Result;
use crate::pg::{self, Access, Session};

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
            let host = phrase::key(self.target(), phrase);
            if session.is_read_only() && !confirmed.contains(&server) {
                if !confirmed.contains(&host) {
                    self.confirm(phrase).await?;
                }
                confirmed.extend([server, host]);
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
        let target = self.target();
        let name = self.name();
        let protected = Protected {
            target,
            phrase,
            told: format!(
                "`{name}` is protected: {}",
                self.shared.session.server().describe()
            ),
            warning: self.shared.warning.as_deref(),
            purpose: format!("write to `{name}`"),
            subject: format!("`{name}` is protected"),
            spared: "nothing was written there",
        };
        protected.ask(self.context()).await
    }

    /// The name in `runner.toml`: under `database =` that of the database stands behind it.
    fn target(&self) -> &str {
        let name = self.name();
        let database = format!("/{}", self.shared.session.server().database);
        name.strip_suffix(&database).unwrap_or(name)
    }
}
