//! Variables: `.env`, then what the process inherited. Nothing is ever put into the process's own
//! environment, where every child would inherit it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{Error, Remedy};

/// The variables of a project. `.env` wins over inherited ones, as `set -a; source .env` would have
/// it.
#[derive(Clone, Default)]
pub struct Env {
    /// Where `.env` is, or would be.
    file: PathBuf,
    found: bool,
    variables: BTreeMap<String, String>,
}

/// Names only: any value may be a secret.
impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("file", &self.file)
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}

impl Env {
    /// Reads `file` over `inherited`; a file that does not exist adds nothing.
    pub fn read(file: &Path, inherited: BTreeMap<String, String>) -> Result<Self, Error> {
        let mut env = Self {
            file: file.to_owned(),
            found: false,
            variables: inherited,
        };
        match std::fs::read_to_string(file) {
            Ok(text) => {
                env.found = true;
                env.take(&text)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => {
                let path = file.to_owned();
                return Err(Error::Read { path, source });
            }
        }
        Ok(env)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The home folder; `None` where the machine tells of none.
    pub fn home(&self) -> Option<PathBuf> {
        match self.get("HOME") {
            Some(home) if !home.is_empty() => Some(home.into()),
            _ => std::env::home_dir(),
        }
    }

    /// A path of the configuration: `~/` is the home folder, what is relative starts at `root`.
    pub fn path(&self, text: &str, root: &Path) -> PathBuf {
        match text.strip_prefix("~/").zip(self.home()) {
            Some((rest, home)) => home.join(rest),
            None => root.join(text),
        }
    }

    /// Whether the file itself was there.
    pub fn found(&self) -> bool {
        self.found
    }

    /// The advice for a variable, or a file, that is missing.
    pub fn remedy(&self) -> Remedy {
        let mut template = self.file.clone().into_os_string();
        template.push(".example");
        Remedy {
            env_file: self.file.clone(),
            env_file_exists: self.found,
            template: Some(PathBuf::from(template)).filter(|path| path.exists()),
        }
    }

    fn take(&mut self, text: &str) -> Result<(), Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok((name, value)) => self.variables.insert(name, value),
                Err(error) => return Err(self.rejected(text, &error)),
            };
        }
        Ok(())
    }

    /// dotenvy's own message shows the line, and with it the secret; ours shows its number.
    fn rejected(&self, text: &str, error: &dotenvy::Error) -> Error {
        let wrong = match error {
            dotenvy::Error::LineParse(wrong, _) => wrong.as_str(),
            _ => "",
        };
        let before = text.find(wrong).map_or("", |at| &text[..at]);
        Error::EnvLine {
            path: self.file.clone(),
            line: 1 + before.matches('\n').count(),
        }
    }
}

/// What this process inherited; names and values that are no UTF-8 cannot be written in
/// `runner.toml` and are left out.
pub fn inherited() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Env, Error> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, text).unwrap();
        let inherited = [("A", "inherited"), ("B", "inherited")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Env::read(&file, inherited.into())
    }

    #[test]
    fn the_file_wins_over_what_was_inherited() {
        let env = read("\u{feff}# comment\nA=file\nexport C='x $y'\nA=last\n").unwrap();
        assert_eq!(env.get("A"), Some("last"));
        assert_eq!(env.get("B"), Some("inherited"));
        assert_eq!(env.get("C"), Some("x $y"));
        assert_eq!(env.get("D"), None);
    }

    #[test]
    fn a_wrong_line_is_named_without_its_content() {
        for (text, line) in [
            ("A=1\nhunter2\n", 2),
            ("A=1\n\nB=hunter2 word\n", 3),
            ("B=it's hunter2\n", 1),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(&format!(".env:{line}`")), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
