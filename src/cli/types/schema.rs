//! The tables of a target as classes: `---@type schema.public.users` gives its columns.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::config::Target;
use crate::pg::{self, Access, Connector, Value};
use crate::progress::Reporter;

/// One column of what has rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    schema: String,
    table: String,
    /// What is said of the table.
    comment: String,
    name: String,
    /// The type behind it: domains are resolved, and an array is told by its elements.
    base: String,
    array: bool,
    nullable: bool,
    /// As PostgreSQL prints it.
    shown: String,
    about: String,
}

/// Reads the columns of all tables and views that users made, table by table.
pub async fn read(target: Target, reporter: &Reporter) -> pg::Result<Vec<Column>> {
    let connector = Connector::new(target, "runner types", Arc::clone(reporter))?;
    let session = connector.open(Access::ReadOnly).await?;
    let read = session
        .query(include_str!("../../sql/lua_columns.sql"), &[])
        .await;
    session.close();
    connector.close().await;
    Ok(read?.rows.into_iter().map(column).collect())
}

fn column(row: Vec<Value>) -> Column {
    let mut values = row.into_iter();
    let mut text = || match values.next() {
        Some(Value::Text(text)) => text,
        Some(Value::Bool(flag)) => flag.to_string(),
        _ => String::new(),
    };
    Column {
        schema: text(),
        table: text(),
        comment: text(),
        name: text(),
        base: text(),
        array: text() == "true",
        nullable: text() == "true",
        shown: text(),
        about: text(),
    }
}

/// The declarations of the classes.
pub fn declare(target: &str, columns: &[Column]) -> String {
    let mut out =
        format!("---@meta\n\n-- The tables of `{target}`, as rows of them arrive in Lua.\n");
    let mut before = None;
    for column in columns {
        let table = (&column.schema, &column.table);
        if before != Some(table) {
            out.push('\n');
            if !column.comment.is_empty() {
                let _ = writeln!(out, "---{}", one_line(&column.comment));
            }
            let _ = writeln!(
                out,
                "---@class schema.{}.{}",
                class(&column.schema),
                class(&column.table)
            );
            before = Some(table);
        }
        let mark = if column.nullable { "?" } else { "" };
        let about = [column.shown.as_str(), &column.about].map(one_line);
        let about = about
            .iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>();
        let _ = writeln!(
            out,
            "---@field {}{mark} {} {}",
            field(&column.name),
            lua_type(column),
            about.join(": ")
        );
    }
    out
}

/// How a value arrives, as `pg::value` reads it.
fn lua_type(column: &Column) -> String {
    let of = match column.base.as_str() {
        "int2" | "int4" | "int8" | "oid" => "integer",
        "float4" | "float8" => "number",
        "bool" => "boolean",
        "json" | "jsonb" => "any",
        _ => "string",
    };
    if column.array {
        format!("{of}[]")
    } else {
        of.to_owned()
    }
}

/// A name that a class may have: what else there is in it becomes `_`.
fn class(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    name.chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect()
}

fn field(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && class(name) == name;
    if plain {
        name.to_owned()
    } else {
        format!("[\"{}\"]", one_line(name).replace(['"', '\\'], "_"))
    }
}

/// A text that cannot end the comment it stands in.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(table: &str, name: &str, base: &str, array: bool) -> Column {
        Column {
            schema: "public".to_owned(),
            table: table.to_owned(),
            comment: String::new(),
            name: name.to_owned(),
            base: base.to_owned(),
            array,
            nullable: array,
            shown: base.to_owned(),
            about: String::new(),
        }
    }

    #[test]
    fn a_table_is_a_class_and_hostile_names_stay_in_their_lines() {
        let mut hostile = column("odd table", "a\"b\nos.exit()", "numeric", false);
        hostile.comment = "one\nos.exit() -- two".to_owned();
        let columns = [
            column("users", "id", "int8", false),
            column("users", "tags", "text", true),
            column("users", "data", "jsonb", false),
            hostile,
        ];
        let expected = "---@meta

-- The tables of `dev`, as rows of them arrive in Lua.

---@class schema.public.users
---@field id integer int8
---@field tags? string[] text
---@field data any jsonb

---one os.exit() -- two
---@class schema.public.odd_table
---@field [\"a_b os.exit()\"] string numeric
";
        assert_eq!(declare("dev", &columns), expected);
    }
}
