//! What pg_dump is asked for.

use futures_util::future::BoxFuture;

use super::pg_dump::PgDump;
use super::{Result, Schema, SchemaOptions, Section};
use crate::pg::catalog::Catalog;

/// What pg_dump has written.
pub(super) struct Scripts {
    pub before_rows: Option<String>,
    pub behind_rows: Option<String>,
}

impl Scripts {
    /// Both sections at the same time.
    pub async fn write(dump: &PgDump, options: &SchemaOptions, source: &Schema) -> Result<Self> {
        let chosen = chosen(options, source).await?;
        let script = |section: &'static str, schema_only: bool| -> BoxFuture<'_, Result<String>> {
            let mut arguments = vec![format!("--section={section}")];
            arguments.extend(schema_only.then(|| "--schema-only".to_owned()));
            arguments.extend(chosen.iter().cloned());
            Box::pin(async move { dump.script(&arguments).await })
        };
        let first = async {
            let wanted = options.section != Section::PostData;
            if wanted {
                script("pre-data", true).await.map(Some)
            } else {
                Ok(None)
            }
        };
        let last = async {
            let wanted = options.section != Section::PreData;
            // Not for the schema alone: with rows, materialized views are refreshed there.
            if wanted {
                script("post-data", !options.rows).await.map(Some)
            } else {
                Ok(None)
            }
        };
        let (before_rows, behind_rows) = tokio::join!(first, last);
        Ok(Self {
            before_rows: before_rows?,
            behind_rows: behind_rows?,
        })
    }
}

/// What tells pg_dump which objects are meant.
async fn chosen(options: &SchemaOptions, source: &Schema) -> Result<Vec<String>> {
    if options.tables.tables.is_some() {
        let relations = source.objects.iter().filter(|it| it.kind.is_relation());
        return Ok(relations.map(|it| format!("--table={}", it.name)).collect());
    }
    let mut arguments = vec!["--exclude-schema=runner".to_owned()];
    if !options.tables.exclude.is_empty() {
        let catalog = Catalog::read(&options.from).await?;
        let taken = catalog.matching(&options.tables)?;
        let left_out = catalog
            .relations()
            .iter()
            .filter(|it| !taken.contains(&it.oid));
        arguments.extend(left_out.map(|it| format!("--exclude-table={}", it.name)));
    }
    Ok(arguments)
}
