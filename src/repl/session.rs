//! What there is from line to line: the targets that are open, Lua, and how results are shown.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::catalogue::Catalogue;
use super::classify::first_word;
use super::editor::Prompt;
use super::known::Known;
use super::lua::Lua;
use super::prompt::{Standing, prompt};
use super::record::Record;
use super::results::Results;
use super::{Context, Result, Trouble};
use crate::api::{Db, RunOptions, connect_named, interactive};
use crate::config::did_you_mean;
use crate::pg::script::copying;
use crate::pg::{Access, Status};
use crate::progress::{Event, Question};
use crate::ui::Console;
use crate::ui::results::{Expanded, Format};

pub struct Session {
    context: Context,
    pub lua: Lua,
    open: BTreeMap<String, Open>,
    current: Option<String>,
    colour: bool,
    terminal: bool,
    pub known: Known,
    pub results: Results,
    pub record: Record,
    /// Whether the time of each statement is told.
    pub timing: bool,
    /// The statement that was run last.
    pub last: String,
}

/// A target that is open.
struct Open {
    db: Db,
    /// When a protected one is to be read-only again.
    until: Option<Instant>,
    /// Whether a temporary table may have been made since the schema of such was asked for.
    wants_schema: bool,
}

impl Session {
    pub fn open(
        options: RunOptions,
        console: Arc<Console>,
        format: Format,
        terminal: bool,
        known: Known,
    ) -> Result<Self> {
        let project = &options.project;
        known.begin(
            project.target_names().map(str::to_owned).collect(),
            project.groups.keys().cloned().collect(),
            super::command::names(),
        );
        let (context, machine) = interactive(options)?;
        let colour = console.is_coloured();
        Ok(Self {
            lua: Lua::new(machine, &context)?,
            context,
            open: BTreeMap::new(),
            current: None,
            colour,
            terminal,
            known,
            results: Results {
                console,
                format,
                expanded: if terminal {
                    Expanded::Auto
                } else {
                    Expanded::Off
                },
                sink: None,
            },
            record: Record::default(),
            timing: false,
            last: String::new(),
        })
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// To be called before each line: what stopped the last one is forgotten, and a leave to write that has run out is
    /// taken back.
    pub fn begin_line(&mut self) {
        self.context.options.interrupt.renew();
        self.lua.renew();
        let now = Instant::now();
        let mut ended = false;
        for open in self.open.values_mut() {
            let session = open.db.handle();
            let is_over = open.until.is_some_and(|until| until <= now);
            if is_over && session.status() == Status::Idle {
                session.set_access(Access::ReadOnly);
                open.until = None;
                ended = true;
                let told = format!("`{}` is read-only again", open.db.name());
                self.context.note(told);
            }
        }
        if ended {
            self.forget_phrases();
        }
    }

    /// The next one who wants to write is asked again.
    pub fn forget_phrases(&self) {
        // Nobody holds it between lines.
        if let Ok(mut confirmed) = self.context.confirmed.try_lock() {
            confirmed.clear();
        }
    }

    /// When the current target is to be read-only again.
    pub fn write_until(&mut self, until: Option<Instant>) {
        let current = self.current.as_ref();
        if let Some(open) = current.and_then(|name| self.open.get_mut(name)) {
            open.until = until;
        }
    }

    pub fn greeting() -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "runner {version}: SQL ends with `;`, all else is Lua; `\\?` lists the commands, `\\q` leaves"
        )
    }

    /// Opens a target, unless it is open.
    pub async fn open_target(&mut self, name: &str) -> Result {
        let open = self.open.get(name);
        if open.is_none_or(|open| open.db.handle().is_closed()) {
            let db = connect_named(&self.context, name).await?;
            let open = Open {
                db,
                until: None,
                wants_schema: false,
            };
            self.open.insert(name.to_owned(), open);
        }
        Ok(())
    }

    /// Has statements go to a target that is open.
    pub fn take_target(&mut self, name: &str) -> Result {
        if let Some(open) = self.open.get(name) {
            self.give_db(&open.db)?;
            if self.terminal {
                self.known.take_target(name, open.db.handle());
            }
            self.current = Some(name.to_owned());
        }
        Ok(())
    }

    /// Adds what to do now to what went wrong.
    pub async fn advise(&self, trouble: &mut Trouble) {
        if let Ok(db) = self.db()
            && db.is_protected()
            && db.handle().is_read_only()
            && trouble.help.is_none()
            && trouble.has_field("sqlstate", "25006")
        {
            let name = db.name();
            trouble.help = Some(format!("`\\write` lets `{name}` be written to"));
        }
        if is_file_of_the_server(trouble) {
            let text = "the file is one of the server's; here `copy.export` writes files and `copy.import` reads them";
            trouble.help = Some(text.to_owned());
        }
        crate::api::advise(&self.context, trouble).await;
    }

    /// The name of the target that statements go to.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The names of all that are open.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(String::as_str)
    }

    /// The target that statements go to.
    pub fn db(&self) -> Result<&Db> {
        let current = self.current.as_ref().and_then(|name| self.open.get(name));
        current.map(|open| &open.db).ok_or_else(|| {
            let names: Vec<_> = self.context.options.project.target_names().collect();
            let known = if names.is_empty() {
                "there is none in a `runner.toml` here; `runner init` writes one".to_owned()
            } else {
                format!("`\\c NAME` opens one of {}", names.join(", "))
            };
            Trouble::failed(format!("no target is open: {known}"))
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

    /// Before each line: what Lua knows now.
    pub fn tell_known(&self) {
        if self.terminal {
            self.known.lua(self.lua.names());
        }
    }

    /// Behind each line: what it has run may have changed what there is to know.
    pub async fn tell_ran(&mut self, text: &str) {
        self.known.ran(text);
        let current = self.current.as_ref().filter(|_| self.terminal);
        let Some(open) = current.and_then(|name| self.open.get_mut(name)) else {
            return;
        };
        open.wants_schema |= Catalogue::wants_schema(text);
        let session = open.db.handle();
        // A query of ours would be the first of a transaction that is still to be set up.
        if open.wants_schema && session.status() == Status::Idle {
            open.wants_schema = false;
            self.known.ask_temporary(session).await;
        }
    }

    /// Behind a failure: a connection that is lost is opened again.
    pub async fn mend(&mut self) -> Result {
        let Ok(db) = self.db() else {
            return Ok(());
        };
        let session = db.handle().clone();
        if !session.is_lost() {
            return Ok(());
        }
        let name = self.current.clone().unwrap_or_default();
        // By the last word of the server that is gone.
        let was_open = session.status() != Status::Idle;
        if session.is_closed() {
            self.open_target(&name).await?;
            self.take_target(&name)?;
        } else {
            session.reopen().await?;
        }
        let lost = if was_open {
            "; the transaction that was open is lost"
        } else {
            ""
        };
        self.context.warn(format!(
            "the connection to `{name}` is opened again; settings and temporary tables went with the old one{lost}"
        ));
        Ok(())
    }

    /// The targets with an open transaction.
    fn in_transaction(&self) -> Vec<&str> {
        let open = self.open.iter().filter(|(_, open)| {
            let session = open.db.handle();
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
            "A transaction is open on {}. Leave, and roll it back?",
            open.join(", ")
        );
        self.confirm(&question).await
    }

    /// A question for yes or no.
    pub async fn confirm(&self, question: &str) -> Result<bool> {
        if self
            .context
            .options
            .confirm
            .iter()
            .any(|given| given == question)
        {
            return Ok(true);
        }
        let question = Question {
            prompt: format!("{question} [y/N]"),
            secret: false,
            instead: format!("`--confirm \"{question}\"`"),
        };
        let answer = self.context.ask(question).await?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
    }

    pub fn note(&self, text: impl Into<String>) {
        self.context.tell(&Event::Note(text.into()));
    }

    /// The error for a name that nobody knows.
    pub fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Trouble {
        Trouble::usage(format!(
            "unknown {what} `{name}`{}",
            did_you_mean(name, known)
        ))
    }

    /// Closes all that is open, whatever is on its way.
    pub async fn close(mut self) -> Result {
        self.begin_line();
        let closed = self.lua.close().await;
        crate::interrupt::shielded(self.context.close()).await;
        if let Some(sink) = self.results.sink.take() {
            sink.finish()?;
        }
        closed
    }
}

/// Whether a COPY could not read or write its file.
fn is_file_of_the_server(trouble: &Trouble) -> bool {
    let states = ["42501", "58P01"];
    let is_copy =
        |text: &str| first_word(text).eq_ignore_ascii_case("copy") && copying(text).is_none();
    let mut statement = trouble.statement.iter();
    statement.any(|statement| is_copy(&statement.text))
        && states
            .iter()
            .any(|state| trouble.has_field("sqlstate", state))
}
