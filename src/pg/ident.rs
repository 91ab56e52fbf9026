//! The only two ways by which a value becomes part of an SQL text, and the names of tables.

use std::fmt;

/// An identifier, always quoted: `lat` prints as `"lat"`.
#[derive(Debug, Clone, Copy)]
pub struct Ident<'a>(pub &'a str);

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

/// A string literal that means the same whatever `standard_conforming_strings` says.
#[derive(Debug, Clone, Copy)]
pub struct Literal<'a>(pub &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = self.0.replace('\'', "''");
        if quoted.contains('\\') {
            write!(f, " E'{}'", quoted.replace('\\', "\\\\"))
        } else {
            write!(f, "'{quoted}'")
        }
    }
}

/// Identifiers joined by commas, for column lists.
pub fn ident_list<S: AsRef<str>>(names: &[S]) -> String {
    names
        .iter()
        .map(|name| Ident(name.as_ref()).to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A table by schema and name. `Display` is the SQL form, both parts quoted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableName {
    pub schema: String,
    pub name: String,
}

impl TableName {
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
        }
    }

    /// For people, and for patterns: quoted only where needed.
    pub fn shown(&self) -> String {
        let part = |name: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let starts_well = !name.starts_with(|c: char| c.is_ascii_digit());
            match name {
                "" => Ident(name).to_string(),
                name if starts_well && name.chars().all(plain) => name.to_owned(),
                name => Ident(name).to_string(),
            }
        };
        format!("{}.{}", part(&self.schema), part(&self.name))
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Ident(&self.schema), Ident(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_literals_are_quoted() {
        assert_eq!(Ident("we\"ird").to_string(), "\"we\"\"ird\"");
        assert_eq!(Literal("it's").to_string(), "'it''s'");
        assert_eq!(Literal("a\\'b").to_string(), " E'a\\\\''b'");
        assert_eq!(
            TableName::new("public", "lat").to_string(),
            "\"public\".\"lat\""
        );
        assert_eq!(TableName::new("public", "lat_2").shown(), "public.lat_2");
        assert_eq!(TableName::new("A b", "2").shown(), "\"A b\".\"2\"");
    }
}
