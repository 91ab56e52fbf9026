//! Patterns that stand for tables: `lat`, `audit.*`, `"We ird"."t"`.

use globset::{GlobBuilder, GlobMatcher};

use super::super::{Error, Result, TableName};
use super::Relation;

/// `schema.name` or `name`. As in SQL, a part without quotes is folded to lower case; `*`, `?`, `[a-z]` and
/// `{a,b}` in it match many names. Without a schema it means what the search path finds.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    schema: Option<Part>,
    name: Part,
}

#[derive(Debug, Clone)]
enum Part {
    Exact(String),
    Glob(GlobMatcher),
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |reason| Error::TableName {
            name: text.to_owned(),
            reason,
        };
        let (first, rest) = Part::parse(text.trim()).map_err(bad)?;
        let Some(second) = rest.strip_prefix('.') else {
            return match rest {
                "" => Ok(Self {
                    schema: None,
                    name: first,
                }),
                _ => Err(bad(STRAY_QUOTE)),
            };
        };
        let (name, rest) = Part::parse(second).map_err(bad)?;
        match rest.chars().next() {
            None => Ok(Self {
                schema: Some(first),
                name,
            }),
            Some('.') => Err(bad(
                "a table is named by schema and name, nothing before them",
            )),
            Some(_) => Err(bad(STRAY_QUOTE)),
        }
    }

    pub fn is_glob(&self) -> bool {
        self.schema
            .iter()
            .chain([&self.name])
            .any(|part| matches!(part, Part::Glob(_)))
    }

    pub fn matches(&self, relation: &Relation) -> bool {
        self.matches_name(&relation.name, relation.visible)
    }

    /// `visible`: whether the search path finds the table by its bare name.
    pub fn matches_name(&self, name: &TableName, visible: bool) -> bool {
        let schema = match &self.schema {
            Some(schema) => schema.matches(&name.schema),
            None => visible,
        };
        schema && self.name.matches(&name.name)
    }
}

/// Columns of tables: `users.email`, `*.*password*`, `audit.log.ip`. Without a schema it means all of them, whatever
/// the search path is, and patterns without quotes pass over case: it is for what must not be missed.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPattern {
    schema: Option<Part>,
    table: Part,
    column: Part,
}

impl ColumnPattern {
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |reason| Error::TableName {
            name: text.to_owned(),
            reason,
        };
        let mut parts = Vec::new();
        let mut rest = text.trim();
        loop {
            let (part, behind) = Part::parse(rest).map_err(bad)?;
            parts.push(part);
            match behind.strip_prefix('.') {
                Some(more) => rest = more,
                None if behind.is_empty() => break,
                None => return Err(bad(STRAY_QUOTE)),
            }
        }
        let (column, table, schema) = (parts.pop(), parts.pop(), parts.pop());
        match (column, table) {
            (Some(column), Some(table)) if parts.is_empty() => Ok(Self {
                schema,
                table,
                column,
            }),
            _ => Err(bad("a column is named by its table, as in `users.email`")),
        }
    }

    pub fn matches(&self, table: &TableName, column: &str) -> bool {
        let schema = self.schema.as_ref();
        schema.is_none_or(|schema| schema.matches_any_case(&table.schema))
            && self.table.matches_any_case(&table.name)
            && self.column.matches_any_case(column)
    }
}

const STRAY_QUOTE: &str = "quotes surround a whole part, as in `\"We ird\".\"t\"`";

impl Part {
    /// The part at the start of `text`, and what stands behind it.
    fn parse(text: &str) -> std::result::Result<(Self, &str), &'static str> {
        if let Some(quoted) = text.strip_prefix('"') {
            let (name, behind) = quoted_name(quoted).ok_or("a quote is not closed")?;
            return match name.as_str() {
                "" => Err("a part of it is empty"),
                _ => Ok((Self::Exact(name), behind)),
            };
        }
        let end = text.find(['.', '"']).unwrap_or(text.len());
        let (name, behind) = text.split_at(end);
        if name.is_empty() {
            return Err("a part of it is empty");
        }
        let name = name.to_ascii_lowercase();
        if !name.contains(['*', '?', '[', '{']) {
            return Ok((Self::Exact(name), behind));
        }
        let glob = GlobBuilder::new(&name).build().map_err(|_| BAD_GLOB)?;
        Ok((Self::Glob(glob.compile_matcher()), behind))
    }

    fn matches_any_case(&self, name: &str) -> bool {
        self.matches(name) || self.matches(&name.to_ascii_lowercase())
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == name,
            Self::Glob(glob) => glob.is_match(name),
        }
    }
}

const BAD_GLOB: &str = "it is no valid glob (quote a name that has `*`, `?`, `[` or `{` in it)";

/// An identifier up to its closing quote, whose opening one has been read, and what stands behind it.
pub(crate) fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_once('"')?;
        name.push_str(before);
        match behind.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, behind)),
        }
    }
}
