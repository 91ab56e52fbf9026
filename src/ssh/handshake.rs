//! Opening an ssh session without upsetting the host.
//!
//! sshd drops connections at random once several are not logged in yet (`MaxStartups`) and newer ones punish whoever
//! comes too often. So at most two handshakes run at a time, and one that was dropped before it began is tried again.

use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, GexParams, Handle};
use russh::{AlgorithmKind, Limits, Preferred, compression, kex};
use tokio::sync::Semaphore;

use super::auth;
use super::client::Host;
use super::config::{HostConfig, OnlyOpenssh};
use super::end::SessionEnd;
use super::error::Error;
use super::handler::{Handler, Watch, hung_up, in_words};
use super::known_hosts::KnownHosts;
use super::session::{Session, SessionStream};
use super::tcp::{self, Dial};
use super::wait::{Cut, within};

pub static HANDSHAKES: Semaphore = Semaphore::const_new(2);

pub const ATTEMPTS: u32 = 5;
/// OpenSSH's own, where `ConnectionAttempts` asks for several.
const CONNECTION_PAUSE: Duration = Duration::from_secs(1);
/// A key exchange takes milliseconds; a host that needs longer than this is stuck. `ConnectTimeout` may be shorter,
/// and covers the exchange in OpenSSH too.
pub const KEY_EXCHANGE_LIMIT: Duration = Duration::from_secs(30);
/// sshd itself gives up after two minutes, and somebody may have to find a passphrase.
pub const LOGIN_LIMIT: Duration = Duration::from_secs(120);

/// What both sides say they know among the algorithms of the exchange: the signatures the host takes, and the counter-measure
/// to messages slipped in or left out.
const COMPRESSED: &[compression::Name] = &[compression::ZLIB_LEGACY, compression::NONE];
const EXTENSIONS: [kex::Name; 2] = [
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// Connects and logs in to one host, over `jump` where it stands behind another.
pub async fn shake(
    host: &Host,
    config: &Arc<HostConfig>,
    jump: Option<&Session>,
) -> Result<(Handle<Handler>, Watch), Error> {
    if let Some(reason) = &config.only_openssh {
        return Err(Error::OnlyOpenssh {
            alias: config.alias.clone(),
            reason: reason.clone(),
        });
    }
    let known = Arc::new(KnownHosts::read(config)?);
    let settings = Arc::new(settings(config, &known));
    let mut attempt = 1;
    loop {
        let permit = within(Duration::MAX, HANDSHAKES.acquire()).await;
        let _permit = permit.map_err(|_| Error::Interrupted)?;
        let (handler, watch) =
            Handler::new(Arc::clone(config), Arc::clone(&known), host.banner(config));
        let exchanged = match jump {
            None => exchange(config, &settings, tcp(config).await?, handler).await,
            Some(jump) => {
                let stream = over(jump, config).await?;
                exchange(config, &settings, stream, handler).await
            }
        };
        match exchanged {
            Ok(mut handle) => {
                log_in(host, config, &mut handle, &watch.end).await?;
                return Ok((handle, watch));
            }
            Err(error) if attempt < ATTEMPTS && was_dropped(&error) => {
                pause_after(attempt).await?;
                attempt += 1;
            }
            Err(error) => return Err(unfinished(config, error)),
        }
    }
}

/// Waits a little longer after each attempt, and never as long as somebody else does.
pub async fn pause_after(attempt: u32) -> Result<(), Error> {
    let jitter = 200 * attempt + rand::random_range(0..300);
    pause(Duration::from_millis(jitter.into())).await
}

async fn pause(length: Duration) -> Result<(), Error> {
    let slept = within(Duration::MAX, tokio::time::sleep(length)).await;
    slept.map_err(|_| Error::Interrupted)
}

async fn tcp(config: &HostConfig) -> Result<tokio::net::TcpStream, Error> {
    let HostConfig { host, port, .. } = config;
    let limit = config.connect_timeout.unwrap_or(tcp::DEFAULT_LIMIT);
    let dial = Dial {
        ends: config.ends.clone(),
        ..Dial::within(limit)
    };
    let mut attempt = 1;
    loop {
        match tcp::dial(host, *port, &dial).await {
            Ok(stream) => return Ok(stream),
            Err(tcp::Error::Interrupted) => return Err(Error::Interrupted),
            Err(_) if attempt < config.connection_attempts => pause(CONNECTION_PAUSE).await?,
            Err(source) => {
                return Err(Error::Tcp {
                    alias: config.alias.clone(),
                    source,
                });
            }
        }
        attempt += 1;
    }
}

async fn over(jump: &Session, config: &HostConfig) -> Result<SessionStream, Error> {
    let limit = config.connect_timeout.unwrap_or(tcp::DEFAULT_LIMIT);
    jump.open_tcp(&config.host, config.port, limit).await
}

async fn exchange<S>(
    config: &HostConfig,
    settings: &Arc<client::Config>,
    stream: S,
    handler: Handler,
) -> Result<Handle<Handler>, Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let limit = config.connect_timeout.unwrap_or(KEY_EXCHANGE_LIMIT);
    let connecting = client::connect_stream(Arc::clone(settings), stream, handler);
    match within(limit, connecting).await {
        Ok(result) => result,
        Err(Cut::Interrupted) => Err(Error::Interrupted),
        Err(Cut::TimedOut) => Err(Error::Handshake {
            alias: config.alias.clone(),
            reason: format!(
                "no answer within {} s; is it an ssh server?",
                limit.as_secs()
            ),
        }),
    }
}

