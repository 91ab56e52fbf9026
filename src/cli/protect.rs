//! `runner protect TARGET`: stores the target's phrase in its database, so that it is asked for however the
//! server is reached.

use std::path::PathBuf;
use std::sync::Arc;

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
    runtime::block_on(|_| protect(target, phrase, reporter))?.map_err(anyhow::Error::from)?;
    Ok(())
}

async fn protect(target: Target, phrase: String, reporter: &Reporter) -> crate::pg::Result<()> {
    let connector = Connector::new(target, "runner protect", Arc::clone(reporter))?;
    let session = connector.open(Access::ReadWrite).await?;
    let stored = store(&session, &phrase).await;
    session.close();
    connector.close().await;
    stored?;
    reporter.event(&Event::Note(format!(
        "`{}` asks for its phrase from now on, by whatever name or route it is reached",
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
