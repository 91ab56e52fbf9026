//! Whether the same text has the same bytes on both sides.

use super::{Error, Result};
use crate::pg::Session;

/// Bytes that the server gives no meaning to.
const NONE: &str = "SQL_ASCII";

/// Where the encodings differ, text is compared as UTF-8, and `notes` says so.
pub(in crate::copy) async fn is_one(
    from: &Session,
    to: &Session,
    notes: &mut Vec<String>,
) -> Result<bool> {
    let (source, target) = (of(from).await?, of(to).await?);
    if source == target {
        return Ok(true);
    }
    let refused = |bytes: &Session, other: &Session, encoding: &str| Error::Encodings {
        bytes: bytes.name().to_owned(),
        other: other.name().to_owned(),
        encoding: encoding.to_owned(),
    };
    if source == NONE {
        return Err(refused(from, to, &target));
    }
    if target == NONE {
        return Err(refused(to, from, &source));
    }
    notes.push(format!(
        "`{}` is in {source} and `{}` in {target}: text is compared as UTF-8",
        from.name(),
        to.name()
    ));
    Ok(false)
}

async fn of(session: &Session) -> Result<String> {
    let sql = "SELECT pg_catalog.current_setting('server_encoding')";
    let encoding = session.value(sql, &[]).await?;
    Ok(encoding.as_str().unwrap_or_default().to_owned())
}
