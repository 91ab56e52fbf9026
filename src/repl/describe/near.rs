//! What a name that was not found may have been meant for.

use super::pattern::Pattern;
use super::{Error, Result};
use crate::config::closest;
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// The error for a pattern that nothing matches; `all` is how [`names.sql`](../../sql/repl/names.sql) calls them.
pub async fn not_found(
    session: &Session,
    what: &'static str,
    all: &str,
    pattern: &Pattern,
) -> Result<Error> {
    let near = if pattern.literal.contains(['*', '?']) {
        None
    } else {
        nearest(session, all, &pattern.literal).await?
    };
    Ok(Error::NotFound {
        what,
        pattern: pattern.text.clone(),
        near: near.map_or_else(String::new, |near| format!(", did you mean `{near}`")),
    })
}

/// The nearest name as it has to be written: one that the search path does not find gets its schema.
async fn nearest(session: &Session, all: &str, name: &str) -> Result<Option<String>> {
    let sql = include_str!("../../sql/repl/names.sql");
    let rows = session.query(sql, &[Value::from(all)]).await?.rows;
    let names = rows.into_iter().map(|row| {
        let mut row = Fields::new(row);
        (row.text(), row.text())
    });
    let names: Vec<(String, String)> = names.collect();
    let near = closest(name, names.iter().map(|(name, _)| name.as_str()));
    let found = near.and_then(|near| names.iter().find(|(name, _)| name == near));
    Ok(found.map(|(_, written)| written.clone()))
}
