//! What there is from line to line: the targets that are open, Lua, and how results are shown.

use std::collections::BTreeMap;

use super::editor::Prompt;
use super::lua::Lua;
use super::prompt::{Standing, prompt};
use super::{Context, Result, Trouble};
use crate::api::{Db, RunOptions, connect_named, interactive};
use crate::config::did_you_mean;
use crate::pg::Status;
use crate::progress::{Event, Question};

pub struct Session {
    context: Context,
    pub(super) lua: Lua,
    open: BTreeMap<String, Db>,
    current: Option<String>,
    colour: bool,
    terminal: bool,
    pub(super) settings: Settings,
}

/// What backslash commands switch.
#[derive(Debug, Default)]
pub struct Settings {
    pub timing: bool,
}

impl Session {
    pub fn open(options: RunOptions, terminal: bool, colour: bool) -> Result<Self> {
        let (context, machine) = interactive(options)?;
        Ok(Self {
            context,
            lua: Lua::new(machine)?,
            open: BTreeMap::new(),
            current: None,
            colour,
            terminal,
            settings: Settings::default(),
        })
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// To be called before each line: what stopped the last one is forgotten.
    pub fn begin_line(&self) {
        self.context.options.interrupt.renew();
        self.lua.renew();
    }

    pub fn greeting(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "runner {version}: SQL ends with `;`, all else is Lua; `\\?` lists the commands, `\\q` leaves"
        )
    }

    /// Opens a target, unless it is open.
    pub async fn open_target(&mut self, name: &str) -> Result<()> {
        let is_open = self
            .open
            .get(name)
            .is_some_and(|db| !db.handle().is_closed());
        if !is_open {
            let db = connect_named(&self.context, name).await?;
            self.open.insert(name.to_owned(), db);
        }
        Ok(())
    }

    /// Has statements go to a target that is open.
    pub fn take_target(&mut self, name: &str) {
        if let Some(db) = self.open.get(name) {
            self.lua.set_db(db);
            self.current = Some(name.to_owned());
        }
    }

    /// The target that statements go to.
    pub fn db(&self) -> Result<&Db> {
        let current = self.current.as_ref().and_then(|name| self.open.get(name));
        current.ok_or_else(|| {
            let names: Vec<_> = self.context.options.project.target_names().collect();
            let known = if names.is_empty() {
                "`runner init` writes a `runner.toml` with some".to_owned()
            } else {
                format!("there are {}", names.join(", "))
            };
            Trouble::failed(format!("no target is open; `\\c NAME` opens one: {known}"))
        })
    }

    pub fn prompt(&self) -> Prompt {
        let standing = self.db().ok().map(|db| {
            let session = db.handle();
            Standing {
                target: db.name(),
                status: session.status(),
                dangerous: db.is_protected() && !session.is_read_only(),
            }
        });
        prompt(standing.as_ref(), self.colour)
    }

    /// The targets with an open transaction.
    fn in_transaction(&self) -> Vec<&str> {
        let open = self.open.iter().filter(|(_, db)| {
            let session = db.handle();
            !session.is_lost() && session.status() != Status::Idle
        });
        open.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the session may end: with a transaction open, that is asked.
    pub async fn may_leave(&self) -> Result<bool> {
        let open = self.in_transaction();
        if open.is_empty() || !self.terminal {
            return Ok(true);
        }
        let question = format!(
            "a transaction is open on {}; leave and roll it back?",
            open.join(", ")
        );
        self.confirm(&question).await
    }

    /// A question for yes or no.
    pub async fn confirm(&self, question: &str) -> Result<bool> {
        let question = Question {
            prompt: format!("{question} [y/N]"),
            secret: false,
            instead: "the answer at a terminal".to_owned(),
        };
        let answer = self.context.ask(question).await?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
    }

    pub fn tell(&self, text: impl Into<String>) {
        self.context.tell(&Event::Print(text.into()));
    }

    /// The error for a name that nobody knows.
    pub fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Trouble {
        Trouble::usage(format!(
            "unknown {what} `{name}`{}",
            did_you_mean(name, known)
        ))
    }

    pub async fn close(&self) {
        crate::interrupt::shielded(self.context.close()).await;
    }
}
