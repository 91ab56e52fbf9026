//! What all globals of one run share.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::notices::Notices;
use super::notify::{Notification, StepDone};
use crate::config::Project;
use crate::host::{Error, Result};
use crate::interrupt::Interrupt;
use crate::machine::Machine;
use crate::pg::tunnel::Tunnel;
use crate::pg::{Connector, Session};
use crate::progress::{AskError, Event, Question, Reporter, ask};

/// What the command line says about a run.
pub struct RunOptions {
    pub file: PathBuf,
    /// What follows the file: the playbook's own parameters.
    pub words: Vec<String>,
    pub project: Project,
    pub reporter: Reporter,
    pub interrupt: Interrupt,
    pub dry_run: bool,
    /// `--confirm`: phrases, or `TARGET=PHRASE`.
    pub confirm: Vec<String>,
    /// Lines typed at a prompt rather than a playbook: several may write to a database at a time.
    pub at_prompt: bool,
}

/// The way to a target, shared by all sessions on it.
#[derive(Clone)]
pub struct Link {
    pub connector: Connector,
    pub notices: Arc<Notices>,
}

/// One run, as the globals see it.
pub struct Context {
    pub options: RunOptions,
    /// What `pg_stat_activity` shows for every session of this run, and of no other.
    pub application_name: String,
    /// The protected servers whose phrase was given.
    pub confirmed: tokio::sync::Mutex<HashSet<String>>,
    /// Whether this dry run has left out a statement that later ones may depend on.
    pub pretended: AtomicBool,
    /// The ways to the targets, by all that tells one from another.
    links: Mutex<BTreeMap<String, Link>>,
    sessions: Mutex<Vec<Session>>,
    /// The machines of `host(...)`, by what they were asked for as; this one by nothing.
    machines: Mutex<BTreeMap<Option<String>, Machine>>,
    tunnels: Mutex<Vec<Arc<Tunnel>>>,
    /// Whether `playbook{}` has read the words.
    words_read: AtomicBool,
    /// How many steps are open.
    depth: AtomicUsize,
    /// Whom to tell how the run ended.
    notifications: Mutex<Vec<Notification>>,
    /// In the order in which they ended.
    steps: Mutex<Vec<StepDone>>,
}

impl Context {
    pub fn new(options: RunOptions) -> Self {
        let stem = options
            .file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        // The server cuts the name at 63 bytes; what makes it unique must stand before that.
        let unique = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
        Self {
            application_name: format!("runner {unique} {stem}"),
            confirmed: tokio::sync::Mutex::default(),
            pretended: AtomicBool::new(false),
            links: Mutex::default(),
            sessions: Mutex::default(),
            machines: Mutex::default(),
            tunnels: Mutex::default(),
            words_read: AtomicBool::new(false),
            depth: AtomicUsize::new(0),
            notifications: Mutex::default(),
            steps: Mutex::default(),
            options,
        }
    }

    pub fn tell(&self, event: &Event) {
        self.options.reporter.event(event);
    }

    pub fn note(&self, text: impl Into<String>) {
        self.tell(&Event::Note(text.into()));
    }

    pub fn warn(&self, text: impl Into<String>) {
        self.tell(&Event::Warning(text.into()));
    }

    /// A path of the playbook: relative ones start at the folder of `runner.toml`.
    pub fn path(&self, text: &str) -> PathBuf {
        self.options.project.root.join(text)
    }

    /// The playbook's name in `[playbooks.NAME]`.
    pub fn stem(&self) -> String {
        let stem = self.options.file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    pub fn words_are_read(&self) {
        self.words_read.store(true, Ordering::Relaxed);
    }

    /// Words that no `playbook{}` has read are a mistake, best told before anything is done.
    pub fn check_words(&self) -> Result<()> {
        match self.options.words.first() {
            Some(word) if !self.words_read.load(Ordering::Relaxed) => Err(Error::usage(format!(
                "unexpected argument `{word}`: the playbook declares no parameters with `playbook {{ params = ... }}`"
            ))),
            _ => Ok(()),
        }
    }

    /// Opens one more level of steps; gives the level it stands on.
    pub fn deeper(&self) -> usize {
        self.depth.fetch_add(1, Ordering::Relaxed)
    }

    pub fn shallower(&self, done: StepDone) {
        self.depth.fetch_sub(1, Ordering::Relaxed);
        locked(&self.steps).push(done);
    }

    /// What `form` makes of each step that has ended.
    pub fn steps_done<T>(&self, form: impl Fn(&StepDone) -> T) -> Vec<T> {
        locked(&self.steps).iter().map(form).collect()
    }

    pub fn notify_at_end(&self, notification: Notification) {
        locked(&self.notifications).push(notification);
    }

    pub fn take_notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut *locked(&self.notifications))
    }

    /// Asks the operator. Ctrl-C at the question interrupts the run.
    pub async fn ask(&self, question: Question) -> Result<String> {
        match ask(&self.options.reporter, question).await {
            Ok(answer) => Ok(answer.expose().to_owned()),
            Err(AskError::Interrupted) => {
                self.options.interrupt.trip(2);
                Err(Error::interrupted())
            }
            Err(error @ AskError::NoTerminal { .. }) => Err(Error::from_cause(error)),
        }
    }

    pub fn link(&self, key: &str) -> Option<Link> {
        locked(&self.links).get(key).cloned()
    }

    /// The way to the target of this name, where the run has one.
    pub fn link_to(&self, target: &str) -> Option<Link> {
        let links = locked(&self.links);
        let mut links = links.values();
        links.find(|link| link.connector.name() == target).cloned()
    }

    pub fn keep_link(&self, key: String, link: Link) {
        locked(&self.links).insert(key, link);
    }

    /// Has the session closed at the end of the run, if it still is open then.
    pub fn opened(&self, session: &Session) {
        let mut sessions = locked(&self.sessions);
        sessions.retain(|session| !session.is_closed());
        sessions.push(session.clone());
    }

    /// The sessions that are open.
    pub fn sessions(&self) -> Vec<Session> {
        let sessions = locked(&self.sessions);
        let open = sessions.iter().filter(|session| !session.is_closed());
        open.cloned().collect()
    }

    /// The machine that ssh reaches as `given`, or this one; the same for every caller.
    pub fn machine(&self, given: Option<&str>) -> Machine {
        let RunOptions {
            project, reporter, ..
        } = &self.options;
        let mut machines = locked(&self.machines);
        let machine = machines.entry(given.map(str::to_owned)).or_insert_with(|| {
            let reporter = Arc::clone(reporter);
            match given {
                Some(given) => Machine::there(given, project.ssh_config.as_deref(), reporter),
                None => Machine::here(&project.root, reporter),
            }
        });
        machine.clone()
    }

    /// Has the tunnel closed at the end of the run, if it still is open then.
    pub fn opened_tunnel(&self, tunnel: Arc<Tunnel>) {
        locked(&self.tunnels).push(tunnel);
    }

    /// Closes all tunnels, the last one first, and all sessions, and then the ways to their servers.
    pub async fn close(&self) {
        let tunnels = std::mem::take(&mut *locked(&self.tunnels));
        for tunnel in tunnels.iter().rev() {
            tunnel.close().await;
        }
        for session in std::mem::take(&mut *locked(&self.sessions)) {
            session.close();
        }
        let links = std::mem::take(&mut *locked(&self.links));
        for link in links.values() {
            link.connector.close().await;
        }
        let machines = std::mem::take(&mut *locked(&self.machines));
        for machine in machines.values() {
            machine.close().await;
        }
    }

    /// Where paths on the command line start.
    pub fn here() -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| Path::new(".").to_owned())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
