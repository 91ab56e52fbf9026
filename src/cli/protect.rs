//! `runner protect TARGET`: stores the target's phrase in its database, so that it is asked for however the
//! server is reached.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use super::args::Options;
use super::{End, runtime};
use crate::config::{LoadOptions, Target, load};
use crate::pg::{Access, Connector, Ident, Literal, Session};
use crate::progress::{Event, Reporter};

pub fn run(target: &str, options: &Options, reporter: &Reporter) -> Result<(), End> {
    let project = load(&LoadOptions {
        config: options.config.clone(),
        env_file: options.env_file.clone(),
        start: PathBuf::from("."),
    })?;
    let target = project.target(target)?;
    let Some(phrase) = target.protect.clone() else {
        return Err(End::usage(format!(
            "`{0}` has no phrase to store; write `protect = \"...\"` under `[targets.{0}]`",
            target.name
        )));
    };
    let name = target.name.clone();
    runtime::block_on(reporter, |_| {
        protect(target, phrase, options.dry_run, reporter)
    })?
    .with_context(|| format!("no phrase was stored in `{name}`"))?;
    Ok(())
}

async fn protect(
    target: Target,
    phrase: String,
    dry_run: bool,
    reporter: &Reporter,
) -> crate::pg::Result<()> {
    let connector = Connector::new(target, "runner protect", Arc::clone(reporter))?;
    let access = if dry_run {
        Access::ReadOnly
    } else {
        Access::ReadWrite
    };
    let session = connector.open(access).await?;
    let stored = if dry_run {
        Ok(())
    } else {
        store(&session, &phrase).await
    };
    session.close();
    connector.close().await;
    stored?;
    let when = if dry_run {
        "would ask for its phrase"
    } else {
        "asks for its phrase from now on"
    };
    reporter.event(&Event::Note(format!(
        "`{}` {when}, by whatever name or route it is reached",
        session.server().database
    )));
    Ok(())
}

async fn store(session: &Session, phrase: &str) -> crate::pg::Result<()> {
    let database = &session.server().database;
    let sql = format!(
        "ALTER DATABASE {} SET runner.protect = {}",
        Ident(database),
        Literal(phrase)
    );
    session.batch(&sql).await
}
