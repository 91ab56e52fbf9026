//! `pg_service.conf`: libpq's file of named addresses.

use std::path::{Path, PathBuf};

use super::super::env::Env;
use super::problem::Problem;
use super::words::{self, Words};

/// Where packages of libpq look for the file of the whole machine.
const SYSTEM_FOLDERS: [&str; 7] = [
    "/etc/postgresql-common",
    "/etc/sysconfig/pgsql",
    "/etc/postgresql",
    "/etc",
    "/usr/local/etc/postgresql",
    "/opt/homebrew/etc/postgresql",
    "/usr/local/pgsql/etc",
];

/// Gives `words` what the service of this name says and they do not say yet. `file` is the one
/// that was named; else the user's own is looked through, then the machine's.
pub fn apply(
    words: &mut Words,
    service: &str,
    file: Option<PathBuf>,
    env: &Env,
) -> Result<(), Problem> {
    let named = file.is_some();
    let own = file.or_else(|| Some(env.home()?.join(".pg_service.conf")));
    let files: Vec<_> = own.into_iter().chain(system_file(env)).collect();
    for (place, path) in files.iter().enumerate() {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                if read(words, service, path, &text)? {
                    return Ok(());
                }
            }
            Err(error) if place == 0 && named => {
                return Err(Problem::ServiceFile {
                    path: path.clone(),
                    reason: error.to_string(),
                });
            }
            Err(_) => {}
        }
    }
    Err(Problem::NoService {
        name: service.to_owned(),
        looked_in: files,
    })
}

fn system_file(env: &Env) -> Option<PathBuf> {
    const NAME: &str = "pg_service.conf";
    match env.get("PGSYSCONFDIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(Path::new(folder).join(NAME)),
        None => SYSTEM_FOLDERS
            .iter()
            .map(|folder| Path::new(folder).join(NAME))
            .find(|file| file.is_file()),
    }
}

/// Takes the words of one section; whether there is such a section.
fn read(words: &mut Words, service: &str, path: &Path, text: &str) -> Result<bool, Problem> {
    let mut found = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found {
                break;
            }
            found = section.strip_suffix(']') == Some(service);
        } else if found {
            let wrong = |reason: String| Problem::ServiceLine {
                path: path.to_owned(),
                line: number,
                reason,
            };
            let (word, value) = line
                .split_once('=')
                .ok_or_else(|| wrong("it is not of the form `word=value`".to_owned()))?;
            if word.starts_with("service") {
                return Err(wrong("a service cannot name another one".to_owned()));
            }
            let word = words::named(word).map_err(|problem| wrong(problem.to_string()))?;
            words.set_default(word, value);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# ours
[other]
host=elsewhere
[app]
host=db.example
 port=6000
dbname=app
dbname=second
nonsense=1
[app]
host=never
";

    #[test]
    fn a_section_gives_what_was_not_given() {
        let text = FILE.replace("nonsense=1\n", "");
        let mut words = Words::default();
        words.set("port", "7000".to_owned());
        assert!(read(&mut words, "app", Path::new("f"), &text).unwrap());
        let mut take = |word| words.take(word).unwrap();
        assert_eq!(take("host"), "db.example");
        assert_eq!(take("port"), "7000");
        assert_eq!(take("dbname"), "app");
        assert!(!read(&mut words, "ap", Path::new("f"), &text).unwrap());
    }

    #[test]
    fn a_wrong_line_is_named() {
        let read = |text: &str| {
            let outcome = read(&mut Words::default(), "app", Path::new("/f"), text);
            outcome.unwrap_err().to_string()
        };
        assert_eq!(
            read(FILE),
            "line 9 of the service file `/f` is wrong: unknown word `nonsense`"
        );
        assert_eq!(
            read("[app]\nservice=x"),
            "line 2 of the service file `/f` is wrong: a service cannot name another one"
        );
        assert_eq!(
            read("[app]\nhunter2"),
            "line 2 of the service file `/f` is wrong: it is not of the form `word=value`"
        );
    }
}
