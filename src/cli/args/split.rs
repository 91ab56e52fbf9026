//! Whose each word of the command line is: ours, or the playbook's.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{Stop, usage};
use crate::config::did_you_mean;

/// The words of the command line by whose they are.
#[derive(Default)]
pub struct Split {
    /// Options and the subcommand with what belongs to it.
    pub ours: Vec<OsString>,
    pub file: Option<PathBuf>,
    /// The playbook's.
    pub words: Vec<OsString>,
}

impl Split {
    pub fn of(
        clap: &clap::Command,
        words: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, Stop> {
        let mut split = Self::default();
        let mut words = words.into_iter();
        let mut sandbox = false;
        while let Some(word) = words.next() {
            let option = option_of(clap, &word);
            let foreign = split.file.is_some() && option.is_none();
            let positional = !word.as_encoded_bytes().starts_with(b"-");
            if foreign {
                let ends_options = word == "--";
                split.words.push(word);
                if ends_options {
                    split.words.extend(words.by_ref());
                }
            } else if !positional {
                split.ours.push(word);
                match option {
                    Some(Takes::Nothing) => {}
                    Some(Takes::NextWord) => split.ours.extend(words.next()),
                    // `--help`, or a slip: clap answers before it reads further.
                    None => split.ours.extend(words.by_ref()),
                }
            } else if !sandbox && clap.find_subcommand(&word).is_some() {
                sandbox = word == "sandbox";
                split.ours.push(word);
                if !sandbox {
                    // No other command takes a playbook, so all that follows is clap's.
                    split.ours.extend(words.by_ref());
                }
            } else {
                split.file = Some(playbook_file(clap, &word)?);
            }
        }
        Ok(split)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    NextWord,
}

/// Whether `word` is one of our options, and whether its value is the next word.
fn option_of(clap: &clap::Command, word: &OsStr) -> Option<Takes> {
    let word = word.to_string_lossy();
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long
            .split_once('=')
            .map_or((long, None), |(name, value)| (name, Some(value)));
        let arg = clap
            .get_arguments()
            .find(|arg| arg.get_long() == Some(name))?;
        let next = value.is_none() && arg.get_action().takes_values();
        return Some(if next {
            Takes::NextWord
        } else {
            Takes::Nothing
        });
    }
    let letters = word
        .strip_prefix('-')
        .filter(|letters| !letters.is_empty())?;
    let ours = |letter| {
        clap.get_arguments()
            .any(|arg| arg.get_short() == Some(letter))
    };
    letters.chars().all(ours).then_some(Takes::Nothing)
}

fn playbook_file(clap: &clap::Command, word: &OsStr) -> Result<PathBuf, Stop> {
    let path = Path::new(word);
    if path.extension().is_some_and(|extension| extension == "lua") {
        return Ok(path.to_owned());
    }
    let shown = path.display();
    let near = [
        path.with_extension("lua"),
        Path::new("playbooks").join(path).with_extension("lua"),
    ];
    let hint = match near.iter().find(|file| file.is_file()) {
        Some(file) => format!(", did you mean `{}`", file.display()),
        None => did_you_mean(
            &word.to_string_lossy(),
            clap.get_subcommands().map(clap::Command::get_name),
        ),
    };
    Err(usage(&format!(
        "`{shown}` is neither a command nor a `.lua` file{hint}"
    )))
}
