//! What one run holds in several sessions.

use super::{Result, Session, Value};

/// The tables that other sessions of this run on the same database have locked in transactions that are open,
/// as names to show.
pub async fn locks_of_run(session: &Session) -> Result<Vec<String>> {
    let sql = include_str!("../sql/locks_of_run.sql");
    let run = [Value::from(session.connector().application_name())];
    let rows = session.query(sql, &run).await?.rows;
    let name = |row: &Vec<Value>| Some(format!("`{}`", row.first()?.as_str()?));
    Ok(rows.iter().filter_map(name).collect())
}
