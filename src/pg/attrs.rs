//! Whether a server is one that `target_session_attrs` asks for.

use super::{Result, Session};
use crate::config::SessionAttrs;

/// What is wrong with the server, in libpq's sense; `None` where nothing is. `prefer-standby` is met by any.
pub(super) async fn unmet(session: &Session, wanted: SessionAttrs) -> Result<Option<&'static str>> {
    let standby = session.server().standby;
    Ok(match wanted {
        SessionAttrs::Primary if standby => Some("it is a standby"),
        SessionAttrs::Standby if !standby => Some("it is not a standby"),
        SessionAttrs::ReadWrite if standby || is_read_only(session).await? => {
            Some("it is read-only")
        }
        SessionAttrs::ReadOnly if !standby && !is_read_only(session).await? => {
            Some("it is not read-only")
        }
        _ => None,
    })
}

/// Whether sessions begin read-only there. Not `transaction_read_only`, which a session of ours may have set.
async fn is_read_only(session: &Session) -> Result<bool> {
    let sql = include_str!("../sql/default_transaction_read_only.sql");
    Ok(session.value(sql, &[]).await?.as_str() == Some("on"))
}
