//! The prompt: lines of Lua and SQL, and commands that begin with a backslash, one after another.
//!
//! The line editor blocks a thread of its own; what was typed is run here, in the runtime, each line with an
//! interruption of its own.

mod above;
mod assistant;
mod awaited;
pub mod catalogue;
pub mod classify;
pub mod command;
pub mod complete;
pub mod describe;
mod editor;
pub mod highlight;
mod history;
mod input;
mod kept;
mod known;
mod lua;
pub mod names;
mod prompt;
mod record;
mod results;
mod session;
mod sorted;
mod source;
mod sql;
mod tokens;
mod trouble;
mod watch;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use crate::api::RunOptions;
use crate::host::{Failure, Kind, Location};
use crate::interrupt::{self, Interrupt, SIGINT};
use crate::progress::Event;
use crate::ui::Console;
use crate::ui::results::Format;
use input::{Next, Piece, Syntax};
use known::Known;
use session::Session;
use source::{Source, Typed};

pub use trouble::Trouble;

type Result<T = (), E = Trouble> = std::result::Result<T, E>;
type Context = Arc<crate::api::Context>;

/// What is needed to begin.
pub struct Start {
    pub options: RunOptions,
    /// The targets to open; the first one is where SQL goes.
    pub targets: Vec<String>,
    /// On a terminal: with a prompt, and going on behind a failure.
    pub terminal: bool,
    pub console: Arc<Console>,
    /// How results are printed.
    pub format: Format,
    /// Prints the report of what went wrong.
    pub report: Box<dyn Fn(&Failure) + Send + Sync>,
}

/// What follows a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    GoesOn,
    /// The session ends with this exit code.
    Ends(i32),
    /// This is run as if it had been typed.
    Runs(String),
    /// The same with a file of SQL.
    RunsFile(std::path::PathBuf),
}

const FAILED: i32 = 1;

/// Reads and runs lines until there are no more; gives the exit code.
pub async fn run(start: Start) -> Result<i32> {
    let Start {
        options,
        targets,
        terminal,
        console,
        format,
        report,
    } = start;
    let interrupt = options.interrupt.clone();
    let known = Known::default();
    let mut source = Source::open(&options.project.root, terminal, known.clone(), &console)?;
    let mut session = Session::open(options, console, format, terminal, known)?;
    let opened = open_all(&mut session, &targets).await;
    let mut prompt = Prompt {
        interrupt,
        terminal,
        report,
    };
    let code = match opened {
        Err(trouble) if !terminal => prompt.code_of(&trouble),
        opened => {
            if let Err(trouble) = opened {
                prompt.tell(&session, trouble).await;
            }
            if terminal {
                session.note(Session::greeting());
            }
            prompt.run(&mut session, &mut source).await
        }
    };
    match session.close().await {
        Err(trouble) if code == 0 => {
            (prompt.report)(&trouble);
            Ok(FAILED)
        }
        _ => Ok(code),
    }
}

async fn open_all(session: &mut Session, targets: &[String]) -> Result {
    for name in targets {
        session.open_target(name).await?;
        if session.current().is_none() {
            session.take_target(name)?;
        }
    }
    Ok(())
}

/// How lines are read, and what happens when one fails.
struct Prompt {
    interrupt: Interrupt,
    terminal: bool,
    report: Box<dyn Fn(&Failure) + Send + Sync>,
}

impl Prompt {
    async fn run(&mut self, session: &mut Session, source: &mut Source) -> i32 {
        let syntax = Syntax::new();
        loop {
            session.tell_known();
            let Some(typed) = self.read(session, source, &syntax).await else {
                source.abandon();
                return self.ended_by_signal();
            };
            let text = match typed {
                Typed::Text(text) => text,
                Typed::Dropped => continue,
                Typed::End => match session.may_leave().await {
                    Ok(false) => continue,
                    // Ctrl-C at the question is a no, and where there is nobody to ask the session is over.
                    Err(trouble) if sql::is_stopped(&trouble) => continue,
                    _ => return 0,
                },
                Typed::Gone(reason) => {
                    (self.report)(&Trouble::failed(format!("no line can be read: {reason}")));
                    return FAILED;
                }
            };
            let ran = run_text(session, source, &syntax, &text).await;
            // Only behind it is all known that is a secret in it: the address of a webhook, say.
            source.remember(&text);
            match ran {
                Ok(Some(code)) => return code,
                Ok(None) => {}
                Err(trouble) => {
                    if let Some(code) = self.failed(session, trouble).await {
                        return code;
                    }
                }
            }
        }
    }

    /// What is typed next; nothing where a signal ends the session.
    async fn read(&self, session: &Session, source: &mut Source, syntax: &Syntax) -> Option<Typed> {
        let mut reading = std::pin::pin!(source.read(session.prompt(), syntax));
        loop {
            tokio::select! {
                biased;
                () = interrupt::interrupted() => {}
                typed = &mut reading => return Some(typed),
            }
            // Of a SIGINT that no key has sent, somebody who types takes no notice.
            if self.interrupt.signal() != SIGINT || !self.terminal {
                return None;
            }
            self.interrupt.renew();
        }
    }

