//! What the roles have to be allowed to do.

use super::super::{CopyOptions, Error, Mode, Result, Verify};
use crate::pg::Session;
use crate::pg::catalog::{Relation, Table};

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
    check_readable(&source.relation, &options.from, "not all would be copied")?;
    if target.relation.row_security {
        check_policies(&target.relation, options)?;
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

/// Where policies hide rows of the target, some things cannot be done at all. The rest goes by INSERT.
fn check_policies(target: &Relation, options: &CopyOptions) -> Result<()> {
    let so = match options.mode {
        Mode::Mirror => "those that the source has not would stay",
        Mode::Replace if !target.may.truncate => {
            "DELETE would not empty it, and TRUNCATE is not allowed"
        }
        _ if options.verify == Verify::Content => {
            "what arrived cannot be read back for `verify = \"content\"`"
        }
        _ => return Ok(()),
    };
    Err(hidden(target, &options.to, so))
}

/// Refuses a table some of whose rows would be passed over in silence, or cannot be read.
pub(in super::super) fn check_readable(
    table: &Relation,
    from: &Session,
    so: &'static str,
) -> Result<()> {
    if table.row_security {
        return Err(hidden(table, from, so));
    }
    if table.absent {
        return Err(Error::Absent {
            table: table.shown.clone(),
            source_name: from.name().to_owned(),
        });
    }
    Ok(())
}

pub(in super::super) fn hidden(table: &Relation, session: &Session, so: &'static str) -> Error {
    Error::RowSecurity {
        table: table.shown.clone(),
        target: session.name().to_owned(),
        role: session.server().user.clone(),
        so,
        forced: table.may.own,
    }
}
