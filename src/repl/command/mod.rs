//! Commands that begin with a backslash: one entry each, by which they are found, listed and explained.

mod files;
mod psql;
mod server;
mod switches;

use futures_util::future::LocalBoxFuture;

use super::session::Session;
use super::source::Source;
use super::{Flow, Result, Trouble, describe};
use crate::progress::{Cell, Column, Table};
use describe::Part;

pub use files::edit;

/// A command with its words, and where data for it comes from.
pub type Run =
    for<'a> fn(&'a mut Session, &'a mut Source, Words) -> LocalBoxFuture<'a, Result<Flow>>;

pub struct Command {
    pub name: &'static str,
    /// As help shows them: `[TARGET]`.
    pub arguments: &'static str,
    pub help: &'static str,
    /// `None` for those that describe, which are found by their letters.
    pub run: Option<Run>,
}

/// What stands behind the name of a command.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The name as it was typed: `d+`.
    pub name: String,
    pub text: String,
}

impl Words {
    /// From a line without its backslash.
    pub fn read(line: &str) -> Self {
        let end = line.find(char::is_whitespace).unwrap_or(line.len());
        let text = line[end..].trim().trim_end_matches(';').trim_end();
        // `\!ls`
        if let Some(command) = line.strip_prefix('!') {
            return Self {
                name: "!".to_owned(),
                text: command.trim().to_owned(),
            };
        }
        Self {
            name: line[..end].trim_end_matches(';').to_owned(),
            text: text.to_owned(),
        }
    }

    pub fn first(&self) -> Option<&str> {
        self.text.split_whitespace().next()
    }
}

macro_rules! command {
    ($name:literal, $arguments:literal, $help:literal, $run:path) => {
        Command {
            name: $name,
            arguments: $arguments,
            help: $help,
            run: Some(|session, source, words| Box::pin($run(session, source, words))),
        }
    };
    ($name:literal, $arguments:literal, $help:literal) => {
        Command {
            name: $name,
            arguments: $arguments,
            help: $help,
            run: None,
        }
    };
}

/// All of them, in the order of help.
pub const COMMANDS: &[Command] = &[
    command!(
        "c",
        "TARGET",
        "have statements go to TARGET; others stay open",
        server::switch
    ),
    command!(
        "conninfo",
        "",
        "what is open, and where statements go",
        server::conninfo
    ),
    command!(
        "write",
        "[MINUTES|off]",
        "allow a protected target to be written to",
        server::write
    ),
    command!(
        "tunnel",
        "[TARGET]",
        "open a way to a target for other programs",
        server::tunnel
    ),
    command!(
        "activity",
        "",
        "who does what in this database",
        server::activity
    ),
    command!("locks", "", "who waits for whom", server::locks),
    command!("kill", "PID", "terminate a backend", server::kill),
    command!(
        "trigger",
        "TABLE",
        "the triggers of a table, and whether they are on",
        server::trigger
    ),
    command!(
        "watermark",
        "",
        "how far tables have been promoted",
        server::watermark
    ),
    command!(
        "d",
        "[NAME]",
        "describe a relation, or list them (d+ tells more)"
    ),
    command!(
        "dt",
        "[PATTERN]",
        "list tables; dv views, dm materialized views, di indexes, ds sequences"
    ),
    command!("dn", "[PATTERN]", "list schemas"),
    command!(
        "df",
        "[PATTERN]",
        "list functions; sf NAME shows the source of one"
    ),
    command!("dT", "[PATTERN]", "list types; dx extensions"),
    command!("du", "[PATTERN]", "list roles; drds what is set for them"),
    command!(
        "dp",
        "[PATTERN]",
        "list privileges; ddp those to come, dD domains, da aggregates, db tablespaces, des servers"
    ),
    command!("l", "[PATTERN]", "list databases"),
    command!(
        "g",
        "[FILE or |COMMAND]",
        "run the last statement, its result to a file or command",
        files::run_again
    ),
    command!(
        "gx",
        "[FILE or |COMMAND]",
        "the same with rows as records",
        files::run_again
    ),
    command!(
        "gset",
        "[PREFIX]",
        "the same, the columns of its row into variables of Lua",
        files::run_again
    ),
    command!(
        "watch",
        "[SECONDS] [c=COUNT]",
        "run it again and again, until Ctrl-C",
        files::run_again
    ),
    command!(
        "e",
        "",
        "edit the last statement in $EDITOR, and run it",
        files::editor
    ),
    command!("i", "FILE", "run a file of SQL or Lua", files::include),
    command!(
        "!",
        "COMMAND",
        "run a command of the shell",
        files::run_shell
    ),
    command!(
        "o",
        "[FILE or |COMMAND]",
        "send results to a file or command; without, back here",
        files::output
    ),
    command!(
        "record",
        "FILE",
        "write what was done since as a playbook",
        files::record
    ),
    command!(
        "x",
        "[on|off|auto]",
        "show rows as records",
        switches::expanded
    ),
    command!(
        "timing",
        "[on|off]",
        "tell how long statements take",
        switches::timing
    ),
    command!("?", "", "list the commands", help),
    command!("q", "", "leave", leave),
];

/// Their names, for who completes them; what describes is there with `+`, too.
pub fn names() -> Vec<&'static str> {
    COMMANDS.iter().map(|command| command.name).collect()
}

/// Runs the command of a line, which stands there without its backslash.
pub async fn run(session: &mut Session, source: &mut Source, line: &str) -> Result<Flow> {
    let words = Words::read(line);
    let name = psql::own_name(&words.name);
    let found = COMMANDS.iter().find(|command| command.name == name);
    if let Some(run) = found.and_then(|command| command.run) {
        return run(session, source, words).await;
    }
    if describe::Command::parse(&words.name).is_some() {
        return describe(session, &words).await;
    }
    if let Some(instead) = psql::instead(&words.name) {
        let name = &words.name;
        return Err(Trouble::usage(format!("`\\{name}` is psql's: {instead}")));
    }
    let known = COMMANDS.iter().map(|command| command.name);
    Err(Session::unknown("command", &words.name, known))
}

async fn describe(session: &Session, words: &Words) -> Result<Flow> {
    let parts = describe::run(session.db()?.handle(), &words.name, &words.text).await?;
    for part in parts {
        match part {
            Part::Table(table) => session.results.table(&table)?,
            Part::Lines(lines) => session.results.print(&lines.join("\n"))?,
        }
    }
    Ok(Flow::GoesOn)
}

/// What is no command, and has to be known.
const BESIDE: &str = "`db` is the target, `_` the last result, where that is not more than 16 MB; `= x` is Lua and `; x` SQL, \
                      whatever `x` looks like; `help()` tells about Lua";

async fn help(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    let row = |command: &Command| {
        let name = format!("\\{} {}", command.name, command.arguments);
        vec![Cell::plain(name.trim_end()), Cell::plain(command.help)]
    };
    session.results.table(&Table {
        title: String::new(),
        columns: vec![Column::left("command"), Column::left("what it does")],
        rows: COMMANDS.iter().map(row).collect(),
    })?;
    session.note(BESIDE);
    Ok(Flow::GoesOn)
}

async fn leave(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    Ok(if session.may_leave().await? {
        Flow::Ends(0)
    } else {
        Flow::GoesOn
    })
}