    /// Tells what went wrong; the exit code, where that is the end.
    async fn failed(&self, session: &mut Session, trouble: Trouble) -> Option<i32> {
        if let Kind::Exit(code) = trouble.kind {
            return Some(code);
        }
        if self.interrupt.is_tripped() && self.interrupt.signal() != SIGINT {
            return Some(self.ended_by_signal());
        }
        let code = self.code_of(&trouble);
        self.interrupt.renew();
        self.tell(session, trouble).await;
        if !self.terminal {
            return Some(code);
        }
        if let Err(trouble) = session.mend().await {
            (self.report)(&trouble);
        }
        None
    }

    async fn tell(&self, session: &Session, mut trouble: Trouble) {
        if self.terminal && sql::is_stopped(&trouble) {
            session.note("interrupted");
        } else {
            session.advise(&mut trouble).await;
            trouble.hide_secrets();
            (self.report)(&trouble);
        }
        for note in session.lua.take_notes() {
            session.context().tell(&Event::Warning(note));
        }
    }

    fn code_of(&self, trouble: &Trouble) -> i32 {
        match trouble.kind {
            Kind::Interrupted => trouble.exit_code(self.interrupt.signal()),
            _ => FAILED,
        }
    }

    fn ended_by_signal(&self) -> i32 {
        128 + self.interrupt.signal()
    }
}

/// Runs all that was typed at once, up to the first failure; the exit code, where that ends the session.
async fn run_text(
    session: &mut Session,
    source: &mut Source,
    syntax: &Syntax,
    text: &str,
) -> Result<Option<i32>> {
    let mut rest = text;
    loop {
        let (piece, behind) = match syntax.next(rest) {
            Next::Nothing => return Ok(None),
            Next::Piece(piece, behind) => (piece, behind),
            Next::Partial => match syntax.last(rest) {
                Some(piece) => (piece, ""),
                None => return Ok(None),
            },
        };
        let place = source.place(&text[..piece.offset(text, rest)]);
        let data = piece.data(behind);
        let is_lua = matches!(piece, Piece::Lua(_));
        source.hold(data.unwrap_or_default());
        let ran = run_piece(session, source, piece, place.as_ref()).await;
        let left = source.release();
        let flow = ran.map_err(|trouble| match &place {
            // A statement in a line of Lua begins anywhere in it.
            Some(place) if !is_lua || trouble.statement.is_none() => trouble.at(place),
            _ => trouble,
        })?;
        let ended = match flow {
            Flow::GoesOn if data.is_some() => {
                return Box::pin(run_left(session, source, syntax, &left)).await;
            }
            Flow::GoesOn => None,
            Flow::Ends(code) => Some(code),
            Flow::Runs(text) => Box::pin(run_text(session, source, syntax, &text)).await?,
            Flow::RunsFile(path) => Box::pin(run_file(session, &path)).await?,
        };
        if ended.is_some() {
            return Ok(ended);
        }
        rest = behind;
    }
}

/// Runs what data has left of the lines behind it, which is no longer a part of the text. What is not whole may have
/// been meant to go on.
async fn run_left(
    session: &mut Session,
    source: &mut Source,
    syntax: &Syntax,
    text: &str,
) -> Result<Option<i32>> {
    let whole = syntax.whole(text);
    let ended = run_text(session, source, syntax, whole).await?;
    if ended.is_none() && whole.len() < text.len() {
        return Err(Trouble::failed(
            "what stands last behind the data is not whole, and was not run",
        ));
    }
    Ok(ended)
}

/// `place` is where the piece begins, in what nobody types.
async fn run_piece(
    session: &mut Session,
    source: &mut Source,
    piece: Piece,
    place: Option<&Location>,
) -> Result<Flow> {
    session.begin_line();
    match piece {
        Piece::Lua(text) => {
            let flow = session.run_lua(&text, place).await;
            session.tell_ran(&text).await;
            flow
        }
        Piece::Sql { text, then } => {
            let flow = session.run_sql(&text, then.as_deref(), source).await;
            session.tell_ran(&text).await;
            flow
        }
        Piece::Command(line) => command::run(session, source, &line).await,
    }
}

/// Runs a file of SQL as if it had been typed; an error tells its line.
async fn run_file(session: &mut Session, path: &Path) -> Result<Option<i32>> {
    let name = crate::host::shown(path);
    let unreadable =
        |reason: &dyn Display| Trouble::failed(format!("cannot read `{name}`: {reason}"));
    let file = tokio::fs::File::open(path).await;
    let file = file.map_err(|error| unreadable(&error))?;
    let syntax = Syntax::of_sql();
    let mut source = Source::of_file(name.clone(), file);
    loop {
        match source.read(editor::Prompt::default(), &syntax).await {
            Typed::Text(text) => {
                if let Some(code) = run_text(session, &mut source, &syntax, &text).await? {
                    return Ok(Some(code));
                }
            }
            Typed::Gone(reason) => return Err(unreadable(&reason)),
            Typed::Dropped | Typed::End => return Ok(None),
        }
    }
}
