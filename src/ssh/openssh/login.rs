//! Starting a master: `ssh` itself logs in and goes into the background.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;

use super::askpass::Questions;
use super::log::Log;
use super::master::{Master, Running};
use super::mux::Control;
use crate::progress::AskError;
use crate::ssh::client::Host;
use crate::ssh::config::{HostConfig, HostKeyPolicy, OnlyOpenssh};
use crate::ssh::destination::Destination;
use crate::ssh::error::Error;
use crate::ssh::handshake::{ATTEMPTS, HANDSHAKES, LOGIN_LIMIT, pause_after};
use crate::ssh::leader::Leader;
use crate::ssh::quote::sh_word;
use crate::ssh::tcp;
use crate::ssh::wait::{Cut, within};

/// How long a master outlives the last connection to it, in seconds: that of ours, which stands as long as we do.
const LINGER: u32 = 5;

/// Has `ssh` log in to `config`, over `before` where it stands behind another host.
pub async fn log_in(
    host: &Host,
    config: &HostConfig,
    why: &OnlyOpenssh,
    before: Option<&Master>,
) -> Result<Running, Error> {
    let permit = within(Duration::MAX, HANDSHAKES.acquire()).await;
    let _permit = permit.map_err(|_| Error::Interrupted)?;
    let mut attempt = 1;
    loop {
        let starting = start(host, config, why, before);
        let error = match within(LOGIN_LIMIT, starting).await {
            Ok(Ok(running)) => return Ok(running),
            Ok(Err(error)) => error,
            Err(Cut::Interrupted) => return Err(Error::Interrupted),
            Err(Cut::TimedOut) => {
                return Err(Error::Silent {
                    alias: config.alias.clone(),
                    limit: LOGIN_LIMIT,
                });
            }
        };
        if attempt == ATTEMPTS || !was_dropped(&error) {
            return Err(error);
        }
        pause_after(attempt).await?;
        attempt += 1;
    }
}

/// A folder that only the user can enter. Its path is short: those of sockets in it may have 104 characters at most.
pub fn folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("runner-ssh-").tempdir()
}

async fn start(
    host: &Host,
    config: &HostConfig,
    why: &OnlyOpenssh,
    before: Option<&Master>,
) -> Result<Running, Error> {
    let failed = |error: io::Error| unusable(config, &error);
    let folder = folder().map_err(failed)?;
    let place = |name: &str| folder.path().join(name);
    let log = Log::create(place("log")).map_err(failed)?;
    let mut questions =
        Questions::listen(place("ask"), &config.alias, host.reporter()).map_err(failed)?;
    let socket = place("ctl");
    let mut command = command(config, before, &socket, &log)?;
    command
        .envs(questions.environment().map_err(failed)?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.stderr().map_err(failed)?);
    if !run(&mut command, &mut questions, config, why).await? {
        return Err(explain(config, &log));
    }
    let said = log.since(0);
    host.banner(config)(&said.join("\n"));
    // Open on both sides, or not needed any more; whatever ends us, they are not left behind.
    let _ = std::fs::remove_file(log.path());
    let _ = std::fs::remove_file(place("ask"));
    Ok(Running {
        control: Control::connect(&socket).await.map_err(failed)?,
        folder,
        socket,
        log: Some(log),
    })
}

/// Waits until `ssh` is in the background, which is a success, or has given up; asks its questions meanwhile.
async fn run(
    command: &mut Command,
    questions: &mut Questions,
    config: &HostConfig,
    why: &OnlyOpenssh,
) -> Result<bool, Error> {
    let alias = || config.alias.clone();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoOpenssh {
            alias: alias(),
            reason: why.clone(),
        },
        _ => unusable(config, &error),
    };
    let mut ssh = Leader::spawn(command).map_err(failed)?;
    tokio::select! {
        status = ssh.0.wait() => Ok(status.map_err(failed)?.success()),
        error = questions.serve() => Err(match error {
            AskError::Interrupted => Error::Interrupted,
            reason @ AskError::NoTerminal { .. } => Error::NotAsked { alias: alias(), reason },
        }),
    }
}

