//! A container on a machine, by its engine's client there. Nothing is installed in it.
//!
//! Where it has a shell, commands run below our script, as on a host: what is secret is in no argument list, and
//! a command ends with the wait for it, which `docker exec` by itself does not see to.

mod copy;
mod health;
mod piped;
mod tar;
mod tarred;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::OnceCell;

use super::command::{Command, Ran};
use super::converse::Taker;
use super::engine::Engine;
use super::process::Where;
use super::{Error, Machine};
pub use health::Health;

/// Asks for what our scripts need of a container.
const SHELL: &str = "command -v base64 head tee wc cat rm mktemp mkfifo stat chmod mv >/dev/null";

/// A container by name or id. Clones share what is known of it.
#[derive(Clone)]
pub struct Container(Arc<Inner>);

struct Inner {
    machine: Machine,
    name: String,
    /// What stands before its lines.
    source: String,
    engine: OnceCell<Engine>,
    /// Whether our scripts can run inside.
    shell: OnceCell<bool>,
}

impl Container {
    pub(super) fn new(machine: &Machine, name: &str) -> Result<Self, Error> {
        Self::shown_as(machine, name, name)
    }

    /// The same under another name for the operator.
    pub(super) fn shown_as(machine: &Machine, name: &str, shown: &str) -> Result<Self, Error> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if name.is_empty() || name.starts_with('-') || !name.chars().all(allowed) {
            return Err(Error::BadName {
                what: "container",
                name: name.to_owned(),
            });
        }
        Ok(Self(Arc::new(Inner {
            machine: machine.clone(),
            name: name.to_owned(),
            source: format!("{}/{shown}", machine.name()),
            engine: OnceCell::new(),
            shell: OnceCell::new(),
        })))
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn machine(&self) -> &Machine {
        &self.0.machine
    }

    /// All that `docker inspect` tells.
    pub async fn inspect(&self) -> Result<serde_json::Value, Error> {
        let Inner { machine, name, .. } = &*self.0;
        if let Some(engine) = self.0.engine.get() {
            return machine.inspect(*engine, name).await;
        }
        let (engine, value) = machine.engine_of(name).await?;
        // Another call may have been quicker; both have found the same.
        let _ = self.0.engine.set(engine);
        Ok(value)
    }

    /// Runs a command inside, never with a terminal.
    pub async fn run(&self, command: Command) -> Result<Ran, Error> {
        let (place, command) = self.placed(command).await?;
        let Inner {
            machine, source, ..
        } = &*self.0;
        machine.run_at(place, command, source).await
    }

    /// The same, its stdout going to `out` as it comes.
    pub async fn run_to(
        &self,
        command: Command,
        out: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<Ran, Error> {
        let (place, command) = self.placed(command).await?;
        let Inner {
            machine, source, ..
        } = &*self.0;
        let mut out = Passed(out, self.words());
        machine.run_into(place, command, source, &mut out).await
    }

    /// Where a command is to run, and how it reads there: inside by our script, or by the engine's client.
    async fn placed(&self, command: Command) -> Result<(Where<'_>, Command), Error> {
        command.check()?;
        let engine = self.engine().await?;
        let name = &self.0.name;
        Ok(if self.has_shell(engine).await? {
            let engine = engine.program();
            (Where::Inside { engine, name }, command)
        } else {
            (Where::Host, bare(engine, name, command))
        })
    }

    /// The last `tail` lines it printed, or all.
    pub async fn logs(&self, tail: Option<u64>) -> Result<Ran, Error> {
        let engine = self.engine().await?;
        let tail = tail.map_or("all".to_owned(), |lines| lines.to_string());
        let command = engine.command(&["logs", "--tail", &tail, &self.0.name]);
        let (machine, source) = (&self.0.machine, &self.0.source);
        let ran = machine.run_at(Where::Host, command.told(), source).await?;
        ran.checked()
    }

    async fn engine(&self) -> Result<Engine, Error> {
        if self.0.engine.get().is_none() {
            self.inspect().await?;
        }
        Ok(self.0.engine.get().copied().unwrap_or(Engine::Docker))
    }

    /// Whether our scripts can run inside. The container must run for anything to.
    async fn has_shell(&self, engine: Engine) -> Result<bool, Error> {
        if let Some(known) = self.0.shell.get() {
            return Ok(*known);
        }
        let Inner { machine, name, .. } = &*self.0;
        let command = engine.command(&["exec", name, "sh", "-c", SHELL]);
        let ran = machine.run(command).await?;
        if !ran.succeeded() {
            let state = self.inspect().await?["State"].clone();
            if state["Running"] != true || state["Paused"] == true {
                return Err(Error::NotRunning {
                    name: name.clone(),
                    place: machine.words(),
                    state: state["Status"].as_str().unwrap_or("unknown").to_owned(),
                    engine: engine.program(),
                });
            }
        }
        let _ = self.0.shell.set(ran.succeeded());
        Ok(ran.succeeded())
    }

    fn words(&self) -> String {
        let Inner { machine, name, .. } = &*self.0;
        format!("in container `{name}` {}", machine.words())
    }
}

/// Passes on what comes, with the place it comes from.
struct Passed<'a>(&'a mut (dyn AsyncWrite + Send + Unpin), String);

impl Taker for Passed<'_> {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let written = self.0.write_all(&bytes).await;
            written.map_err(|error| Error::File {
                path: "stdout".to_owned(),
                place: self.1.clone(),
                reason: error.to_string(),
            })
        })
    }
}

/// The command for the engine's own client: it takes the values of variables from its environment, so that none
/// stands among its arguments.
fn bare(engine: Engine, name: &str, command: Command) -> Command {
    let mut words = vec![engine.program().to_owned(), "exec".into(), "-i".into()];
    for (variable, _) in &command.env {
        words.extend(["-e".to_owned(), variable.clone()]);
    }
    if let Some(cwd) = &command.cwd {
        words.extend(["-w".to_owned(), cwd.clone()]);
    }
    words.push(name.to_owned());
    words.extend(command.argv);
    Command {
        argv: words,
        cwd: None,
        ..command
    }
}
