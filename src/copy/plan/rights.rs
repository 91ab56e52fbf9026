//! What the roles have to be allowed to do.

use super::super::{CopyOptions, Error, Mode, Result};
use crate::pg::Session;
use crate::pg::catalog::Table;

pub(super) async fn check_temporary(to: &Session, mode: Mode) -> Result<()> {
    let allowed = to
        .value(include_str!("../../sql/may_create_temporary.sql"), &[])
        .await?;
    if allowed.as_bool() == Some(true) {
        return Ok(());
    }
    Err(Error::NoTemporaryTables {
        role: to.server().user.clone(),
        database: to.server().database.clone(),
        mode: mode.word(),
    })
}

/// Refuses beforehand what the server would refuse half-way, or not at all.
pub(super) fn check_rights(source: &Table, target: &Table, options: &CopyOptions) -> Result<()> {
    let sides = [(source, &options.from), (target, &options.to)];
    for (table, session) in sides {
        if table.relation.row_security {
            return Err(Error::RowSecurity {
                table: table.relation.shown.clone(),
                target: session.name().to_owned(),
                role: session.server().user.clone(),
                forced: table.relation.may.own,
            });
        }
    }
    let (read, write) = (source.relation.may, target.relation.may);
    let refused = |verb, table: &Table, session: &Session| {
        Err(Error::NotAllowed {
            role: session.server().user.clone(),
            verb,
            table: table.relation.shown.clone(),
            target: session.name().to_owned(),
        })
    };
    match options.mode {
        _ if !read.select => refused("SELECT from", source, &options.from),
        _ if !write.insert => refused("INSERT into", target, &options.to),
        Mode::Replace if !write.truncate && !write.delete => {
            refused("TRUNCATE", target, &options.to)
        }
        mode if mode.is_staged() && !write.select => refused("SELECT from", target, &options.to),
        Mode::Upsert | Mode::Mirror if !write.update => refused("UPDATE", target, &options.to),
        Mode::Mirror if !write.delete => refused("DELETE from", target, &options.to),
        _ => Ok(()),
    }
}
