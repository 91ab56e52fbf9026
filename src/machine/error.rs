//! What can go wrong on a machine: one variant per situation. `place` reads like ``on `jump` ``.

use std::time::Duration;

use crate::human;
use crate::ssh;
use crate::ssh::process::Exit;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("this command cannot be run: {reason}")]
    BadCommand { reason: &'static str },
    #[error("`{name}` is no name of an environment variable")]
    BadVariable { name: String },
    #[error("`{path}` is no path: it is empty or holds a NUL")]
    BadPath { path: String },
    #[error(
        "`{name}` is no name of a {what}: it is empty, begins with `-`, or holds what such names may not"
    )]
    BadName { what: &'static str, name: String },

    #[error(
        "there is no program `{program}` {place}; is it installed, and on the PATH that commands have there?"
    )]
    NoProgram { program: String, place: String },
    #[error("folder `{folder}` cannot be entered {place}; does it exist?")]
    NoFolder { folder: String, place: String },
    #[error("`{program}` cannot be started {place}: {reason}")]
    Unstartable {
        program: String,
        place: String,
        reason: String,
    },
    #[error("`{command}` {place} {exit}{}", said(complaint))]
    Failed {
        command: String,
        place: String,
        exit: Exit,
        /// Its last words.
        complaint: String,
        stderr: String,
    },
    #[error(
        "`{command}` {place} did not end within {}; {}",
        human::seconds(limit.as_secs_f64()),
        if *gone { "it was ended" } else { "it may still be running there" }
    )]
    TimedOut {
        command: String,
        place: String,
        limit: Duration,
        gone: bool,
    },
    #[error(
        "the link to `{command}` {place} was lost while it ran{}",
        said(complaint)
    )]
    Lost {
        command: String,
        place: String,
        complaint: String,
    },

    #[error("`{path}` is not there {place}")]
    Missing { path: String, place: String },
    #[error("`{path}` {place} is no file; folders are packed first, with `tar`")]
    NoFile { path: String, place: String },
    #[error("`{path}` {place}: {reason}")]
    File {
        path: String,
        place: String,
        reason: String,
    },
    #[error(
        "the disk of `{path}` {place} is full: {} are needed and {} are free; nothing is left under that name",
        human::bytes(*needed), human::bytes(*free)
    )]
    DiskFull {
        path: String,
        place: String,
        needed: u64,
        free: u64,
    },
    #[error(
        "`{path}` {place} has {}, and `read` takes at most {}; `download` it", human::bytes(*size), human::bytes(*limit)
    )]
    TooLarge {
        path: String,
        place: String,
        size: u64,
        limit: u64,
    },
    #[error("`{path}` {place} changed while it was read: {} of {} came", human::bytes(*got), human::bytes(*size))]
    Changed {
        path: String,
        place: String,
        size: u64,
        got: u64,
    },

    #[error("neither docker nor podman can be used {place}: {reason}")]
    NoEngine { place: String, reason: String },
    #[error("neither `docker compose` nor `docker-compose` can be used {place}: {reason}")]
    NoCompose { place: String, reason: String },
    #[error("there is no container `{name}` {place}; `{engine} ps --all` lists them")]
    NoContainer {
        name: String,
        place: String,
        engine: &'static str,
    },
    #[error(
        "container `{name}` {place} is not running (its state is `{state}`); start it with `{engine} start {name}`"
    )]
    NotRunning {
        name: String,
        place: String,
        state: String,
        engine: &'static str,
    },
    #[error(
        "container `{name}` {place} has no health check; give its service a `healthcheck`, or look with `run`"
    )]
    NoHealthCheck { name: String, place: String },
    #[error(
        "container `{name}` {place} is not healthy but `{state}` after {tries} tries{}",
        said(complaint)
    )]
    Unhealthy {
        name: String,
        place: String,
        state: String,
        tries: u32,
        complaint: String,
    },
    #[error("`{command}` {place} is not understood: {reason}")]
    NotUnderstood {
        command: String,
        place: String,
        reason: String,
    },
    #[error("compose service `{service}` {place} has no running container; `up` starts it")]
    NoService { service: String, place: String },

    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Ssh(Box<ssh::Error>),
}

fn said(complaint: &str) -> String {
    match complaint.trim() {
        "" => String::new(),
        complaint => format!(": {complaint}"),
    }
}

impl From<crate::interrupt::Interrupted> for Error {
    fn from(_: crate::interrupt::Interrupted) -> Self {
        Self::Interrupted
    }
}

impl From<ssh::Error> for Error {
    fn from(error: ssh::Error) -> Self {
        match error {
            ssh::Error::Interrupted => Self::Interrupted,
            error => Self::Ssh(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::Unstartable {
                    program: "ls".into(),
                    place: "on `hz`".into(),
                    reason: "denied".into(),
                },
                "`ls` cannot be started on `hz`: denied",
            ),
            (
                Error::Changed {
                    path: "/a".into(),
                    place: "on `hz`".into(),
                    size: 2,
                    got: 1,
                },
                "`/a` on `hz` changed while it was read: 1 B of 2 B came",
            ),
            (
                Error::NoEngine {
                    place: "on `hz`".into(),
                    reason: "denied".into(),
                },
                "neither docker nor podman can be used on `hz`: denied",
            ),
            (
                Error::NoCompose {
                    place: "on `hz`".into(),
                    reason: "denied".into(),
                },
                "neither `docker compose` nor `docker-compose` can be used on `hz`: denied",
            ),
            (
                Error::NotUnderstood {
                    command: "docker ps".into(),
                    place: "on `hz`".into(),
                    reason: "no JSON".into(),
                },
                "`docker ps` on `hz` is not understood: no JSON",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
