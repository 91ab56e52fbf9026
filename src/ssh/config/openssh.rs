//! The configuration as OpenSSH itself resolves it: `ssh -G`.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::settings::Settings;
use crate::ssh::destination::Destination;
use crate::ssh::error::Error;
use crate::ssh::wait::{Cut, within};

/// `Match exec` may run a program of the user's.
const LIMIT: Duration = Duration::from_secs(20);

/// The settings of a host; `None` where no OpenSSH client is installed.
pub async fn settings(
    alias: &str,
    destination: &Destination,
    jumps: Option<&str>,
    file: Option<&Path>,
) -> Result<Option<Settings>, Error> {
    let mut command = Command::new("ssh");
    if let Some(file) = file {
        command.arg("-F").arg(file);
    }
    if let Some(jumps) = jumps {
        command.arg("-J").arg(jumps);
    }
    command.args(destination.options());
    let mut untouched = Command::new("ssh");
    untouched.args(["-F", "none"]);
    let (settings, defaults) = tokio::join!(
        printed(command, &destination.host),
        printed(untouched, &destination.host)
    );
    let settings = match settings {
        Ok(settings) => settings,
        Err(Failure::NotInstalled) => return Ok(None),
        Err(Failure::Interrupted) => return Err(Error::Interrupted),
        Err(Failure::Refused(reason)) => {
            let alias = alias.to_owned();
            return Err(Error::ConfigRefused { alias, reason });
        }
    };
    // Without the defaults every list counts as the user's own, which is slower but not wrong.
    Ok(Some(settings.with_defaults(defaults.unwrap_or_default())))
}

enum Failure {
    NotInstalled,
    Interrupted,
    Refused(String),
}

/// What `ssh -G` prints for `host`.
async fn printed(mut command: Command, host: &str) -> Result<Settings, Failure> {
    command.args(["-G", "--", host]);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = match within(LIMIT, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::NotInstalled);
        }
        Ok(Err(error)) => return Err(Failure::Refused(error.to_string())),
        Err(Cut::Interrupted) => return Err(Failure::Interrupted),
        Err(Cut::TimedOut) => {
            let reason = format!("no answer in {} s", LIMIT.as_secs());
            return Err(Failure::Refused(reason));
        }
    };
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Refused(meaningful(&stderr)));
    }
    let mut settings = Settings::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        settings.add(key, value);
    }
    Ok(settings)
}

/// ssh's complaint without the remark about terminals that some versions make before it.
fn meaningful(stderr: &str) -> String {
    let lines: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("Pseudo-terminal"))
        .collect();
    lines.join("; ")
}
