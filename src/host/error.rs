//! The error a primitive raises: what Lua sees of it, and what is left of it when it leaves the machine.

use std::fmt;
use std::sync::Arc;

use mlua::{IntoLua, Lua, MetaMethod, UserData, UserDataFields, UserDataMethods, Value};

use super::location::Location;
use crate::bug::Bug;

pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// How the run ends if nothing catches the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The playbook failed.
    Failed,
    /// Wrong arguments on the command line.
    Usage,
    /// The operator said no.
    Refused,
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// Not the playbook: the program itself.
    Bug,
    /// `os.exit(code)`, or the end after `--help`.
    Exit(i32),
}

impl Kind {
    /// As `pcall` and `--json` tell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
            Self::Bug => "bug",
            Self::Exit(_) => "exit",
        }
    }
}

/// The SQL an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub text: String,
    /// Characters from the start of `text`, counted from 1, as the server counts.
    pub position: Option<usize>,
    /// Where the first line of `text` stands, if it was read from a file.
    pub origin: Option<Location>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Text(String),
    Integer(i64),
}

/// An error of a primitive. Cheap to move; the parts are set with the `with_` functions.
#[derive(Debug, Clone)]
pub struct Error(Box<Body>);

#[derive(Debug, Clone)]
struct Body {
    kind: Kind,
    message: String,
    fields: Vec<(&'static str, Field)>,
    statement: Option<Statement>,
    location: Option<Location>,
    /// The primitive that raised it, as it is called: `copy.tables`.
    call: Option<&'static str>,
    /// What to do now.
    help: Option<String>,
    cause: Option<Cause>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Body {
            kind,
            message: message.into(),
            fields: Vec::new(),
            statement: None,
            location: None,
            call: None,
            help: None,
            cause: None,
        }))
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A panic that was caught.
    pub fn bug(bug: &Bug) -> Self {
        let mut error = Self::new(Kind::Bug, bug.to_string());
        for (name, text) in bug.facts() {
            error = error.with_text(name, Some(text));
        }
        error.with_help(Bug::HELP)
    }

    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// Wraps a typed error, which [`Error::downcast_ref`] finds again after any number of rethrows.
    pub fn from_cause(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        let mut error = Self::failed(cause.to_string());
        error.0.cause = Some(Arc::new(cause));
        error
    }

    #[must_use]
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// A field that `pcall` can read: `e.sqlstate`.
    #[must_use]
    pub fn with_field(mut self, name: &'static str, field: Field) -> Self {
        self.0.fields.push((name, field));
        self
    }

    #[must_use]
    pub fn with_text(self, name: &'static str, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.with_field(name, Field::Text(text.into())),
            None => self,
        }
    }

    /// What to do now.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn with_statement(mut self, statement: Statement) -> Self {
        self.0.statement = Some(statement);
        self
    }

    /// Where the first line of the statement stands.
    #[must_use]
    pub fn with_origin(mut self, origin: Option<&Location>) -> Self {
        if let Some(statement) = &mut self.0.statement {
            statement.origin = origin.cloned();
        }
        self
    }

    /// The line of the playbook, unless a line closer to the fault is known already.
    #[must_use]
    pub(super) fn at(mut self, location: Option<Location>) -> Self {
        self.0.location = self.0.location.or(location);
        self
    }

    /// The primitive, unless one closer to the fault is known already.
    #[must_use]
    pub(super) fn of_call(mut self, name: &'static str) -> Self {
        self.0.call = self.0.call.or(Some(name));
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn fields(&self) -> &[(&'static str, Field)] {
        &self.0.fields
    }

    pub fn statement(&self) -> Option<&Statement> {
        self.0.statement.as_ref()
    }

    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    pub(super) fn call(&self) -> Option<&'static str> {
        self.0.call
    }

    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    pub fn downcast_ref<T: std::error::Error + 'static>(&self) -> Option<&T> {
        let cause: &(dyn std::error::Error + 'static) = &**self.0.cause.as_ref()?;
        cause.downcast_ref()
    }
}

/// As Lua shows it: with the place, as its own error strings begin.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.0.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl From<crate::interrupt::Interrupted> for Error {
    fn from(_: crate::interrupt::Interrupted) -> Self {
        Self::interrupted()
    }
}

/// mlua's own errors, in words for the author of a playbook and without mlua's traceback.
impl From<mlua::Error> for Error {
    fn from(error: mlua::Error) -> Self {
        match error {
            mlua::Error::CallbackError { cause, .. } => Self::from((*cause).clone()),
            mlua::Error::BadArgument {
                to: Some(to),
                pos: 0,
                ..
            } => Self::failed(format!("`{to}` is called with a `:`")),
            mlua::Error::BadArgument { to, pos, cause, .. } => {
                let to = to.map(|to| format!(" to `{to}`")).unwrap_or_default();
                let cause = Self::from((*cause).clone());
                Self::failed(format!("bad argument #{pos}{to}: {}", cause.message()))
            }
            mlua::Error::FromLuaConversionError { from, to, .. } => {
                Self::failed(format!("{} expected, got {from}", lua_type(&to)))
            }
            mlua::Error::RuntimeError(message) | mlua::Error::SyntaxError { message, .. } => {
                Self::failed(message)
            }
            mlua::Error::ExternalError(cause) => match cause.downcast_ref::<Error>() {
                Some(error) => error.clone(),
                None => Self::failed(cause.to_string()),
            },
            other => Self::failed(other.to_string()),
        }
    }
}

impl std::error::Error for Error {}

/// mlua names the Rust type it wanted.
fn lua_type(rust: &str) -> &str {
    match rust {
        "f64" | "f32" => "number",
        "i64" | "i32" | "u64" | "u32" | "usize" => "integer",
        "bool" => "boolean",
        "String" | "LuaString" | "string" => "string",
        "Table" | "table" => "table",
        "Function" | "function" => "function",
        other => other,
    }
}

/// An [`Error`] as Lua holds it.
#[derive(Debug, Clone)]
pub struct ErrorObject(pub Error);

impl ErrorObject {
    fn field(&self, lua: &Lua, key: &str) -> mlua::Result<Value> {
        let body = &self.0.0;
        match key {
            "message" => body.message.as_str().into_lua(lua),
            "kind" => body.kind.name().into_lua(lua),
            "file" => body
                .location
                .as_ref()
                .map(|l| l.file.as_str())
                .into_lua(lua),
            "help" => body.help.as_deref().into_lua(lua),
            "line" => body.location.as_ref().map(|l| l.line).into_lua(lua),
            _ => match body.fields.iter().find(|(name, _)| *name == key) {
                Some((_, Field::Text(text))) => text.as_str().into_lua(lua),
                Some((_, Field::Integer(number))) => number.into_lua(lua),
                None => Ok(Value::Nil),
            },
        }
    }
}

impl UserData for ErrorObject {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "error");
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, key: mlua::LuaString| {
            this.field(lua, &key.to_string_lossy())
        });
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.0.to_string()));
        // Errors are mostly strings, and playbooks write `"failed: " .. err`.
        methods.add_meta_function(MetaMethod::Concat, |_, (left, right): (Value, Value)| {
            Ok(format!("{}{}", left.to_string()?, right.to_string()?))
        });
    }
}
