//! Who may change something on a machine: a dry run never does, and the host of a protected target asks first.

use std::net::IpAddr;
use std::sync::Arc;

use super::super::Context;
use super::super::db::access;
use super::super::phrase::{self, Protected};
use crate::config::{Endpoint, Target};
use crate::host::Result;
use crate::machine::Machine;
use crate::ssh;

/// Whether something may be done that changes `machine`; `what` reads like `` run on `jump`: reboot ``. A dry run
/// only tells it.
pub async fn may(context: &Context, machine: &Machine, what: &str) -> Result<bool> {
    if context.options.dry_run {
        context.note(format!("would {what}"));
        return Ok(false);
    }
    for guard in guards(context, machine).await {
        let key = phrase::key(&guard.target, &guard.phrase);
        // One question at a time, and one per target.
        let mut confirmed = context.confirmed.lock().await;
        if !confirmed.contains(&key) {
            guard.ask(context, machine, what).await?;
            confirmed.insert(key);
        }
    }
    Ok(true)
}

/// A protected target that is on the machine.
#[derive(PartialEq)]
struct Guard {
    target: String,
    phrase: String,
}

impl Guard {
    async fn ask(&self, context: &Context, machine: &Machine, what: &str) -> Result<()> {
        let target = &self.target;
        let place = if machine.is_here() {
            "this machine".to_owned()
        } else {
            format!("`{}`", machine.name())
        };
        let subject = format!("{place} is the host of `{target}`, which is protected,");
        let protected = Protected {
            target,
            phrase: &self.phrase,
            told: format!("{place} is the host of the protected target `{target}`"),
            warning: None,
            purpose: what.to_owned(),
            subject,
            spared: "nothing was done there",
        };
        protected.ask(context).await
    }
}

/// The protected targets of the project, and those of open sessions, whose servers may have a phrase themselves.
async fn guards(context: &Context, machine: &Machine) -> Vec<Guard> {
    let mut guards = Vec::new();
    let project = &context.options.project;
    for (name, phrase, ssh) in project.protected() {
        let here = || project.target(&name).is_ok_and(|target| is_local(&target));
        let is_on = match &ssh {
            Some(ssh) => is_same(context, machine, ssh).await,
            None => machine.is_here() && here(),
        };
        if is_on {
            let target = name.clone();
            guards.push(Guard { target, phrase });
        }
    }
    for session in context.sessions() {
        let target = session.connector().target().clone();
        let Some(phrase) = access::phrase(&session) else {
            continue;
        };
        let is_on = match &target.ssh {
            Some(ssh) => is_same(context, machine, ssh).await,
            None => machine.is_here() && is_local(&target),
        };
        let guard = Guard {
            target: target.name,
            phrase,
        };
        if is_on && !guards.contains(&guard) {
            guards.push(guard);
        }
    }
    guards
}

/// Whether the server of a target without ssh is on this machine, as far as its address tells.
fn is_local(target: &Target) -> bool {
    let is_here = |place: Option<&str>| match place {
        None | Some("localhost") => true,
        Some(place) => {
            let loopback = place.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
            place.starts_with('/') || loopback
        }
    };
    let mut places = target.dsn.endpoints.iter().map(Endpoint::place);
    target.docker.is_some() || places.any(is_here)
}

/// Whether `ssh` leads to the machine: by the same words, or to the same address.
async fn is_same(context: &Context, machine: &Machine, ssh: &str) -> bool {
    if machine.is_here() {
        return false;
    }
    if machine.name() == ssh {
        return true;
    }
    let options = &context.options;
    let config = options.project.ssh_config.as_deref();
    let other = ssh::Host::resolve(ssh, config, Arc::clone(&options.reporter)).await;
    match (machine.host().await, other) {
        (Ok(Some(host)), Ok(other)) => host.address() == other.address(),
        _ => false,
    }
}
