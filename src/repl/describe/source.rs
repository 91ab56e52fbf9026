//! The source of functions and views: `\sf`, `\sv`.

use super::command::Command;
use super::near::not_found;
use super::pattern::{Pattern, Qualified};
use super::{Error, Part, Result};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

pub async fn function(session: &Session, command: &str, name: &str) -> Result<Vec<Part>> {
    let name = named(command, "function", name)?;
    let sql = include_str!("../../sql/repl/source_function.sql");
    let rows = session.query(sql, &[Value::from(name)]).await?.rows;
    let Some(row) = rows.into_iter().next() else {
        return Err(no_function(session, name).await?);
    };
    let Some(source) = Fields::new(row).optional() else {
        return Err(Error::Aggregate {
            name: name.to_owned(),
        });
    };
    // The server counts the lines of its messages from the one that the body begins in.
    let begins = |line: &str| {
        let mut starts = ["AS ", "BEGIN ", "RETURN "].iter();
        starts.any(|start| line.starts_with(start))
    };
    let head = source.lines().take_while(|line| !begins(line)).count();
    Ok(lines(command, &source, head))
}

/// Why there is not exactly one function of that name.
async fn no_function(session: &Session, name: &str) -> Result<Error> {
    let bare = name.split('(').next().unwrap_or_default().trim();
    let pattern = Pattern::parse(bare, Qualified::BySchema, &session.server().database)?;
    let sql = include_str!("../../sql/repl/functions_named.sql");
    let literal = Value::from(pattern.literal.as_str());
    let rows = session.query(sql, &[literal]).await?.rows;
    let choices: Vec<String> = rows
        .into_iter()
        .map(|row| Fields::new(row).text())
        .collect();
    if choices.is_empty() {
        return not_found(session, "functions", "functions", &pattern).await;
    }
    if choices.len() > 1 && !name.contains('(') {
        return Ok(Error::Ambiguous {
            name: name.to_owned(),
            choices,
        });
    }
    Ok(Error::NotFound {
        what: "functions",
        pattern: name.to_owned(),
        near: format!("; there is `{}`", choices.join("`, `")),
    })
}

pub async fn view(session: &Session, command: &str, name: &str) -> Result<Vec<Part>> {
    let name = named(command, "view", name)?;
    let sql = include_str!("../../sql/repl/source_view.sql");
    let rows = session.query(sql, &[Value::from(name)]).await?.rows;
    let Some(row) = rows.into_iter().next() else {
        let pattern = Pattern::parse(name, Qualified::BySchema, &session.server().database)?;
        return Err(not_found(session, "views", "views", &pattern).await?);
    };
    let mut row = Fields::new(row);
    match row.optional() {
        Some(source) => Ok(lines(command, &source, 0)),
        None => Err(Error::NotAView { name: row.text() }),
    }
}

fn named<'a>(command: &str, what: &'static str, name: &'a str) -> Result<&'a str> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::NameNeeded {
            command: command.to_owned(),
            what,
        });
    }
    Ok(name)
}

/// The source as it is, or with `+` its lines counted from the one behind the `head`.
fn lines(command: &str, source: &str, head: usize) -> Vec<Part> {
    let verbose = Command::parse(command).is_some_and(|command| command.verbose);
    let numbered = |(index, line): (usize, &str)| match index.checked_sub(head) {
        _ if !verbose => line.to_owned(),
        None => format!("        {line}"),
        Some(number) => format!("{:<7} {line}", number + 1),
    };
    vec![Part::Lines(
        source.lines().enumerate().map(numbered).collect(),
    )]
}
