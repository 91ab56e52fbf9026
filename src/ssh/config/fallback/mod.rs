//! A reader of `ssh_config` for machines without an OpenSSH client.
//!
//! It knows `Host` with patterns, `Include`, quotes, tabs, `Key=Value`, times as `1h30m` and `%h` in `HostName`; the
//! first value of a keyword wins. The test beside it compares it with `ssh -G`. It refuses `Match`, since guessing a condition wrongly would connect to the wrong place.

mod values;
mod words;

use std::path::{Path, PathBuf};

use self::values::{rekey_limit, seconds};
use self::words::{Words, words};
use super::settings::Settings;
use super::{home, local_user};
use crate::ssh::destination::Destination;
use crate::ssh::error::Error;
use crate::ssh::pattern;

const DEEPEST_INCLUDE: usize = 16;
const SYSTEM_FILE: &str = "/etc/ssh/ssh_config";
const DEFAULT_KEYS: [&str; 5] = [
    "id_rsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
];

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
        .replace("%%", "%")
        .to_lowercase();
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
    fn set(&mut self, line: &Words) {
        let (key, values) = (line.key.as_str(), &line.values);
        // Of these two the one that comes first counts, even as `none`.
        let other = match key {
            "proxycommand" => "proxyjump",
            "proxyjump" => "proxycommand",
            _ => "",
        };
        if self.settings.first(other).is_some() {
            return;
        }
        match (key, &values[0]) {
            ("connecttimeout" | "serveraliveinterval", time) => {
                self.settings.add(key, &seconds(time));
            }
            ("rekeylimit", _) => self.settings.add(key, &rekey_limit(values)),
            ("proxycommand" | "knownhostscommand", _) => self.settings.add(key, line.rest),
            _ => self.settings.add(key, &values.join(" ")),
        }
    }

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
            let line = words(line).map_err(|reason| wrong(reason.to_owned()))?;
            let (key, values) = (&line.key, &line.values);
            match key.as_str() {
                "" => {}
                _ if values.is_empty() => return Err(wrong(format!("`{key}` has no value"))),
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
                    for value in values {
                        for included in glob(value, folder) {
                            self.file(&included, folder, depth + 1)?;
                        }
                    }
                }
                _ if applies => self.set(&line),
                _ => {}
            }
        }
        Ok(())
    }
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
mod tests;