async fn log_in(
    host: &Host,
    config: &HostConfig,
    handle: &mut Handle<Handler>,
    end: &SessionEnd,
) -> Result<(), Error> {
    let result = match within(LOGIN_LIMIT, auth::log_in(handle, config, host.reporter())).await {
        Ok(result) => result,
        Err(Cut::Interrupted) => return Err(Error::Interrupted),
        Err(Cut::TimedOut) => {
            return Err(Error::Silent {
                alias: config.alias.clone(),
                limit: LOGIN_LIMIT,
            });
        }
    };
    let alias = config.alias.clone();
    match result {
        // A host that hangs up says why: too many keys tried, most often.
        Err(Error::KeysRefused {
            user,
            tried,
            further,
            ..
        }) if handle.is_closed() => {
            let reason = end.reason(Duration::from_millis(200)).await;
            let reason = reason.unwrap_or_else(|| "the host hung up".to_owned());
            Err(Error::KeysRefused {
                alias,
                user,
                tried,
                answer: format!(
                    "{reason}; `IdentitiesOnly yes` lets only configured keys be tried"
                ),
                further,
            })
        }
        Err(Error::Protocol(error)) => Err(Error::Lost {
            alias,
            reason: in_words(&Error::Protocol(error)),
        }),
        other => other,
    }
}

/// The error of an exchange that is not tried again.
fn unfinished(config: &HostConfig, error: Error) -> Error {
    let error = match error {
        Error::Protocol(russh::Error::NoCommonAlgo { kind, theirs, .. }) => {
            return Error::OnlyOpenssh {
                alias: config.alias.clone(),
                reason: OnlyOpenssh::Offered {
                    kind: kind_of(&kind),
                    offered: theirs,
                },
            };
        }
        Error::Protocol(_) => error,
        other => return other,
    };
    let reason = in_words(&error);
    Error::Handshake {
        alias: config.alias.clone(),
        reason: if was_dropped(&error) {
            format!("{reason}; is it an ssh server, and does it let this machine in?")
        } else {
            reason
        },
    }
}

fn kind_of(kind: &AlgorithmKind) -> &'static str {
    match kind {
        AlgorithmKind::Kex => "key exchange",
        AlgorithmKind::Key => "kind of host key",
        AlgorithmKind::Cipher => "cipher",
        AlgorithmKind::Compression => "compression",
        AlgorithmKind::Mac => "MAC",
    }
}

/// Whether the host hung up before the handshake could begin.
fn was_dropped(error: &Error) -> bool {
    matches!(error, Error::Protocol(error) if hung_up(error))
}

fn settings(config: &HostConfig, known: &KnownHosts) -> client::Config {
    let algorithms = &config.algorithms;
    let mut kex = algorithms.kex.clone();
    kex.extend(EXTENSIONS);
    client::Config {
        preferred: Preferred {
            kex: kex.into(),
            key: known.algorithms(&algorithms.host_keys).into(),
            host_key_certificates: known.certificates(&algorithms.host_keys).into(),
            cipher: algorithms.ciphers.clone().into(),
            mac: algorithms.macs.clone().into(),
            compression: if config.compression {
                COMPRESSED.into()
            } else {
                Preferred::DEFAULT.compression
            },
        },
        limits: limits(config),
        // As small as OpenSSH takes them too, for hosts that have no greater ones.
        gex: GexParams::new(2048, 3072, 8192).unwrap_or_default(),
        keepalive_interval: Some(config.alive_interval),
        keepalive_max: config.alive_count,
        nodelay: true,
        ..client::Config::default()
    }
}

/// russh allows less between two renewals than OpenSSH, not more.
fn limits(config: &HostConfig) -> Limits {
    let limits = Limits::default();
    let bytes = |own: usize| config.rekey_bytes.map_or(own, |bytes| bytes.min(own));
    Limits {
        rekey_write_limit: bytes(limits.rekey_write_limit),
        rekey_read_limit: bytes(limits.rekey_read_limit),
        rekey_time_limit: config.rekey_interval.unwrap_or(limits.rekey_time_limit),
    }
}
