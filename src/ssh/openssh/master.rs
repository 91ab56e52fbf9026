//! A master connection: one that we started, or one of the user's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{Mutex, oneshot, watch};

use super::log::Log;
use super::login;
use super::mux::{Control, Request};
use crate::ssh::client::Host;
use crate::ssh::config::{HostConfig, OnlyOpenssh};
use crate::ssh::end::{End, SessionEnd};
use crate::ssh::error::Error;

/// How long a master may take to answer for itself, and to go once it has been told to.
pub const GRACE: Duration = Duration::from_secs(2);

/// A master that was found or has logged in.
pub struct Running {
    pub socket: PathBuf,
    pub control: Control,
    /// For sockets: that of a master of ours, and those of streams. It goes with the value.
    pub folder: TempDir,
    /// What the master writes; the user's own writes elsewhere.
    pub log: Option<Log>,
}

/// A master connection, as long as anybody needs it.
///
/// A connection to its control socket stands all the time. It tells us of the master's end, and the master of ours,
/// even where we are killed: one of ours goes a few seconds later.
pub struct Master {
    config: HostConfig,
    why: OnlyOpenssh,
    socket: PathBuf,
    pub(super) folder: TempDir,
    /// Streams are opened one after the other, so that a refusal in the log belongs to the right one.
    pub(super) opening: Mutex<()>,
    pub(super) log: Option<Arc<Log>>,
    has_run: AtomicBool,
    /// How many hosts will come back to it.
    holders: AtomicUsize,
    end: SessionEnd,
    /// The master this one runs over; it must outlive it.
    before: Option<Arc<Master>>,
    /// Dropped with the master, which tells its watcher.
    _in_use: oneshot::Sender<()>,
}

impl Master {
    /// Logs in to a host, over `before` where it stands behind another.
    pub async fn start(
        host: &Host,
        config: &HostConfig,
        why: OnlyOpenssh,
        before: Option<Arc<Self>>,
    ) -> Result<Arc<Self>, Error> {
        let running = login::log_in(host, config, &why, before.as_deref()).await?;
        Ok(Self::of(config, why, running, before))
    }

    /// The user's own master for a host, where one is running.
    pub async fn of_user(config: &HostConfig) -> Option<Arc<Self>> {
        let socket = config.control_path.clone()?;
        let asked = async {
            let mut control = Control::connect(&socket).await?;
            control.ask(Request::AliveCheck, &[]).await?;
            std::io::Result::Ok(control)
        };
        let running = Running {
            control: tokio::time::timeout(GRACE, asked).await.ok()?.ok()?,
            folder: login::folder().ok()?,
            log: None,
            socket: socket.clone(),
        };
        let why = OnlyOpenssh::Master(socket);
        Some(Self::of(config, why, running, None))
    }

    fn of(
        config: &HostConfig,
        why: OnlyOpenssh,
        running: Running,
        before: Option<Arc<Self>>,
    ) -> Arc<Self> {
        let log = running.log.map(Arc::new);
        let (ended, end) = SessionEnd::awaited();
        let (in_use, dropped) = oneshot::channel();
        tokio::spawn(watch(running.control, dropped, log.clone(), ended));
        Arc::new(Self {
            config: config.clone(),
            why,
            socket: running.socket,
            folder: running.folder,
            opening: Mutex::default(),
            log,
            has_run: AtomicBool::default(),
            holders: AtomicUsize::default(),
            end,
            before,
            _in_use: in_use,
        })
    }

    /// Another connection to the same host, where this one lets nothing more be opened.
    pub async fn another(&self, host: &Host) -> Result<Arc<Self>, Error> {
        let (why, before) = (self.why.clone(), self.before.clone());
        Self::start(host, &self.config, why, before).await
    }

    pub fn alias(&self) -> &str {
        &self.config.alias
    }

    /// Why the host is reached so.
    pub fn why(&self) -> &OnlyOpenssh {
        &self.why
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn end(&self) -> &SessionEnd {
        &self.end
    }

    /// Whether the host has let a command run.
    pub fn has_run(&self) -> bool {
        self.has_run.load(Ordering::SeqCst)
    }

    pub(super) fn runs(&self) {
        self.has_run.store(true, Ordering::SeqCst);
    }

    /// A connection for one request.
    pub(super) async fn control(&self) -> Result<Control, Error> {
        match Control::connect(&self.socket).await {
            Ok(control) => Ok(control),
            Err(error) => Err(self.lost(&error).await),
        }
    }

    /// Why the master did not answer.
    pub(super) async fn lost(&self, error: &std::io::Error) -> Error {
        let reason = self.end.reason(Duration::from_millis(200)).await;
        Error::Lost {
            alias: self.alias().to_owned(),
            reason: reason.unwrap_or_else(|| format!("its `ssh` does not answer: {error}")),
        }
    }

    /// One more host will come back to it.
    pub fn hold(&self) {
        self.holders.fetch_add(1, Ordering::SeqCst);
    }

    /// One host less will; after the last, waits for the end.
    pub async fn leave(self: Arc<Self>) {
        let last = self.holders.fetch_sub(1, Ordering::SeqCst) == 1;
        let end = self.end.clone();
        drop(self);
        if last {
            end.reason(GRACE).await;
        }
    }
}

/// Sees a master to its end: its own, or that of our need for it.
async fn watch(
    mut control: Control,
    dropped: oneshot::Receiver<()>,
    log: Option<Arc<Log>>,
    end: watch::Sender<Option<End>>,
) {
    let place = log.as_ref().map_or(0, |log| log.end());
    tokio::select! {
        () = closed(&mut control) => {
            end.send_replace(Some(End::Lost(reason(log.as_deref(), place))));
        }
        _ = dropped => {
            // The user's own is left as it was.
            if log.is_some() && control.tell(Request::Terminate).await.is_ok() {
                let _ = tokio::time::timeout(GRACE, closed(&mut control)).await;
            }
            end.send_replace(Some(End::Ours));
        }
    }
}

async fn closed(control: &mut Control) {
    while control.reply().await.is_ok() {}
}

/// The last words of a master, in ours where they are the usual ones.
fn reason(log: Option<&Log>, place: u64) -> String {
    let lines = log.map(|log| log.since(place)).unwrap_or_default();
    let says = |text: &str| lines.iter().any(|line| line.contains(text));
    let hung_up = ["closed by remote host", "reset by peer", "Broken pipe"];
    if says("not responding") {
        "the host no longer answers".to_owned()
    } else if hung_up.into_iter().any(says) {
        "the host closed the connection".to_owned()
    } else if let Some(line) = lines.last() {
        line.clone()
    } else {
        // It tells of a closed connection on stderr only, which it has left.
        "the host closed the connection, or the `ssh` to it was ended".to_owned()
    }
}
