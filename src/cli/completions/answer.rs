//! What may stand where the cursor is.

use std::path::{Path, PathBuf};

use clap::{Arg, Command, ValueHint};

use super::super::{args, list};
use crate::config::{LoadOptions, Project, load, short};
use crate::docs::{self, Declared, Param};

/// Words with their descriptions, and the files that fit as well.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub words: Vec<(String, String)>,
    pub files: Option<Files>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    Any,
    Lua,
    Folders,
}

/// The answer for the last of the words; those before it say what it can be.
pub fn answer(words: &[String]) -> Answer {
    let clap = args::clap();
    let (current, before) = match words.split_last() {
        Some((current, before)) => (current.as_str(), before),
        None => ("", words),
    };
    let mut line = Line::of(&clap);
    for word in before {
        line.read(word);
    }
    let mut answer = line.answer(current);
    answer.words.retain(|(word, _)| word.starts_with(current));
    answer
}

/// What the words before the cursor have said.
struct Line<'a> {
    clap: &'a Command,
    command: Option<&'a Command>,
    file: Option<PathBuf>,
    declared: Declared,
    /// How many words without a name the command or the playbook has.
    positionals: usize,
    /// The option whose value comes next.
    waiting: Option<Waiting<'a>>,
    /// `--` stands before.
    plain: bool,
    config: Option<PathBuf>,
}

enum Waiting<'a> {
    Ours(&'a Arg),
    Playbooks(Param),
}

impl<'a> Line<'a> {
    fn of(clap: &'a Command) -> Self {
        Self {
            clap,
            command: None,
            file: None,
            declared: Declared::default(),
            positionals: 0,
            waiting: None,
            plain: false,
            config: None,
        }
    }

    fn read(&mut self, word: &str) {
        match self.waiting.take() {
            Some(Waiting::Ours(option)) if option.get_id() == "config" => {
                self.config = Some(word.into());
            }
            Some(_) => {}
            None if self.plain => self.positionals += 1,
            None if word == "--" => self.plain = true,
            None if word.starts_with('-') => {
                if let Some(config) = word.strip_prefix("--config=") {
                    self.config = Some(config.into());
                }
                self.waiting = self.option(word).filter(|_| !word.contains('='));
            }
            None => self.positional(word),
        }
    }

    fn positional(&mut self, word: &str) {
        let takes_file = self
            .command
            .is_none_or(|command| command.get_name() == "sandbox");
        let command = self.clap.find_subcommand(word);
        match command {
            Some(command) if self.command.is_none() && self.file.is_none() => {
                self.command = Some(command);
            }
            _ if takes_file && self.file.is_none() => {
                self.declared = docs::declared(&std::fs::read_to_string(word).unwrap_or_default());
                self.file = Some(word.into());
            }
            _ => self.positionals += 1,
        }
    }

