//! A statement inside another one that casts its columns to `text`.
//!
//! Which one depends on what the statement begins with: a subquery, a CTE, or one more CTE behind its own,
//! since those that write have to stand at the top.

use super::script::{first_words, main_statement, single};
use super::value::Form;
use super::{Column, Ident};

/// The name of what is put around; behind the CTEs of a statement it must be none of theirs.
const NAME: &str = "runner_result";

/// `sql` with its columns as `forms` asks; `None` for what can stand in no other statement, such as FETCH.
pub(super) fn wrap(sql: &str, columns: &[Column], forms: &[Form]) -> Option<String> {
    // A semicolon or a comment behind the statement would end or swallow what is put around it.
    let body = single(sql).ok()?;
    let words = first_words(body, 1);
    let aliases: Vec<String> = (1..=columns.len()).map(|n| format!("c{n}")).collect();
    let selected = selected(&aliases, columns, forms);
    let aliases = aliases.join(", ");
    let select = format!("SELECT {selected} FROM");
    match words.first().map(String::as_str) {
        // A parenthesis is no word.
        None | Some("SELECT" | "VALUES" | "TABLE") => {
            Some(format!("{select} ({body}) AS {NAME} ({aliases})"))
        }
        Some("INSERT" | "UPDATE" | "DELETE" | "MERGE") => Some(format!(
            "WITH {NAME} ({aliases}) AS ({body}) {select} {NAME}"
        )),
        Some("WITH") => {
            let (list, main) = body.split_at(main_statement(body)?);
            Some(format!(
                "{list}, {NAME} ({aliases}) AS ({main}) {select} {NAME}"
            ))
        }
        Some(_) => None,
    }
}

fn selected(aliases: &[String], columns: &[Column], forms: &[Form]) -> String {
    let selected: Vec<String> = aliases
        .iter()
        .zip(columns)
        .zip(forms)
        .map(|((alias, column), form)| {
            let cast = match form {
                Form::Native => "",
                Form::Text => "::pg_catalog.text",
                Form::TextArray => "::pg_catalog.text[]",
            };
            format!("{NAME}.{alias}{cast} AS {}", Ident(&column.name))
        })
        .collect();
    selected.join(", ")
}