fn unusable(config: &HostConfig, error: &io::Error) -> Error {
    Error::OpensshFailed {
        alias: config.alias.clone(),
        said: error.to_string(),
    }
}

/// The `ssh` that becomes the master. Whatever the user's configuration says about terminals, commands and forwarding
/// is for other uses of the host.
fn command(
    config: &HostConfig,
    before: Option<&Master>,
    socket: &Path,
    log: &Log,
) -> Result<Command, Error> {
    let mut command = Command::new("ssh");
    if let Some(file) = &config.config_file {
        command.arg("-F").arg(file);
    }
    command.arg("-N").arg("-E").arg(log.path());
    command.arg("-S").arg(escaped(&socket.to_string_lossy()));
    let checking = match config.host_keys {
        HostKeyPolicy::Strict => "yes",
        HostKeyPolicy::AcceptNew => "accept-new",
    };
    let limit = config.connect_timeout.unwrap_or(tcp::DEFAULT_LIMIT);
    let settings = [
        "ControlMaster=yes".to_owned(),
        format!("ControlPersist={LINGER}"),
        format!("StrictHostKeyChecking={checking}"),
        format!("ConnectTimeout={}", limit.as_secs().max(1)),
        format!("ServerAliveInterval={}", config.alive_interval.as_secs()),
        format!("ServerAliveCountMax={}", config.alive_count),
        "ClearAllForwardings=yes".to_owned(),
        "ForwardAgent=no".to_owned(),
        "ForwardX11=no".to_owned(),
        "Tunnel=no".to_owned(),
        "PermitLocalCommand=no".to_owned(),
        "RemoteCommand=none".to_owned(),
        "RequestTTY=no".to_owned(),
        "LogLevel=INFO".to_owned(),
    ];
    let before = before.map(|master| format!("ProxyCommand={}", through(master)));
    for setting in settings.into_iter().chain(before) {
        command.arg("-o").arg(setting);
    }
    let destination = Destination::parse(&config.alias)?;
    command
        .args(destination.options())
        .arg("--")
        .arg(destination.host);
    Ok(command)
}

/// The `ssh -W` that carries the bytes of another: over the master or not at all.
fn through(master: &Master) -> String {
    let socket = escaped(&sh_word(&master.socket().to_string_lossy()));
    let alias = escaped(&sh_word(master.alias()));
    format!("ssh -F none -S {socket} -o ProxyCommand=false -W '[%h]:%p' -- {alias}")
}

/// For an argument in which ssh replaces tokens such as `%h`.
fn escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// The error of an `ssh` that did not get in.
fn explain(config: &HostConfig, log: &Log) -> Error {
    let lines = log.since(0);
    let alias = config.alias.clone();
    let says = |text: &str| lines.iter().any(|line| line.contains(text));
    if says("Host key verification failed") {
        let told = |line: &&String| {
            line.contains("host key") && !line.contains("verification")
                || line.starts_with("Offending")
                || line.starts_with("Host key for")
        };
        let told: Vec<&str> = lines.iter().filter(told).map(String::as_str).collect();
        return Error::OpensshHostKey {
            alias,
            said: told.join("; "),
            fix: config.ssh_once(),
        };
    }
    let said = match lines.join("; ") {
        nothing if nothing.is_empty() => "it ended without a word".to_owned(),
        said => said,
    };
    Error::OpensshFailed { alias, said }
}

/// Whether the host hung up before the login could begin.
fn was_dropped(error: &Error) -> bool {
    let Error::OpensshFailed { said, .. } = error else {
        return false;
    };
    let hung_up = ["closed by remote host", "reset by peer"];
    said.contains("kex_exchange_identification") && hung_up.iter().any(|it| said.contains(it))
}
