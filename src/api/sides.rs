//! The two sides of a copy or a comparison: the options `from` and `to`.

use mlua::Value;

use super::db::Db;
use crate::host::options::Options;
use crate::host::{Error, Result};
use crate::pg;

/// The Db, transaction or snapshot that an option names.
pub fn side(options: &Options, name: &'static str) -> Result<Db> {
    let value = options.required(name, options.value(name)?)?;
    from_value(&value)
        .ok_or_else(|| options.wrong(name, "a Db, a transaction or a snapshot", &value))
}

/// `None` for anything that is no handle on a session.
pub fn from_value(value: &Value) -> Option<Db> {
    let db = value.as_userdata()?.borrow::<Db>().ok()?;
    Some(db.clone())
}

/// Makes sure that rows may be written to `to`, which a person may have to allow.
pub async fn ready_to_write(to: &Db) -> Result<()> {
    to.session()?;
    to.check_not_snapshot("write to the Db or to a transaction")?;
    to.ensure_write().await?;
    if !to.is_root() {
        return Ok(());
    }
    // PostgreSQL could not see that the one who waits for the lock is the one who holds it.
    match pg::locks_of_run(to.session()?).await?.as_slice() {
        [] => Ok(()),
        tables => Err(Error::failed(format!(
            "this run holds locks on {} in a transaction of `{}` that is open; use its `tx`",
            tables.join(", "),
            to.name()
        ))),
    }
}
