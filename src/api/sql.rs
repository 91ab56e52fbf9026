//! A statement as playbooks give it: a string, or what `query.file` read.

use mlua::{FromLua, IntoLua, Lua, MetaMethod, UserData, UserDataFields, UserDataMethods, Value};

use crate::host::{Error, Location};

/// SQL text, and where its first line stands if it came from a file.
#[derive(Debug, Clone)]
pub struct Sql {
    pub text: String,
    pub origin: Option<Location>,
}

impl Sql {
    /// An error of the statement, which then names the file and line of the statement.
    pub fn blame(&self, error: impl Into<Error>) -> Error {
        error.into().with_origin(self.origin.as_ref())
    }

    /// The first line, for a note about the statement.
    pub fn summary(&self) -> String {
        let mut lines = self
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default().to_owned();
        if lines.next().is_some() {
            first + " ..."
        } else {
            first
        }
    }
}

impl FromLua for Sql {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let from = value.type_name();
        let wrong = |to: &str| mlua::Error::FromLuaConversionError {
            from,
            to: to.to_owned(),
            message: None,
        };
        match value {
            Value::String(text) => Ok(Self {
                text: text.to_str().map_err(|_| wrong("SQL in UTF-8"))?.to_owned(),
                origin: None,
            }),
            Value::UserData(data) => match data.borrow::<SqlFile>() {
                Ok(file) => Ok(file.0.clone()),
                Err(_) => Err(wrong("SQL")),
            },
            _ => Err(wrong("SQL")),
        }
    }
}

/// What `query.file` returns.
pub struct SqlFile(pub Sql);

impl UserData for SqlFile {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "sql");
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |lua, this, ()| {
            this.0.text.as_str().into_lua(lua)
        });
    }
}
