//! Definitions, and rows with them, from one database to another: in one transaction, so that a failure in between
//! leaves all as it was.

use super::drop::Common;
use super::pg_dump::PgDump;
use super::read::{read, selected};
use super::scripts::Scripts;
use super::work::Work;
use super::{Error, Result, Schema, SchemaOptions, SchemaReport};
use crate::copy::tables;
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::Event;

/// Brings definitions to the target. Its own owners and grants stay, and what only the target has stays as it is: where
/// that depends on something to be dropped, all of it is refused.
pub async fn copy(options: &SchemaOptions) -> Result<SchemaReport> {
    let (from, to) = (&options.from, &options.to);
    tables::refuse_kin(from, to).await?;
    if from.in_transaction() {
        return Box::pin(one_moment(options, options.snapshot.clone())).await;
    }
    let snapshot = TxOptions {
        isolation: Some(Isolation::RepeatableRead),
        read_only: true,
        ..TxOptions::default()
    };
    transaction(from, &snapshot, async |from: &Session| {
        let sql = "SELECT pg_catalog.pg_export_snapshot()";
        let snapshot = from.value(sql, &[]).await?;
        let snapshot = snapshot.as_str().map(str::to_owned);
        Box::pin(one_moment(options, snapshot)).await
    })
    .await
}

async fn one_moment(options: &SchemaOptions, snapshot: Option<String>) -> Result<SchemaReport> {
    let (from, to) = (&options.from, &options.to);
    let source = selected(from, &options.tables).await?;
    let before = read(to).await?;
    let common = Common::of(&before, &source, options.section);
    if !common.objects.is_empty() && !options.clean {
        return Err(Error::Exists {
            target: to.name().to_owned(),
            objects: common.names(),
        });
    }
    if options.dry_run {
        return Ok(foretell(options, &source, &common));
    }
    let dump = PgDump::open(from, snapshot).await?;
    let scripts = Scripts::write(&dump, options, &source).await;
    dump.close().await;
    let scripts = scripts?;
    let limits = TxOptions {
        lock_timeout: Some(options.lock_timeout.clone()),
        ..TxOptions::default()
    };
    transaction(to, &limits, async |_: &Session| {
        let work = Work {
            options,
            source: &source,
            common: &common,
            before: &before,
        };
        Box::pin(work.run(&scripts)).await
    })
    .await
}

/// What would be done.
fn foretell(options: &SchemaOptions, source: &Schema, common: &Common<'_>) -> SchemaReport {
    let to = &options.to;
    let note = |text: String| to.reporter().event(&Event::Note(text));
    let dropped = common.names();
    if !dropped.is_empty() {
        note(format!(
            "would drop on `{}`: {}",
            to.name(),
            dropped.join(", ")
        ));
    }
    let whole = source
        .objects
        .iter()
        .filter(|it| it.part_of.is_none())
        .count();
    note(format!(
        "would make on `{}` what pg_dump of `{}` writes for {whole} objects",
        to.name(),
        options.from.name()
    ));
    SchemaReport {
        dropped,
        ..SchemaReport::default()
    }
}
