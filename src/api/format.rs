//! `query.format`: PostgreSQL's `format()` with `%I`, `%L` and `%s`, so that names need no quoting by hand.

use mlua::Value;

use crate::host::{Error, Result};
use crate::pg::{Ident, Literal};

pub fn format(template: &str, values: &[Value]) -> Result<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        if let Some((index, behind)) = position(rest) {
            next = index
                .checked_sub(1)
                .ok_or_else(|| wrong("positions count from 1"))?;
            rest = behind;
        }
        let kind = rest.chars().next();
        let Some(kind) = kind.filter(|kind| "ILs".contains(*kind)) else {
            let found = kind.map(String::from).unwrap_or_default();
            return Err(wrong(&format!(
                "`%{found}` is none of `%I`, `%L`, `%s` and `%%`"
            )));
        };
        let value = values
            .get(next)
            .ok_or_else(|| wrong(&format!("there is no argument {} for `%{kind}`", next + 1)))?;
        next += 1;
        text.push_str(&rendered(kind, value)?);
        rest = &rest[1..];
    }
    text.push_str(rest);
    Ok(text)
}

/// `2$` before the letter.
fn position(text: &str) -> Option<(usize, &str)> {
    let (digits, behind) = text.split_once('$')?;
    Some((digits.parse().ok()?, behind))
}

fn rendered(kind: char, value: &Value) -> Result<String> {
    let text = plain(value)?;
    match (kind, text) {
        ('I', Some(name)) => identifier(&name),
        ('I', None) => Err(wrong("nil is no identifier")),
        ('L', Some(text)) => Ok(Literal(&text).to_string()),
        ('L', None) => Ok("NULL".to_owned()),
        (_, text) => Ok(text.unwrap_or_default()),
    }
}

/// The value as PostgreSQL would print it; `None` for NULL.
fn plain(value: &Value) -> Result<Option<String>> {
    match value {
        Value::Nil => Ok(None),
        value if value.is_null() => Ok(None),
        Value::Boolean(flag) => Ok(Some(if *flag { "t" } else { "f" }.to_owned())),
        Value::Integer(_) | Value::Number(_) | Value::String(_) => Ok(Some(value.to_string()?)),
        other => Err(wrong(&format!(
            "a {} cannot stand in SQL",
            other.type_name()
        ))),
    }
}

/// A name of ours, `table` or `schema.table`; a dot inside a name is written in double quotes.
fn identifier(name: &str) -> Result<String> {
    let parts = parts(name).ok_or_else(|| wrong(&format!("`{name}` is no identifier")))?;
    Ok(parts
        .iter()
        .map(|part| Ident(part).to_string())
        .collect::<Vec<_>>()
        .join("."))
}

fn parts(name: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let (part, behind) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted_part(quoted)?
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            (rest[..end].to_owned(), &rest[end..])
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match behind.strip_prefix('.') {
            Some(more) => rest = more,
            None => return behind.is_empty().then_some(parts),
        }
    }
}

/// The inside of a quoted name, doubled quotes undone, and what follows it.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                part.push('"');
                rest = more;
            }
            None => return Some((part, rest)),
        }
    }
}

fn wrong(problem: &str) -> Error {
    Error::failed(format!("`query.format`: {problem}"))
}

#[cfg(test)]
mod tests {
    use mlua::{IntoLua, Lua};

    use super::*;

    fn formatted(template: &str, values: &[&str]) -> Result<String> {
        let lua = Lua::new();
        let values: Vec<Value> = values
            .iter()
            .map(|text| text.into_lua(&lua).unwrap())
            .collect();
        format(template, &values)
    }

    #[test]
    fn names_and_literals_are_quoted() {
        assert_eq!(
            formatted(
                "SELECT %I FROM %I WHERE a = %L -- 100%%, %s",
                &["na\"me", "audit.log", "it's", "raw"]
            )
            .unwrap(),
            "SELECT \"na\"\"me\" FROM \"audit\".\"log\" WHERE a = 'it''s' -- 100%, raw"
        );
        assert_eq!(
            formatted("%2$I.%1$I", &["a", "\"b.c\""]).unwrap(),
            "\"b.c\".\"a\""
        );
        assert_eq!(
            format("%L %L", &[Value::Nil, Value::Integer(5)]).unwrap(),
            "NULL '5'"
        );
    }

    #[test]
    fn what_cannot_be_formatted_is_refused() {
        let message = |template, values: &[&str]| {
            formatted(template, values)
                .unwrap_err()
                .message()
                .to_owned()
        };
        assert_eq!(
            message("%d", &["1"]),
            "`query.format`: `%d` is none of `%I`, `%L`, `%s` and `%%`"
        );
        assert_eq!(
            message("%I %I", &["a"]),
            "`query.format`: there is no argument 2 for `%I`"
        );
        assert_eq!(
            message("%I", &["a..b"]),
            "`query.format`: `a..b` is no identifier"
        );
    }
}
