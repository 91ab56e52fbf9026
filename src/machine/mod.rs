//! Another machine by ssh, or this one: commands, files, containers.
//!
//! A [`Machine`] connects when it is first used, and again where its session was lost in between. What it starts
//! ends with the wait for it: by a time limit, an interruption, a lost link or the death of this process.

mod child;
mod command;
mod compose;
mod container;
mod converse;
mod engine;
mod error;
mod files;
mod lines;
mod process;
mod run;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::progress::Reporter;
use crate::ssh::{Host, Session};
pub use command::{Command, Input, Ran};
pub use compose::{Compose, Up};
pub use container::{Container, Health};
pub use error::Error;
pub use files::{Moved, READ_LIMIT};

/// A machine. Clones share its session.
#[derive(Clone)]
pub struct Machine(Arc<Inner>);

struct Inner {
    name: String,
    place: Place,
    reporter: Reporter,
    compose: OnceCell<Vec<&'static str>>,
}

enum Place {
    /// This machine. Relative paths start at the folder.
    Here(PathBuf),
    There(Remote),
}

/// The way to a machine by ssh.
struct Remote {
    given: String,
    /// Stands in for `~/.ssh/config`.
    config: Option<PathBuf>,
    host: OnceCell<Host>,
    session: Mutex<Option<Session>>,
    /// Set once the host has shown that it runs our commands and none in their place.
    commands: OnceCell<()>,
}

impl Machine {
    /// This machine. Commands run in `folder`, and relative paths start there.
    pub fn here(folder: &Path, reporter: Reporter) -> Self {
        Self::at(
            "localhost".to_owned(),
            Place::Here(folder.to_owned()),
            reporter,
        )
    }

    /// The machine that ssh reaches as `given`, an alias or `user@host:port`. Relative paths start at the user's
    /// home.
    pub fn there(given: &str, config: Option<&Path>, reporter: Reporter) -> Self {
        let remote = Remote {
            given: given.to_owned(),
            config: config.map(Path::to_owned),
            host: OnceCell::new(),
            session: Mutex::default(),
            commands: OnceCell::new(),
        };
        Self::at(given.to_owned(), Place::There(remote), reporter)
    }

    fn at(name: String, place: Place, reporter: Reporter) -> Self {
        Self(Arc::new(Inner {
            name,
            place,
            reporter,
            compose: OnceCell::new(),
        }))
    }

    /// The alias, or `localhost`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn is_here(&self) -> bool {
        matches!(self.0.place, Place::Here(_))
    }

    /// The place in words, to stand behind a noun.
    pub(self) fn words(&self) -> String {
        match &self.0.place {
            Place::Here(_) => "on this machine".to_owned(),
            Place::There(remote) => format!("on `{}`", remote.given),
        }
    }

    /// The ssh host as the user's configuration has it; `None` for this machine. Connects to nothing.
    pub async fn host(&self) -> Result<Option<&Host>, Error> {
        match &self.0.place {
            Place::Here(_) => Ok(None),
            Place::There(remote) => Ok(Some(remote.host(&self.0.reporter).await?)),
        }
    }

    pub(self) async fn session(&self, remote: &Remote) -> Result<Session, Error> {
        let mut session = remote.session.lock().await;
        match &*session {
            Some(open) if !open.is_closed() => Ok(open.clone()),
            _ => {
                let host = remote.host(&self.0.reporter).await?;
                // Boxed, as russh's handshake is large.
                let open = Box::pin(host.connect()).await?;
                *session = Some(open.clone());
                Ok(open)
            }
        }
    }

    /// Ends the session; the next use opens another.
    pub async fn close(&self) {
        let Place::There(remote) = &self.0.place else {
            return;
        };
        if let Some(session) = remote.session.lock().await.take() {
            session.close().await;
        }
        if let Some(host) = remote.host.get() {
            host.close().await;
        }
    }

    /// The same without waiting for the host's answer.
    pub fn let_go(&self) {
        if let Place::There(remote) = &self.0.place
            && let Ok(mut session) = remote.session.try_lock()
            && let Some(session) = session.take()
        {
            tokio::spawn(async move { session.close().await });
        }
    }

    /// A container on this machine, by name or id.
    pub fn container(&self, name: &str) -> Result<Container, Error> {
        Container::new(self, name)
    }

    /// The compose project in `folder`.
    pub fn compose(&self, folder: &str) -> Result<Compose, Error> {
        Compose::new(self, folder)
    }

    /// `path` as this machine's programs take it: `~` is the user's home, and no relative path begins with a dash.
    pub(self) fn path(&self, path: &str) -> Result<String, Error> {
        if path.is_empty() || path.contains('\0') {
            return Err(Error::BadPath {
                path: path.to_owned(),
            });
        }
        let at_home = match path.strip_prefix('~') {
            Some("") => Some("."),
            Some(rest) => rest.strip_prefix('/'),
            None => None,
        };
        let folder = match &self.0.place {
            // Commands and sftp both start at home.
            Place::There(_) => return Ok(at_home.unwrap_or(path).to_owned()),
            Place::Here(_) if at_home.is_some() => std::env::home_dir().unwrap_or_default(),
            Place::Here(folder) => folder.clone(),
        };
        let path = folder.join(at_home.unwrap_or(path));
        Ok(path.to_string_lossy().into_owned())
    }
}

impl Remote {
    async fn host(&self, reporter: &Reporter) -> Result<&Host, Error> {
        let resolving = || Host::resolve(&self.given, self.config.as_deref(), Arc::clone(reporter));
        Ok(self.host.get_or_try_init(resolving).await?)
    }
}
