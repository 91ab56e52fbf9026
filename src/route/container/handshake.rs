//! The first line of a relay, and what it means when there is none.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::relay::Relay;
use crate::route::{Error, Stream};
use crate::ssh::process::{Ending, Exit};
use crate::ssh::wait::{Cut, within};

const CONNECTED: &[u8] = b"RUNNER_OK";
const LIMIT: Duration = Duration::from_secs(15);
/// What may come before the line: a login shell may have something to say.
const NOISE_LIMIT: usize = 64 * 1024;
const EXIT_LIMIT: Duration = Duration::from_secs(2);

/// How a relay can fail to connect.
#[derive(Debug)]
pub enum Failure {
    /// The program is not in the image.
    NoProgram,
    /// The relay ran, and no server accepted it.
    Refused {
        reason: String,
    },
    /// The relay ended otherwise.
    Ended {
        exit: Exit,
        said: String,
    },
    Silent,
    /// The relay could not be started at all.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// Whether another relay would fail as well.
    pub fn is_final(&self, relay: Relay) -> bool {
        match self {
            Self::Error(_) | Self::Silent => true,
            Self::Refused { .. } => relay.tries_everything(),
            _ => false,
        }
    }

    pub fn into_error(self, container: &str, relay: Relay) -> Error {
        let name = container.to_owned();
        let relay = relay.name();
        match self {
            Self::Error(error) => error,
            Self::Refused { reason } => Error::ServerRefused { name, reason },
            Self::Silent => Error::RelaySilent {
                name,
                relay,
                limit: LIMIT,
            },
            Self::NoProgram => Error::NoRelay {
                name,
                looked_for: vec![relay],
            },
            Self::Ended { exit, said } => Error::RelayFailed {
                name,
                relay,
                exit: exit.to_string(),
                said,
            },
        }
    }
}

/// Reads up to the line that says the relay is connected, and not a byte further.
pub async fn shake(mut stream: Stream, ending: &Ending) -> Result<Stream, Failure> {
    let said = match within(LIMIT, first_line(&mut stream)).await {
        Ok(None) => return Ok(stream),
        Ok(Some(said)) => said,
        Err(Cut::Interrupted) => return Err(Failure::Error(Error::Interrupted)),
        Err(Cut::TimedOut) => return Err(Failure::Silent),
    };
    let exit = ending.wait(EXIT_LIMIT).await.unwrap_or(Exit::Unknown);
    // Docker reports a missing program on stdout.
    let said = [said.trim(), &ending.stderr()]
        .iter()
        .filter(|text| !text.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("; ");
    Err(judge(exit, said))
}

fn judge(exit: Exit, said: String) -> Failure {
    match exit {
        Exit::Code(111) => Failure::Refused { reason: said },
        Exit::Code(126 | 127) => Failure::NoProgram,
        exit => Failure::Ended { exit, said },
    }
}

/// `None` once connected; all that was said instead if the stream ends first.
async fn first_line(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut said = Vec::new();
    let mut line = 0;
    while said.len() < NOISE_LIMIT {
        // Byte by byte, from a buffer in memory: what follows the line belongs to the server.
        let Ok(byte) = stream.read_u8().await else {
            break;
        };
        if byte != b'\n' {
            said.push(byte);
            continue;
        }
        if said[line..].trim_ascii_end() == CONNECTED {
            return None;
        }
        said.push(byte);
        line = said.len();
    }
    Some(String::from_utf8_lossy(&said).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_login_shell_says_first_is_passed_over() {
        let mut stream: &[u8] = b"Welcome to fish\nRUNNER_OK\nR";
        assert_eq!(first_line(&mut stream).await, None);
        assert_eq!(stream, b"R");
    }

    #[tokio::test]
    async fn a_stream_without_the_line_is_reported_whole() {
        let mut stream: &[u8] = b"OCI runtime exec failed: no perl\n";
        let said = first_line(&mut stream).await.unwrap();
        assert!(matches!(judge(Exit::Code(126), said), Failure::NoProgram));
        assert!(matches!(
            judge(Exit::Code(1), "x".into()),
            Failure::Ended { .. }
        ));
    }
}
