//! A command while it runs, wherever that is.
//!
//! On another machine and in a container a small script (`remote.sh`) becomes the command: what is secret or
//! strange travels over its stdin, and the end of its stdin ends the command, so that nothing goes on there when
//! we are gone, whatever ended us.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_util::sync::DropGuard;

use super::child;
use super::command::{Command, Input};
use super::{Error, Machine, Place};
use crate::ssh::process::{Ending, Exit};
use crate::ssh::{Session, sh_words};

pub const SCRIPT: &str = include_str!("remote.sh");
/// What the script ends with when it cannot become the command, with its mark on stderr.
const CANNOT: u32 = 125;
/// How long a command may take to end after it was told to; the script kills it after three seconds.
const GRACE: Duration = Duration::from_secs(10);

/// Where a command runs, as seen from a machine.
#[derive(Clone, Copy)]
pub enum Where<'a> {
    Host,
    /// In a container with a shell, by the client that reaches it.
    Inside {
        engine: &'a str,
        name: &'a str,
    },
}

impl Where<'_> {
    /// The place in words, to stand behind a noun.
    pub fn words(&self, machine: &Machine) -> String {
        match self {
            Self::Host => machine.words(),
            Self::Inside { name, .. } => format!("in container `{name}` {}", machine.words()),
        }
    }
}

pub struct Process {
    pub stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    pub ending: Ending,
    /// What the script's own complaints begin with.
    pub mark: Option<String>,
    /// Dropped, it ends a child of this machine.
    alive: Option<DropGuard>,
    session: Option<Session>,
}

impl Machine {
    pub(super) async fn start(
        &self,
        place: Where<'_>,
        command: &Command,
    ) -> Result<Process, Error> {
        command.check()?;
        match (place, &self.0.place) {
            (Where::Host, Place::Here(folder)) => {
                let cwd = match &command.cwd {
                    Some(cwd) => self.path(cwd)?.into(),
                    None => folder.clone(),
                };
                // Else the system says of both the program and its folder that they do not exist.
                if !cwd.as_os_str().is_empty() && !cwd.is_dir() {
                    return Err(self.no_folder(place, command));
                }
                let mut child = tokio::process::Command::new(&command.argv[0]);
                child.args(&command.argv[1..]);
                child.envs(command.env.iter().map(|(name, value)| (name, value)));
                if !cwd.as_os_str().is_empty() {
                    child.current_dir(cwd);
                }
                self.child(&command.argv[0], child, None)
            }
            (Where::Host, Place::There(_)) => {
                let cwd = command
                    .cwd
                    .as_deref()
                    .map(|cwd| self.path(cwd))
                    .transpose()?;
                self.script(&[], cwd.as_deref(), command).await
            }
            (Where::Inside { engine, name }, _) => {
                let enter = [engine, "exec", "-i", name];
                self.script(&enter, command.cwd.as_deref(), command).await
            }
        }
    }

    /// Starts the script behind the words of `enter`.
    async fn script(
        &self,
        enter: &[&str],
        cwd: Option<&str>,
        command: &Command,
    ) -> Result<Process, Error> {
        let argv = [enter, &["sh", "-c", SCRIPT]].concat();
        let mark = format!("runner-{:016x}", rand::random::<u64>());
        let line = first_line(&mark, cwd, command);
        let mut process = match &self.0.place {
            Place::Here(_) => {
                let mut child = tokio::process::Command::new(argv[0]);
                child.args(&argv[1..]);
                self.child(argv[0], child, Some(mark))?
            }
            Place::There(remote) => {
                let session = self.session(remote).await?;
                let checking = || session.check_commands();
                remote.commands.get_or_try_init(checking).await?;
                let (stream, ending) = session.spawn(&argv).await?;
                let (stdout, stdin) = tokio::io::split(stream);
                Process {
                    stdin: Some(Box::new(stdin)),
                    stdout: Box::new(stdout),
                    ending,
                    mark: Some(mark),
                    alive: None,
                    session: Some(session),
                }
            }
        };
        if let Some(stdin) = &mut process.stdin {
            // A failure here shows in how the script ends.
            let _ = stdin.write_all(line.as_bytes()).await;
        }
        Ok(process)
    }

