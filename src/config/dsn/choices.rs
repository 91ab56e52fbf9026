//! Words that take one of a few values.

use super::super::suggest::did_you_mean;
use super::problem::Problem;

/// The values of a word.
pub trait Choice: Copy + PartialEq + 'static {
    const WORD: &'static str;
    const CHOICES: &'static [(&'static str, Self)];

    fn parse(value: &str) -> Result<Self, Problem> {
        let found = Self::CHOICES.iter().find(|(word, _)| *word == value);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            unknown(
                Self::WORD,
                value,
                Self::CHOICES.iter().map(|(word, _)| *word),
            )
        })
    }
}

/// The refusal of a value that is none of `choices`.
pub fn unknown(
    word: &'static str,
    value: &str,
    choices: impl Iterator<Item = &'static str> + Clone,
) -> Problem {
    let all: Vec<_> = choices
        .clone()
        .map(|choice| format!("`{choice}`"))
        .collect();
    let choices_in_words = match all.as_slice() {
        [but_one @ .., last] if !but_one.is_empty() => format!("{} and {last}", but_one.join(", ")),
        all => all.join(", "),
    };
    Problem::Choice {
        word,
        value: value.to_owned(),
        hint: did_you_mean(value, choices),
        choices: choices_in_words,
    }
}

/// How much TLS a connection takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    Disable,
    /// Without; where the server refuses that, with.
    Allow,
    /// With; where the server refuses that, without.
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// The word for it in a url.
    pub fn word(self) -> &'static str {
        let found = Self::CHOICES.iter().find(|(_, mode)| *mode == self);
        found.map_or("prefer", |(word, _)| word)
    }

    /// Whether a connection without TLS is out of the question.
    pub fn insists(self) -> bool {
        matches!(self, Self::Require | Self::VerifyCa | Self::VerifyFull)
    }
}

impl Choice for SslMode {
    const WORD: &'static str = "sslmode";
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];
}

/// Whether TLS is asked for by a message of PostgreSQL or begun at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslNegotiation {
    #[default]
    Asked,
    /// From server version 17 on.
    Direct,
}

impl Choice for SslNegotiation {
    const WORD: &'static str = "sslnegotiation";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("postgres", Self::Asked), ("direct", Self::Direct)];
}

/// Whether a certificate of ours is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CertMode {
    Disable,
    #[default]
    Allow,
    /// The server has to ask for one, and there has to be one.
    Require,
}

impl Choice for CertMode {
    const WORD: &'static str = "sslcertmode";
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("require", Self::Require),
    ];
}

/// Whether the login is tied to the TLS connection it goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelBinding {
    Disable,
    #[default]
    Prefer,
    Require,
}

impl Choice for ChannelBinding {
    const WORD: &'static str = "channel_binding";
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
    ];
}

/// Which server of several will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionAttrs {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    /// A standby; where there is none, any.
    PreferStandby,
}

impl Choice for SessionAttrs {
    const WORD: &'static str = "target_session_attrs";
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];
}

/// In which order several hosts are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadBalance {
    /// As they are given.
    #[default]
    Disable,
    Random,
}

impl Choice for LoadBalance {
    const WORD: &'static str = "load_balance_hosts";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("disable", Self::Disable), ("random", Self::Random)];
}

/// Encryption by GSSAPI, which we do not have: to prefer it is to do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GssEncMode {
    Disable,
    Prefer,
    Require,
}

impl Choice for GssEncMode {
    const WORD: &'static str = "gssencmode";
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
    ];
}

/// A version of TLS, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_0,
    V1_1,
    V1_2,
    V1_3,
}

impl TlsVersion {
    const NAMES: [(&'static str, Self); 4] = [
        ("TLSv1", Self::V1_0),
        ("TLSv1.1", Self::V1_1),
        ("TLSv1.2", Self::V1_2),
        ("TLSv1.3", Self::V1_3),
    ];

    /// Upper and lower case are the same here, as in libpq.
    pub fn parse(word: &'static str, value: &str) -> Result<Self, Problem> {
        let found = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(value));
        found
            .map(|(_, version)| *version)
            .ok_or_else(|| unknown(word, value, Self::NAMES.iter().map(|(name, _)| *name)))
    }
}
