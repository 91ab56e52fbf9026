//! Which hosts of a way the user's own `ssh` reaches, and the masters that do, shared by all of the run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, PoisonError, Weak};

use tokio::sync::Mutex;

use super::master::{GRACE, Master};
use crate::ssh::client::Host;
use crate::ssh::config::{HostConfig, OnlyOpenssh};
use crate::ssh::end::SessionEnd;
use crate::ssh::error::Error;

/// A host as it is named, in the configuration that knows the name.
type Key = (String, Option<PathBuf>);

/// The masters of this process. The lock is held while one logs in, so that two do not ask at once.
static MASTERS: LazyLock<Mutex<HashMap<Key, Weak<Master>>>> = LazyLock::new(Mutex::default);

/// For each host of a way, the outermost first, why it takes the user's own `ssh`; and the masters in use.
#[derive(Default)]
pub struct Share {
    reasons: std::sync::Mutex<Vec<Option<OnlyOpenssh>>>,
    held: Mutex<Vec<Arc<Master>>>,
    /// Of those that serve a single stream and go with it.
    others: Mutex<Vec<SessionEnd>>,
}

impl Share {
    /// Looks which hosts need it by their configuration, and where a master runs already.
    pub async fn of(hosts: &[Arc<HostConfig>]) -> Self {
        let mut masters = MASTERS.lock().await;
        let mut reasons = Vec::new();
        for config in hosts {
            let running = running(&mut masters, config).await;
            let reason = running.map(|master| master.why().clone());
            reasons.push(reason.or_else(|| config.only_openssh.clone()));
        }
        Self {
            reasons: std::sync::Mutex::new(reasons),
            held: Mutex::default(),
            others: Mutex::default(),
        }
    }

    /// Another host that takes it, as its login has shown; whether this was not known.
    pub fn add(&self, place: usize, reason: OnlyOpenssh) -> bool {
        match self.reasons().get_mut(place) {
            Some(known) => known.replace(reason).is_none(),
            None => false,
        }
    }

    /// The first host that is passed at all: a master of the user's needs none of those before it.
    pub fn first(&self) -> usize {
        let is_open = |why: &Option<_>| matches!(why, Some(OnlyOpenssh::Master(_)));
        self.reasons().iter().rposition(is_open).unwrap_or(0)
    }

    /// Why the host takes the user's own `ssh`, or `None` where russh speaks to it.
    pub fn reason(&self, hosts: &[Arc<HostConfig>], place: usize) -> Option<OnlyOpenssh> {
        let reasons = self.reasons();
        let after = reasons.get(place + 1..)?.iter().any(Option::is_some);
        let behind = || hosts.get(place + 1).map(|host| host.alias.clone());
        match reasons.get(place)?.clone() {
            None if after => behind().map(OnlyOpenssh::Behind),
            reason => reason,
        }
    }

    /// The master of the last host that takes one, and how many hosts that covers; nothing where none does.
    ///
    /// It is found or logged in over those before it: what russh speaks cannot carry an `ssh` of the user's.
    pub async fn master(
        &self,
        host: &Host,
        hosts: &[Arc<HostConfig>],
    ) -> Result<Option<(Arc<Master>, usize)>, Error> {
        let covered = self.reasons().iter().rposition(Option::is_some);
        let Some(covered) = covered.map(|last| last + 1) else {
            return Ok(None);
        };
        let mut masters = MASTERS.lock().await;
        let mut found = None;
        let mut next = covered;
        while next > 0 && found.is_none() {
            found = running(&mut masters, &hosts[next - 1]).await;
            next -= usize::from(found.is_none());
        }
        for (place, config) in hosts.iter().enumerate().take(covered).skip(next) {
            let Some(why) = self.reason(hosts, place) else {
                continue;
            };
            let master = Master::start(host, config, why, found).await?;
            masters.insert(key(config), Arc::downgrade(&master));
            found = Some(master);
        }
        if let Some(master) = &found {
            self.hold(master).await;
        }
        Ok(found.map(|master| (master, covered)))
    }

    /// Another connection to the host of `master`, for what that one lets nobody open any more.
    pub async fn another(&self, master: &Master, host: &Host) -> Result<Arc<Master>, Error> {
        let another = master.another(host).await?;
        let mut others = self.others.lock().await;
        others.retain(|end| !end.has_come());
        others.push(another.end().clone());
        Ok(another)
    }

    /// Keeps the master for the next that needs it.
    async fn hold(&self, master: &Arc<Master>) {
        let mut held = self.held.lock().await;
        held.retain(|master| !master.end().has_come());
        if !held.iter().any(|known| Arc::ptr_eq(known, master)) {
            master.hold();
            held.push(Arc::clone(master));
        }
    }

    /// Gives up the masters, and waits until those that nobody else needs have ended.
    pub async fn close(&self) {
        for master in std::mem::take(&mut *self.held.lock().await) {
            master.leave().await;
        }
        for end in std::mem::take(&mut *self.others.lock().await) {
            end.reason(GRACE).await;
        }
    }

    fn reasons(&self) -> std::sync::MutexGuard<'_, Vec<Option<OnlyOpenssh>>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The master of a host that runs already: one of ours, or one of the user's.
async fn running(
    masters: &mut HashMap<Key, Weak<Master>>,
    config: &HostConfig,
) -> Option<Arc<Master>> {
    let ours = masters.get(&key(config)).and_then(Weak::upgrade);
    if let Some(master) = ours.filter(|master| !master.end().has_come()) {
        return Some(master);
    }
    let master = Master::of_user(config).await?;
    masters.insert(key(config), Arc::downgrade(&master));
    Some(master)
}

fn key(config: &HostConfig) -> Key {
    (config.alias.clone(), config.config_file.clone())
}
