//! Definitions as pg_dump writes them, through whatever route leads to the server.

use std::path::PathBuf;

use super::{Error, Result};
use crate::copy;
use crate::copy::dump::program::{candidates, clean, looked_in, major, version};
use crate::interrupt::race;
use crate::pg::Session;
use crate::pg::tunnel::{self, Listen, Tunnel};

/// How long pg_dump waits for a lock on a table that somebody is altering, in milliseconds.
const LOCK_WAIT: u32 = 30_000;

/// A pg_dump, and a way to the server for it.
pub(super) struct PgDump {
    program: PathBuf,
    tunnel: Tunnel,
    /// The target's name, and what our sessions there are called.
    name: String,
    application_name: String,
    snapshot: Option<String>,
}

impl PgDump {
    /// `snapshot` is one that a session there has exported.
    pub async fn open(source: &Session, snapshot: Option<String>) -> Result<Self> {
        let program = find(source).await?;
        let connector = source.connector();
        let reached = tunnel::reach(connector).await?;
        Ok(Self {
            program,
            tunnel: reached.listen(Listen::Private, None).await?,
            name: source.name().to_owned(),
            application_name: connector.application_name().to_owned(),
            snapshot,
        })
    }

    /// The script that pg_dump writes with these arguments.
    pub async fn script(&self, arguments: &[String]) -> Result<String> {
        let mut command = clean(&self.program);
        let environment = self.tunnel.environment()?;
        command.envs(environment.set);
        command.env("PGAPPNAME", &self.application_name);
        command.args([
            "--no-password",
            "--no-owner",
            "--no-privileges",
            "--no-tablespaces",
            "--no-publications",
            "--no-subscriptions",
            "--encoding=UTF8",
        ]);
        command.arg(format!("--lock-wait-timeout={LOCK_WAIT}"));
        if let Some(snapshot) = &self.snapshot {
            command.arg(format!("--snapshot={snapshot}"));
        }
        command.args(arguments);
        let output = race(command.output())
            .await
            .map_err(crate::pg::Error::from)?;
        let output = output.map_err(|reason| Error::CannotRun {
            program: self.program.clone(),
            reason,
        })?;
        if !output.status.success() {
            return Err(Error::Failed {
                source_name: self.name.clone(),
                status: output.status.to_string(),
                message: first_complaint(&output.stderr),
            });
        }
        String::from_utf8(output.stdout).map_err(|_| Error::NotText {
            source_name: self.name.clone(),
        })
    }

    pub async fn close(self) {
        self.tunnel.close().await;
    }
}

/// The pg_dump of the server's own major version, else the first that is newer: an older one refuses.
async fn find(source: &Session) -> Result<PathBuf> {
    let wanted = source.server().version_num / 10000;
    let mut best: Option<(i64, PathBuf)> = None;
    let mut older: Option<i64> = None;
    for program in candidates("pg_dump") {
        let version = version(&program).await.map_err(copy::Error::from)?;
        match major(&version).map(i64::from) {
            Some(major) if major == wanted => return Ok(program),
            Some(major) if major < wanted => older = older.max(Some(major)),
            Some(major) if best.as_ref().is_none_or(|(best, _)| major < *best) => {
                best = Some((major, program));
            }
            _ => {}
        }
    }
    let none = || Error::NoPgDump {
        source_name: source.name().to_owned(),
        wanted,
        found: older.map_or_else(String::new, |major| format!(" (there is {major})")),
        looked_in: looked_in(),
    };
    best.map(|(_, program)| program).ok_or_else(none)
}

fn first_complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("it said nothing");
    let message = first
        .split_once("error: ")
        .map_or(first, |(_, message)| message);
    message.to_owned()
}
