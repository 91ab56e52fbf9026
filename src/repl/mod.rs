//! The prompt: lines of Lua and SQL, and commands that begin with a backslash, one after another.
//!
//! The line editor blocks a thread of its own; what was typed is run here, in the runtime, each line with an
//! interruption of its own.

pub mod catalogue;
pub mod classify;
pub mod command;
pub mod complete;
pub mod describe;
mod editor;
pub mod highlight;
mod history;
mod input;
mod lua;
pub mod names;
mod prompt;
mod session;
mod source;
mod sql;
mod tokens;
mod trouble;

use std::sync::Arc;

use crate::api::RunOptions;
use crate::host::{Failure, Kind};
use crate::interrupt;
use crate::progress::Event;
use input::{Next, Piece, Syntax};
use session::Session;
use source::{Source, Typed};

pub use trouble::Trouble;

type Result<T = (), E = Trouble> = std::result::Result<T, E>;

/// What is needed to begin.
pub struct Start {
    pub options: RunOptions,
    /// The targets to open; the first one is where SQL goes.
    pub targets: Vec<String>,
    /// On a terminal: with a prompt, and going on behind a failure.
    pub terminal: bool,
    /// Whether the prompt may have colours.
    pub colour: bool,
    /// Prints the report of what went wrong.
    pub report: Box<dyn Fn(&Failure) + Send + Sync>,
}

/// Whether there is a next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    GoesOn,
    Ends(i32),
}

/// Reads and runs lines until there are no more; gives the exit code.
pub async fn run(start: Start) -> Result<i32> {
    let Start {
        options,
        targets,
        terminal,
        colour,
        report,
    } = start;
    let interrupt = options.interrupt.clone();
    let mut source = Source::open(&options.project.root, terminal)?;
    let mut session = Session::open(options, terminal, colour)?;
    for name in &targets {
        if let Err(trouble) = session.open_target(name).await {
            report(&trouble);
            if !terminal {
                session.close().await;
                return Ok(trouble.exit_code(interrupt.signal()));
            }
        }
    }
    if let Some(first) = targets.first() {
        session.take_target(first);
    }
    if terminal {
        session.context().tell(&Event::Note(session.greeting()));
    }
    let code = read_lines(&mut session, &mut source, terminal, &*report).await;
    session.close().await;
    Ok(code)
}

async fn read_lines(
    session: &mut Session,
    source: &mut Source,
    terminal: bool,
    report: &(dyn Fn(&Failure) + Send + Sync),
) -> i32 {
    let syntax = Syntax::new();
    loop {
        let interrupt = session.context().options.interrupt.clone();
        let typed = tokio::select! {
            biased;
            typed = source.read(session.prompt(), &syntax) => typed,
            () = interrupt::interrupted() => {
                if interrupt.signal() == 2 {
                    interrupt.renew();
                    continue;
                }
                return 128 + interrupt.signal();
            }
        };
        let text = match typed {
            Typed::Text(text) => text,
            Typed::Dropped => continue,
            Typed::End => match session.may_leave().await {
                Ok(true) => return 0,
                _ => continue,
            },
        };
        source.remember(&text);
        match run_text(session, source, &syntax, &text).await {
            Ok(Flow::GoesOn) => {}
            Ok(Flow::Ends(code)) => return code,
            Err(trouble) => {
                if let Kind::Exit(code) = trouble.kind {
                    return code;
                }
                report(&trouble);
                if !terminal {
                    return trouble.exit_code(interrupt.signal());
                }
                if ![0, 2].contains(&interrupt.signal()) {
                    return 128 + interrupt.signal();
                }
            }
        }
    }
}

/// Runs all that was typed at once, up to the first failure.
async fn run_text(
    session: &mut Session,
    source: &mut Source,
    syntax: &Syntax,
    text: &str,
) -> Result<Flow> {
    let mut rest = text;
    loop {
        let (piece, behind) = match syntax.next(rest) {
            Next::Nothing => return Ok(Flow::GoesOn),
            Next::Piece(piece, behind) => (piece, behind),
            Next::Partial => match input::last(rest) {
                Some(piece) => (piece, ""),
                None => return Ok(Flow::GoesOn),
            },
        };
        rest = behind;
        session.begin_line();
        let flow = match piece {
            Piece::Lua(text) => session.run_lua(&text).await?,
            Piece::Sql { text, then } => session.run_sql(&text, then.as_deref(), source).await?,
            Piece::Command(line) => command::run(session, &line).await?,
        };
        if flow != Flow::GoesOn {
            return Ok(flow);
        }
    }
}

/// The reporter and all else that a session has, in one handle.
type Context = Arc<crate::api::Context>;
