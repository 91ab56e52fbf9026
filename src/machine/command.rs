//! A command to be run, and what it gave.

use std::fmt;
use std::time::Duration;

use tokio::io::AsyncRead;

use super::Error;
use crate::ssh::process::Exit;
use crate::ssh::sh_words;

/// What a command reads. Its size is known beforehand, so that input which was cut off is never taken for all.
pub enum Input {
    Bytes(Vec<u8>),
    /// Exactly so many bytes.
    Stream(u64, Box<dyn AsyncRead + Send + Sync + Unpin>),
}

/// A program and its surroundings.
pub struct Command {
    /// The program and its arguments; nothing in them is special to any shell.
    pub argv: Vec<String>,
    /// Added to the environment; shown in no list of processes.
    pub env: Vec<(String, String)>,
    pub cwd: Option<String>,
    pub input: Input,
    pub timeout: Option<Duration>,
    /// Whether the lines it prints are told as they come.
    pub told: bool,
}

impl Command {
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            cwd: None,
            input: Input::Bytes(Vec::new()),
            timeout: None,
            told: false,
        }
    }

    #[must_use]
    pub fn told(mut self) -> Self {
        self.told = true;
        self
    }

    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Refuses what no program can be given.
    pub(super) fn check(&self) -> Result<(), Error> {
        let bad = |reason| Err(Error::BadCommand { reason });
        match self.argv.first() {
            None => return bad("it has no words; write `run { \"program\", \"argument\" }`"),
            Some(program) if program.is_empty() => return bad("its program is empty"),
            Some(program) if program.starts_with('-') => {
                return bad("its program begins with `-`");
            }
            Some(_) => {}
        }
        let values = self.env.iter().map(|(_, value)| value);
        if self
            .argv
            .iter()
            .chain(values)
            .any(|word| word.contains('\0'))
        {
            return bad("one of its words or values holds a NUL, which no program can be given");
        }
        for (name, _) in &self.env {
            let mut letters = name.chars();
            let first = letters
                .next()
                .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
            if !first || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(Error::BadVariable { name: name.clone() });
            }
        }
        Ok(())
    }
}

/// As a shell would take it, shortened for a message.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        let words = sh_words(&self.argv).replace('\n', " ");
        match words.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}...", &words[..end]),
            None => f.write_str(&words),
        }
    }
}

impl Input {
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(size, _) => *size,
        }
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ran {
    /// The command and where it ran, for messages.
    pub(super) shown: String,
    pub(super) place: String,
    pub exit: Exit,
    /// At most the first 16 MiB.
    pub stdout: Vec<u8>,
    /// At most the last 64 KiB.
    pub stderr: String,
    pub seconds: f64,
}

impl Ran {
    pub fn succeeded(&self) -> bool {
        self.exit == Exit::Code(0)
    }

    /// What a client printed as json.
    pub(super) fn json(&self) -> Result<serde_json::Value, Error> {
        serde_json::from_slice(&self.stdout).map_err(|error| Error::NotUnderstood {
            command: self.shown.clone(),
            place: self.place.clone(),
            reason: error.to_string(),
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// What the command said for itself: the last line of stderr, or of stdout where stderr is empty.
    pub fn complaint(&self) -> String {
        let last = |text: &str| text.trim().lines().next_back().map(str::to_owned);
        let stderr = last(&self.stderr).filter(|line| !line.is_empty());
        stderr.or_else(|| last(&self.text())).unwrap_or_default()
    }
}
