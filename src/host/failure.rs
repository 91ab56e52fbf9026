//! The error that leaves the machine: all a report needs, and nothing of Lua.

use std::fmt;

use mlua::{Lua, Value};

use super::error::{Error, ErrorObject, Field, Kind, Statement};
use super::location::{Frame, Location};
use super::state::State;
use super::{meant, point, raised};

/// Why a playbook ended.
#[derive(Debug, Clone)]
pub struct Failure {
    pub kind: Kind,
    /// Without the place, which is in `location`.
    pub message: String,
    pub location: Option<Location>,
    /// Where on that line, counted from 1 in characters; `None` where several places could be meant.
    pub column: Option<usize>,
    /// The line of Lua at `location`, where its text is known.
    pub source_line: Option<String>,
    /// Innermost first; only functions that come from files.
    pub trace: Vec<Frame>,
    pub fields: Vec<(&'static str, Field)>,
    pub statement: Option<Statement>,
    /// What to do now.
    pub help: Option<String>,
    /// What went wrong beside it, while unwinding.
    pub notes: Vec<String>,
    /// The error as the primitive raised it.
    error: Option<Error>,
}

impl Failure {
    /// An error that a primitive raised, or one from before the playbook ran.
    pub fn from_error(error: &Error, trace: Vec<Frame>, state: &State) -> Self {
        Self {
            kind: error.kind(),
            message: error.message().to_owned(),
            location: error.location().cloned(),
            column: None,
            source_line: None,
            trace,
            fields: error.fields().to_vec(),
            statement: error.statement().cloned(),
            help: error.help().map(str::to_owned),
            notes: Vec::new(),
            error: Some(error.clone()),
        }
        .aligned()
        .completed(state)
    }

    /// The innermost call begins where the error says it does, not on the last line of its statement.
    fn aligned(mut self) -> Self {
        if let (Some(location), Some(frame)) = (&self.location, self.trace.first_mut())
            && let Some(statement) = &self.statement
            && frame.location.file == location.file
        {
            let breaks = statement.text.matches('\n').count();
            let below = frame.location.line.checked_sub(location.line);
            if below == Some(breaks) || below == Some(breaks + 1) {
                frame.location.line = location.line;
            }
        }
        self
    }

    /// Any value raised by Lua; `text` is what `tostring` makes of it.
    pub(super) fn from_value(
        lua: &Lua,
        value: &Value,
        text: &str,
        trace: Vec<Frame>,
        state: &State,
    ) -> Self {
        if let Some(object) = value.as_userdata()
            && let Ok(object) = object.borrow::<ErrorObject>()
        {
            return Self::from_error(&object.0, trace, state);
        }
        let text = &raised::words(value, text);
        let (location, message) = split_place(text, &trace);
        let error = Error::failed(message).at(location);
        let failure = Self::from_error(&error, trace, state);
        Self {
            error: None,
            help: meant::help(lua, state, &failure),
            ..failure
        }
    }

    /// A chunk that did not compile.
    pub(super) fn from_syntax(error: mlua::Error, name: &str, state: &State) -> Self {
        let text = Error::from(error).message().to_owned();
        let (line, message) = split_line(&text).unwrap_or((1, &text));
        let location = Location {
            file: name.to_owned(),
            line,
        };
        let error = Error::failed(message).at(Some(location));
        Self::from_error(&error, Vec::new(), state)
    }

    fn completed(mut self, state: &State) -> Self {
        self.location = self
            .location
            .or_else(|| self.trace.first().map(|frame| frame.location.clone()));
        self.source_line = self
            .location
            .as_ref()
            .and_then(|location| state.source_line(&location.file, location.line));
        self.find_statement(state);
        let call = self.error.as_ref().and_then(Error::call);
        self.column = self
            .source_line
            .as_deref()
            .and_then(|line| point::column(line, call, &self.message));
        self
    }

    /// `return db:query [[...]]` leaves no frame behind: the statement tells the file that it stands in.
    fn find_statement(&mut self, state: &State) {
        let (Some(statement), Some(location)) = (&mut self.statement, &self.location) else {
            return;
        };
        if statement.origin.is_none()
            && let Some(place) = state.only_place(&statement.text)
            && place.file != location.file
        {
            statement.origin = Some(place);
        }
    }

    pub(super) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The typed error of a layer below, if that is what ended the run.
    pub fn downcast_ref<T: std::error::Error + 'static>(&self) -> Option<&T> {
        self.error.as_ref()?.downcast_ref()
    }

    /// The exit code of the program; `signal` is what interrupted the run (0 if nothing did).
    pub fn exit_code(&self, signal: i32) -> i32 {
        match self.kind {
            Kind::Failed | Kind::Refused | Kind::Bug => 1,
            Kind::Usage => 2,
            Kind::Interrupted if signal == 0 => 130,
            Kind::Interrupted => 128 + signal,
            Kind::Exit(code) => code,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Takes the places off a message of Lua; the last one is closest to the fault. Lua names files in short, so
/// the frames are asked for the full name.
fn split_place<'a>(text: &'a str, trace: &[Frame]) -> (Option<Location>, &'a str) {
    let mut location = None;
    let mut message = text;
    while let Some((place, rest)) = trace.iter().find_map(|frame| strip_place(message, frame)) {
        location = Some(place);
        message = rest;
    }
    (location, message)
}

fn strip_place<'a>(text: &'a str, frame: &Frame) -> Option<(Location, &'a str)> {
    let (line, message) = split_digits(text.strip_prefix(&frame.short)?.strip_prefix(':')?)?;
    let file = frame.location.file.clone();
    Some((Location { file, line }, message))
}

/// `FILE:12: message`, where FILE is shortened in a way of Lua's.
fn split_line(text: &str) -> Option<(usize, &str)> {
    text.match_indices(':')
        .find_map(|(at, _)| split_digits(&text[at + 1..]))
}

/// `12: message`
fn split_digits(text: &str) -> Option<(usize, &str)> {
    let (digits, message) = text.split_once(": ")?;
    Some((digits.parse().ok()?, message))
}
