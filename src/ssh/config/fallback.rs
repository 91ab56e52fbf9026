//! A reader of `ssh_config` for machines without an OpenSSH client.
//!
//! It knows `Host` with patterns, `Include`, quotes, tabs, `Key=Value` and `%h` in `HostName`; the first value of a
//! keyword wins. It refuses `Match`, since guessing a condition wrongly would connect to the wrong place.

use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::{home, local_user};
use crate::ssh::destination::Destination;
use crate::ssh::error::Error;
use crate::ssh::pattern;

const DEEPEST_INCLUDE: usize = 16;
const SYSTEM_FILE: &str = "/etc/ssh/ssh_config";
const DEFAULT_KEYS: [&str; 3] = ["id_rsa", "id_ecdsa", "id_ed25519"];

/// The settings of a host from `file`, or else from the user's file and the system's.
pub fn settings(
    destination: &Destination,
    jumps: Option<&str>,
    file: Option<&Path>,
) -> Result<Settings, Error> {
    let mut reader = Reader {
        host: &destination.host,
        settings: Settings::default(),
    };
    // What the destination itself says wins, so it comes first.
    let port = destination.port.map(|port| port.to_string());
    let given = [
        ("user", destination.user.as_deref()),
        ("port", port.as_deref()),
        ("proxyjump", jumps),
    ];
    for (key, value) in given {
        if let Some(value) = value {
            reader.settings.add(key, value);
        }
    }
    if let Some(file) = file {
        reader.file(file, &folder_of(file), 0)?;
    } else {
        let user = home().join(".ssh/config");
        for file in [user, PathBuf::from(SYSTEM_FILE)] {
            if file.exists() {
                reader.file(&file, &folder_of(&file), 0)?;
            }
        }
    }
    Ok(with_defaults(reader.settings, &destination.host))
}

/// Where relative includes of `file` start: for a file given by name, where those of the user's own would.
fn folder_of(file: &Path) -> PathBuf {
    if file.starts_with("/etc/ssh") {
        PathBuf::from("/etc/ssh")
    } else {
        home().join(".ssh")
    }
}

/// Adds what `ssh -G` would have printed besides.
fn with_defaults(mut settings: Settings, host: &str) -> Settings {
    let name = settings
        .first("hostname")
        .unwrap_or(host)
        .replace("%h", host)
        .replace("%%", "%");
    let mut full = Settings::default();
    full.add("hostname", &name);
    if settings.first("identityfile").is_none() {
        for key in DEFAULT_KEYS {
            settings.add("identityfile", &format!("~/.ssh/{key}"));
        }
    }
    settings.add("user", &local_user());
    settings.add(
        "userknownhostsfile",
        "~/.ssh/known_hosts ~/.ssh/known_hosts2",
    );
    settings.add(
        "globalknownhostsfile",
        "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2",
    );
    full.append(settings);
    full
}

struct Reader<'a> {
    host: &'a str,
    settings: Settings,
}

impl Reader<'_> {
    fn file(&mut self, file: &Path, folder: &Path, depth: usize) -> Result<(), Error> {
        let text = std::fs::read_to_string(file).map_err(|error| Error::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
        let mut applies = true;
        for (number, line) in (1..).zip(text.lines()) {
            let wrong = |reason: String| Error::ConfigLine {
                file: file.to_owned(),
                line: number,
                reason,
            };
            let (key, values) = words(line).map_err(|reason| wrong(reason.to_owned()))?;
            match key.as_str() {
                "" => {}
                "host" => {
                    applies = pattern::list_matches(values.iter().map(String::as_str), self.host);
                }
                "match" => {
                    return Err(wrong(
                        "`Match` needs an OpenSSH client to be understood; install one (`ssh`)"
                            .to_owned(),
                    ));
                }
                "include" if depth >= DEEPEST_INCLUDE => {
                    return Err(wrong("`Include` goes round in circles".to_owned()));
                }
                "include" if applies => {
                    for value in &values {
                        for included in glob(value, folder) {
                            self.file(&included, folder, depth + 1)?;
                        }
                    }
                }
                _ if applies => self.settings.add(&key, &values.join(" ")),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The keyword in lower case and its values; an empty keyword for a blank line or a comment.
fn words(line: &str) -> Result<(String, Vec<String>), &'static str> {
    let line = line.trim();
    if line.starts_with('#') {
        return Ok((String::new(), Vec::new()));
    }
    let end = line
        .find(|c: char| c.is_whitespace() || c == '=')
        .unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let mut values = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    for c in rest.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            None if c.is_whitespace() => values.extend(current.take()),
            None if c == '#' && current.is_none() => break,
            _ => current.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    values.extend(current);
    Ok((key.to_ascii_lowercase(), values))
}

/// The files an `Include` means, in the order of their names. Wildcards may stand in the last part of the path.
fn glob(value: &str, folder: &Path) -> Vec<PathBuf> {
    let path = match value.strip_prefix("~/") {
        Some(rest) => home().join(rest),
        None => folder.join(value),
    };
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return Vec::new();
    };
    if !name.contains(['*', '?']) {
        return if path.exists() {
            vec![path]
        } else {
            Vec::new()
        };
    }
    let entries = path.parent().map(std::fs::read_dir);
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .flatten()
        .filter(|entry| {
            let entry = entry.file_name();
            let entry = entry.to_string_lossy();
            !entry.starts_with('.') && pattern::matches(&name, &entry)
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, host: &str) -> Result<Settings, Error> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        std::fs::write(folder.path().join("extra"), "Host hz\n  Port 2222\n").unwrap();
        let text = text.replace("FOLDER", folder.path().to_str().unwrap());
        std::fs::write(&file, text).unwrap();
        settings(&Destination::parse(host).unwrap(), None, Some(&file))
    }

    #[test]
    fn the_first_value_wins_and_identity_files_add_up() {
        let settings = read(
            "# mine\nHost hz other !hz2\n\tHostName=%h.example.com\n  User \"ada l\"\n\
             IdentityFile ~/.ssh/one\nHost *\nUser nobody\nIdentityFile ~/.ssh/two\n",
            "hz",
        )
        .unwrap();
        assert_eq!(settings.first("hostname"), Some("hz.example.com"));
        assert_eq!(settings.first("user"), Some("ada l"));
        let config = settings.host("hz", &Destination::parse("hz").unwrap(), None);
        assert_eq!(config.identity_files.len(), 2);
    }

    #[test]
    fn an_include_applies_inside_its_host_block() {
        let text = "Host hz\nInclude FOLDER/ext*\nHost *\nPort 99\n";
        assert_eq!(read(text, "hz").unwrap().first("port"), Some("2222"));
        assert_eq!(read(text, "else").unwrap().first("port"), Some("99"));
    }

    #[test]
    fn what_the_destination_says_wins() {
        let settings = read("Host *\nUser nobody\nPort 9\n", "ada@hz:77").unwrap();
        assert_eq!(settings.first("user"), Some("ada"));
        assert_eq!(settings.first("port"), Some("77"));
    }

    #[test]
    fn a_match_block_is_refused_with_its_line() {
        let error = read("Host a\nMatch host hz\nUser x\n", "hz").unwrap_err();
        assert!(error.to_string().contains("config:2: `Match`"), "{error}");
    }
}