    fn child(
        &self,
        program: &str,
        child: tokio::process::Command,
        mark: Option<String>,
    ) -> Result<Process, Error> {
        let child = child::spawn(child).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => self.no_program(Where::Host, program),
            _ => Error::Unstartable {
                program: program.to_owned(),
                place: self.words(),
                reason: error.to_string(),
            },
        })?;
        Ok(Process {
            stdin: Some(Box::new(child.stdin)),
            stdout: Box::new(child.stdout),
            ending: child.ending,
            mark,
            alive: Some(child.alive),
            session: None,
        })
    }

    pub(super) fn no_program(&self, place: Where<'_>, program: &str) -> Error {
        Error::NoProgram {
            program: program.to_owned(),
            place: place.words(self),
        }
    }

    pub(super) fn no_folder(&self, place: Where<'_>, command: &Command) -> Error {
        Error::NoFolder {
            folder: command.cwd.clone().unwrap_or_default(),
            place: place.words(self),
        }
    }
}

/// What the script reads first.
fn first_line(mark: &str, cwd: Option<&str>, command: &Command) -> String {
    let mut script = format!("mark={mark} size={}\n", command.input.size());
    if let Some(cwd) = cwd {
        let cd = sh_words(&["cd", "--", cwd]);
        let _ = writeln!(script, "{cd} 2>/dev/null || failed folder");
    }
    for (name, value) in &command.env {
        let _ = writeln!(script, "export {name}={}", sh_words(&[value]));
    }
    let _ = writeln!(script, "set -- {}", sh_words(&command.argv));
    STANDARD.encode(script) + "\n"
}

impl Process {
    /// Hands over the input. A command that reads no more of it is no failure.
    pub async fn feed(
        stdin: &mut Option<Box<dyn AsyncWrite + Send + Unpin>>,
        input: &mut Input,
        stays_open: bool,
    ) {
        let Some(pipe) = stdin else { return };
        let _ = match input {
            Input::Bytes(bytes) => pipe.write_all(bytes).await,
            Input::Stream(size, stream) => {
                let mut exactly = stream.take(*size);
                tokio::io::copy(&mut exactly, pipe).await.map(drop)
            }
        };
        let _ = pipe.flush().await;
        if !stays_open {
            // tokio's own shutdown of a pipe does not close it.
            *stdin = None;
        }
    }

    /// Ends the command; tells whether it is known to have ended.
    pub async fn stop(mut self) -> bool {
        let by_script = self.mark.is_some();
        if by_script && let Some(mut stdin) = self.stdin.take() {
            let _ = stdin.shutdown().await;
        }
        if !by_script {
            self.alive = None;
        }
        let ended = self.drained().await;
        if !ended && self.alive.take().is_some() {
            return self.drained().await;
        }
        ended
    }

    /// Waits for the end; what is still printed must not keep it from coming.
    async fn drained(&mut self) -> bool {
        let mut nowhere = tokio::io::sink();
        let draining = tokio::io::copy(&mut self.stdout, &mut nowhere);
        let (exit, _) = tokio::join!(
            self.ending.wait(GRACE),
            tokio::time::timeout(GRACE, draining)
        );
        exit.is_some_and(|exit| exit != Exit::Unknown)
    }

    /// What the script could not do, if that is how it ended.
    pub fn refusal(&self, exit: &Exit) -> Option<String> {
        let mark = self.mark.as_ref()?;
        if *exit != Exit::Code(CANNOT) {
            return None;
        }
        let stderr = self.ending.stderr();
        let line = stderr.lines().find_map(|line| line.strip_prefix(mark))?;
        Some(line.trim().to_owned())
    }

    /// Why the link to the command was lost.
    pub async fn reason(self) -> String {
        match self.session {
            Some(session) => session
                .end()
                .reason(Duration::from_millis(500))
                .await
                .unwrap_or_default(),
            None => String::new(),
        }
    }
}
