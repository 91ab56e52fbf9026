//! The words of the connection itself: how long it may take, and when it counts as dead.

use std::time::Duration;

use super::problem::Problem;
use super::tls::switch;
use super::words::Words;

/// When a TCP connection counts as dead; what is `None` is left to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// Whether a silent peer is asked at all.
    pub on: bool,
    /// After this long a silence.
    pub idle: Option<Duration>,
    /// How long apart questions are.
    pub interval: Option<Duration>,
    /// How many questions may go unanswered.
    pub count: Option<u32>,
    /// How long written bytes may go unacknowledged (`tcp_user_timeout`).
    pub stalled: Option<Duration>,
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self {
            on: true,
            idle: None,
            interval: None,
            count: None,
            stalled: None,
        }
    }
}

pub fn keep_alive(words: &mut Words) -> Result<KeepAlive, Problem> {
    let seconds = |number: u32| Duration::from_secs(number.into());
    Ok(KeepAlive {
        on: switch(words, "keepalives")?.unwrap_or(true),
        idle: number(words, "keepalives_idle")?.map(seconds),
        interval: number(words, "keepalives_interval")?.map(seconds),
        count: number(words, "keepalives_count")?,
        stalled: number(words, "tcp_user_timeout")?
            .map(|number| Duration::from_millis(number.into())),
    })
}

/// A count; zero and less mean the default, as in libpq.
fn number(words: &mut Words, word: &'static str) -> Result<Option<u32>, Problem> {
    let number = words.take(word).map(|value| whole(&value, word));
    let number = number.transpose()?.unwrap_or_default();
    Ok(u32::try_from(number).ok().filter(|number| *number > 0))
}

/// Zero and less mean to wait for ever, as in libpq.
pub fn connect_timeout(words: &mut Words) -> Result<Option<Duration>, Problem> {
    let seconds = number(words, "connect_timeout")?;
    Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
}

fn whole(value: &str, word: &'static str) -> Result<i64, Problem> {
    value.trim().parse().map_err(|_| Problem::Number(word))
}

/// Encodings and versions of the protocol are not ours to choose; a word that asks for what we do
/// anyway is fine.
pub fn check_protocol(words: &mut Words) -> Result<(), Problem> {
    if let Some(encoding) = words.take("client_encoding") {
        let plain: String = encoding
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        if !["auto", "utf8", "unicode"].contains(&plain.as_str()) {
            return Err(Problem::Encoding(encoding));
        }
    }
    for word in ["min_protocol_version", "max_protocol_version"] {
        match words.take(word).as_deref() {
            None | Some("3.0") => {}
            Some("3.2" | "latest") if word.starts_with("max") => {}
            Some(_) => return Err(Problem::ProtocolVersion(word)),
        }
    }
    Ok(())
}
