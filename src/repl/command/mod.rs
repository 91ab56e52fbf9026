//! Commands that begin with a backslash: one entry each, by which they are found, listed and explained.

use futures_util::future::BoxFuture;

use super::session::Session;
use super::{Flow, Result};
use crate::progress::{Cell, Column, Event, Table};

/// A command with its words.
pub type Run = for<'a> fn(&'a mut Session, Words) -> BoxFuture<'a, Result<Flow>>;

pub struct Command {
    pub name: &'static str,
    /// As help shows them: `[TARGET]`.
    pub arguments: &'static str,
    pub help: &'static str,
    pub run: Run,
}

/// What stands behind the name of a command.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The name as it was typed: `d+`.
    pub name: String,
    pub text: String,
}

impl Words {
    pub fn first(&self) -> Option<&str> {
        self.text.split_whitespace().next()
    }
}

/// All of them, in the order of help.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "c",
        arguments: "TARGET",
        help: "have statements go to TARGET; those that are open stay so",
        run: |session, words| Box::pin(switch(session, words)),
    },
    Command {
        name: "?",
        arguments: "",
        help: "list the commands",
        run: |session, _| Box::pin(async move { Ok(help(session)) }),
    },
    Command {
        name: "q",
        arguments: "",
        help: "leave",
        run: |session, _| Box::pin(leave(session)),
    },
];

/// Runs the command of a line, which stands there without its backslash.
pub async fn run(session: &mut Session, line: &str) -> Result<Flow> {
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    let words = Words {
        name: line[..end].to_owned(),
        text: line[end..]
            .trim()
            .trim_end_matches(';')
            .trim_end()
            .to_owned(),
    };
    match COMMANDS.iter().find(|command| command.name == words.name) {
        Some(command) => (command.run)(session, words).await,
        None => {
            let known = COMMANDS.iter().map(|command| command.name);
            Err(Session::unknown("command", &words.name, known))
        }
    }
}

async fn switch(session: &mut Session, words: Words) -> Result<Flow> {
    if let Some(name) = words.first() {
        session.open_target(name).await?;
        session.take_target(name);
    }
    Ok(Flow::GoesOn)
}

fn help(session: &Session) -> Flow {
    let row = |command: &Command| {
        let name = format!("\\{} {}", command.name, command.arguments);
        vec![Cell::plain(name.trim_end()), Cell::plain(command.help)]
    };
    session.context().tell(&Event::Show(Table {
        title: String::new(),
        columns: vec![Column::left("command"), Column::left("what it does")],
        rows: COMMANDS.iter().map(row).collect(),
    }));
    Flow::GoesOn
}

async fn leave(session: &Session) -> Result<Flow> {
    Ok(if session.may_leave().await? {
        Flow::Ends(0)
    } else {
        Flow::GoesOn
    })
}
