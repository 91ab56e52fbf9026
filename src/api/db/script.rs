//! `script`: many statements, as psql would run them.

use std::sync::atomic::Ordering;

use mlua::Table;

use super::super::sql::Sql;
use super::Db;
use crate::host::options::Options;
use crate::host::{Call, Error, Result, Statement};
use crate::human;
use crate::pg;
use crate::pg::script::{Place, ScriptOptions, check, run};

/// The number of rows written; 0 in a dry run, which only has the server parse the statements.
pub async fn script(call: Call, db: Db, sql: Sql, table: Option<Table>) -> Result<u64> {
    let options = Options::new(call.name, table);
    let single_transaction = options.boolean("single_transaction")?.unwrap_or(false);
    options.finish()?;
    let options = ScriptOptions {
        origin: sql.origin.as_ref().map(|origin| origin.file.clone()),
        single_transaction,
    };
    if db.context().options.dry_run {
        return db.pretend_script(&sql, &options).await;
    }
    // Asked before the first statement: half of a script cannot be taken back to ask for the other half.
    db.session()?;
    db.ensure_write().await?;
    match run(db.session()?, &sql.text, &options).await {
        Ok(report) => Ok(report.rows),
        Err(error) => Err(blame(&sql, error)),
    }
}

impl Db {
    async fn pretend_script(&self, sql: &Sql, options: &ScriptOptions) -> Result<u64> {
        let report = check(self.session()?, &sql.text, options)
            .await
            .map_err(|error| blame(sql, error))?;
        let what = match &options.origin {
            Some(file) => format!("`{file}`"),
            None => sql.summary(),
        };
        let count = human::count(report.statements);
        let noun = if count == "1" {
            "statement"
        } else {
            "statements"
        };
        let context = self.context();
        context.note(format!(
            "would run on `{}`: {what} ({count} {noun})",
            self.name()
        ));
        context.pretended.store(true, Ordering::Relaxed);
        Ok(0)
    }
}

/// The error with its place in the whole script, which is what the author knows.
fn blame(sql: &Sql, error: pg::Error) -> Error {
    let place = match &error {
        pg::Error::Script { place, .. } => Some(*place),
        _ => None,
    };
    let error = Error::from(error);
    match place {
        Some(place) => error.with_statement(Statement {
            text: sql.text.clone(),
            position: Some(position(&sql.text, place)),
            origin: sql.origin.clone(),
        }),
        None => error,
    }
}

/// A place as the number of its character, counted from 1.
fn position(text: &str, place: Place) -> usize {
    let lines = text.split_inclusive('\n').take(place.line - 1);
    lines.map(|line| line.chars().count()).sum::<usize>() + place.column
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_characters_from_the_start() {
        let text = "sélect 1;\r\nselect é x";
        let place = |line, column| Place { line, column };
        assert_eq!(position(text, place(1, 1)), 1);
        assert_eq!(position(text, place(2, 1)), 12);
        assert_eq!(position(text, place(2, 10)), 21);
        assert_eq!(text.chars().nth(20), Some('x'));
    }
}
