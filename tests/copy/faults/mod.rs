//! Whatever strikes a copy, and whenever: each unit of tables is as it was or complete, triggers, keys and all
//! else are as they were, and neither sessions nor locks are left.
//!
//! `RUNNER_FAULTS=20` strikes twenty times as often, `RUNNER_SEED` at other moments.

mod link;
mod manner;
mod scene;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::RngExt;
use rustix::process::{Pid, Signal, kill_process};

use super::number;
use crate::support::Runner;
use manner::Role;
use scene::{Scene, Side};

#[test]
fn a_link_that_breaks_leaves_whole_units() {
    let mut scene = Scene::new(Role::Owner, seed());
    for round in 0..40 * times() {
        let moment = scene.moment();
        let stays_down = scene.random.random();
        let how = format!("link cut ({round}, for good: {stays_down}) at {moment:?}");
        scene.struck(&how, |scene| {
            let link = scene.link(moment.side).clone();
            scene.trap(moment, move || link.cut(stays_down));
            scene.copy()
        });
    }
    scene.whole();
}

#[test]
fn a_backend_that_is_ended_leaves_whole_units() {
    let mut scene = Scene::new(Role::Superuser, seed() + 1);
    for round in 0..30 * times() {
        let moment = scene.moment();
        let victim = scene.either(&[Side::From, Side::To]);
        let end = scene.either(&["pg_terminate_backend", "pg_cancel_backend"]);
        let count = scene.either(&["1", "ALL"]);
        let how = format!("{end} ({round}) of {count} at {victim:?}, at {moment:?}");
        scene.struck(&how, |scene| {
            let mut administrator = scene.database(victim).session();
            scene.trap(moment, move || {
                administrator.query(&format!(
                    "SELECT {end}(pid) FROM pg_stat_activity WHERE datname = current_database()
                     AND application_name LIKE 'runner %' ORDER BY md5(pid::text) LIMIT {count}"
                ));
            });
            scene.copy()
        });
    }
    scene.whole();
}

#[test]
fn a_process_that_is_killed_leaves_whole_units() {
    signalled(Role::Superuser, seed() + 2, &[Signal::KILL], 15);
}

#[test]
fn a_process_that_is_interrupted_leaves_whole_units() {
    signalled(Role::Owner, seed() + 3, &[Signal::INT, Signal::TERM], 15);
}

fn signalled(role: Role, seed: u64, signals: &[Signal], strikes: u32) {
    let mut scene = Scene::new(role, seed);
    for round in 0..strikes * times() {
        let moment = scene.moment();
        let signal = scene.either(signals);
        let how = format!("{signal:?} ({round}) at {moment:?}");
        scene.struck(&how, |scene| {
            let pid = Arc::new(AtomicU32::new(0));
            let told = Arc::clone(&pid);
            scene.trap(moment, move || send(signal, &told));
            let running = Runner::new()
                .toml(&format!("[targets.dev]\nurl = \"{}\"", scene.url(Side::From)))
                .toml(&format!("[targets.prod]\nurl = \"{}\"", scene.url(Side::To)))
                .playbook(&format!(
                    "copy.tables {{ from = connect 'dev', to = connect 'prod', tables = {{ '*.*' }}, mode = 'replace', {} }}",
                    scene.manner.lua()
                ))
                .start();
            pid.store(running.pid(), Ordering::SeqCst);
            running.ended().0.success()
        });
    }
    scene.whole();
}

/// Signals the process as soon as it is known. One that has ended is not waited for yet, and takes it too.
fn send(signal: Signal, pid: &AtomicU32) {
    let pid = loop {
        match pid.load(Ordering::SeqCst) {
            0 => std::thread::yield_now(),
            pid => break Pid::from_raw(pid.cast_signed()).unwrap(),
        }
    };
    let _ = kill_process(pid, signal);
}

fn times() -> u32 {
    number("RUNNER_FAULTS").unwrap_or(1)
}

fn seed() -> u64 {
    number("RUNNER_SEED").unwrap_or(4)
}
