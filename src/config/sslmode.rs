//! How much TLS a connection takes, by libpq's words.

use super::error::DsnProblem;
use super::suggest::did_you_mean;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    Disable,
    Allow,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

const WORDS: [(&str, SslMode); 6] = [
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

impl SslMode {
    /// The word for it in a url.
    pub fn word(self) -> &'static str {
        let found = WORDS.iter().find(|(_, mode)| *mode == self);
        found.map_or("prefer", |(word, _)| word)
    }

    pub(super) fn parse(value: &str) -> Result<Self, DsnProblem> {
        let found = WORDS.iter().find(|(word, _)| *word == value);
        found
            .map(|(_, mode)| *mode)
            .ok_or_else(|| DsnProblem::SslMode {
                value: value.to_owned(),
                hint: did_you_mean(value, WORDS.iter().map(|(word, _)| *word)),
            })
    }
}