    /// The option that `word` names, where that takes a value.
    fn option(&self, word: &str) -> Option<Waiting<'a>> {
        let name = word.split('=').next().unwrap_or(word);
        let named = |arg: &&Arg| {
            let long = arg
                .get_long()
                .is_some_and(|long| name.strip_prefix("--") == Some(long));
            long || arg
                .get_short()
                .is_some_and(|short| name == format!("-{short}"))
        };
        if let Some(arg) = self.options().find(named) {
            return arg
                .get_action()
                .takes_values()
                .then_some(Waiting::Ours(arg));
        }
        let params = self.declared.params.iter();
        let mut valued = params.filter(|param| param.kind != "boolean");
        let param = valued.find(|param| flag(&param.name) == name)?;
        Some(Waiting::Playbooks(param.clone()))
    }

    fn options(&self) -> impl Iterator<Item = &'a Arg> + use<'a> {
        let all = self.command.unwrap_or(self.clap).get_arguments();
        all.filter(|arg| !arg.is_positional() && !arg.is_hide_set())
    }

    fn answer(&self, current: &str) -> Answer {
        if let Some(waiting) = &self.waiting {
            return self.values(waiting, current);
        }
        if let Some((name, value)) = current.split_once('=')
            && let Some(waiting) = self.option(name)
        {
            let mut answer = self.values(&waiting, value);
            for (word, _) in &mut answer.words {
                *word = format!("{name}={word}");
            }
            return answer;
        }
        if current.starts_with('-') && !self.plain {
            return words(self.names());
        }
        self.positional_answer(current)
    }

    /// All options that may stand here.
    fn names(&self) -> Vec<(String, String)> {
        let ours = self
            .options()
            .filter_map(|arg| Some((format!("--{}", arg.get_long()?), about(arg))));
        let mut names: Vec<_> = ours.collect();
        for param in &self.declared.params {
            names.push((flag(&param.name), param.help.clone()));
            if param.kind == "boolean" {
                names.push((flag(&format!("no-{}", param.name)), param.help.clone()));
            }
        }
        names
    }

    fn positional_answer(&self, current: &str) -> Answer {
        if self.file.is_some() {
            let params = &self.declared.params;
            let named = params
                .iter()
                .find(|param| Some(&param.name) == self.declared.positional.as_ref());
            let more = named.is_some_and(|param| self.positionals == 0 || param.kind == "list");
            return named
                .filter(|_| more)
                .map_or_else(Answer::default, |param| of_param(param, current));
        }
        match self.command {
            None => {
                let mut words = args::commands();
                words.extend(self.playbooks(current));
                Answer {
                    words,
                    files: Some(Files::Lua),
                }
            }
            Some(command) if command.get_name() == "sandbox" => Answer {
                words: self.playbooks(current),
                files: Some(Files::Lua),
            },
            Some(command) => match self.place(command) {
                Some(arg) => self.values(&Waiting::Ours(arg), current),
                None => Answer::default(),
            },
        }
    }

    /// The argument of the command at this place; the last one may take all that follow.
    fn place(&self, command: &'a Command) -> Option<&'a Arg> {
        let places: Vec<&Arg> = command.get_positionals().collect();
        if self.plain {
            return places.into_iter().find(|arg| arg.is_last_set());
        }
        let many = |arg: &&Arg| {
            arg.get_num_args()
                .is_some_and(|range| range.max_values() > 1)
        };
        let place = places.get(self.positionals).copied();
        place.filter(|arg| !arg.is_last_set()).or_else(|| {
            places
                .last()
                .copied()
                .filter(many)
                .filter(|arg| !arg.is_last_set())
        })
    }

    fn values(&self, waiting: &Waiting, current: &str) -> Answer {
        let arg = match waiting {
            Waiting::Playbooks(param) => return of_param(param, current),
            Waiting::Ours(arg) => arg,
        };
        let possible = arg.get_possible_values();
        if !possible.is_empty() {
            let named = |value: &clap::builder::PossibleValue| {
                let about = value
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                (value.get_name().to_owned(), about)
            };
            return words(possible.iter().map(named).collect());
        }
        let is_file = arg
            .get_value_names()
            .is_some_and(|names| names.iter().any(|name| name == "FILE"));
        let files = match arg.get_value_hint() {
            ValueHint::DirPath => Some(Files::Folders),
            ValueHint::CommandWithArguments => Some(Files::Any),
            _ if arg.get_id() == "files" => Some(Files::Lua),
            _ => is_file.then_some(Files::Any),
        };
        let words = match arg.get_id().as_str() {
            "target" | "targets" | "schema" => self.targets(),
            "name" => names(),
            _ => Vec::new(),
        };
        Answer { words, files }
    }

    fn project(&self) -> Option<Project> {
        let options = LoadOptions {
            config: self.config.clone(),
            env_file: None,
            start: PathBuf::from("."),
        };
        load(&options).ok()
    }

    fn targets(&self) -> Vec<(String, String)> {
        let project = self.project();
        let names = project.iter().flat_map(Project::target_names);
        names
            .map(|name| (name.to_owned(), "target".to_owned()))
            .collect()
    }

    /// Those of the project; where a path is begun the shell finds the files.
    fn playbooks(&self, current: &str) -> Vec<(String, String)> {
        if current.contains('/') {
            return Vec::new();
        }
        let root = self.project().map(|project| project.root);
        let files = root.map(|root| list::playbooks(&root)).unwrap_or_default();
        let listed = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            (
                short(Path::new(path)).to_string(),
                docs::declared(&text).summary,
            )
        };
        files.iter().map(listed).collect()
    }
}

fn words(words: Vec<(String, String)>) -> Answer {
    Answer { words, files: None }
}

/// What `runner help` tells about.
fn names() -> Vec<(String, String)> {
    let called = docs::entries().iter().filter(|entry| entry.is_called());
    let mut names = args::commands();
    names.extend(called.map(|entry| (entry.name.clone(), entry.summary.clone())));
    names
}

/// Values of a playbook's parameter; those of a list stand behind each other.
fn of_param(param: &Param, current: &str) -> Answer {
    let given = match param.kind.as_str() {
        "list" => current.rfind(',').map_or("", |comma| &current[..=comma]),
        _ => "",
    };
    let choices = match param.kind.as_str() {
        "boolean" => vec!["true".to_owned(), "false".to_owned()],
        _ => param.choices.clone(),
    };
    Answer {
        words: choices
            .into_iter()
            .map(|choice| (format!("{given}{choice}"), param.help.clone()))
            .collect(),
        files: (param.kind == "path").then_some(Files::Any),
    }
}

fn flag(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

fn about(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}
