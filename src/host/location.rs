//! Places in Lua files: who called a primitive, and the traceback without our own frames.

use std::fmt;

use mlua::Lua;

/// Embedded modules are named like this; a person is rather shown the line that called them.
pub(super) const STDLIB_FOLDER: &str = "stdlib/";

/// Walking the stack of a runaway recursion to its end would take minutes.
const DEEPEST: usize = 100;

/// A line of a Lua file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    pub line: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One Lua function on the stack, where it was when the error was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub location: Location,
    /// The name it was called by; `None` for the main part of a file and for nameless functions.
    pub function: Option<String>,
    /// The file as Lua's own messages name it, shortened to 60 bytes.
    pub short: String,
}

impl Frame {
    fn is_stdlib(&self) -> bool {
        self.location.file.starts_with(STDLIB_FOLDER)
    }
}

/// The stack of the running coroutine, innermost first; only functions that come from a file.
pub(super) fn frames(lua: &Lua) -> Vec<Frame> {
    (0..DEEPEST)
        .map_while(|level| lua.inspect_stack(level, frame))
        .flatten()
        .collect()
}

/// The line of the playbook that is running; a line of the embedded modules where there is no other.
pub(super) fn caller(lua: &Lua) -> Option<Location> {
    let mut fallback = None;
    for level in 0..DEEPEST {
        let Some(frame) = lua.inspect_stack(level, frame)? else {
            continue;
        };
        if !frame.is_stdlib() {
            return Some(frame.location);
        }
        fallback.get_or_insert(frame.location);
    }
    fallback
}

fn frame(debug: &mlua::debug::Debug<'_>) -> Option<Frame> {
    let source = debug.source();
    let file = source.source.as_deref()?.strip_prefix('@')?.to_owned();
    Some(Frame {
        location: Location {
            file,
            line: debug.current_line()?,
        },
        function: debug.names().name.map(std::borrow::Cow::into_owned),
        short: source.short_src.as_deref().unwrap_or_default().to_owned(),
    })
}

/// As a line of a traceback.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.function {
            Some(name) => write!(f, "{}: in `{name}`", self.location),
            None => write!(f, "{}", self.location),
        }
    }
}
