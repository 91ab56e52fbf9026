//! Definitions, and rows with them, from one database to another: in one transaction, so that a failure in between
//! leaves all as it was.

use futures_util::future::BoxFuture;
use serde_json::Value as Json;

use super::drop::{Common, lost};
use super::keep::{AllRights, Names};
use super::pg_dump::PgDump;
use super::script::{self, Kept};
use super::{Class, Difference, Error, Kind, Result, Schema, positions};
use super::{diff::between, read::read, read::selected};
use crate::copy::verify::{By, Except, Extra, VerifyOptions};
use crate::copy::{CopyOptions, Mode, Report, Tables, Verify, tables, verify};
use crate::pg::catalog::{Catalog, TableFilter};
use crate::pg::{Isolation, Session, TxOptions, transaction};
use crate::progress::Event;

/// What [`copy`] is to do.
pub struct SchemaOptions {
    /// Read in the transaction that is open, best a snapshot; else in a snapshot of its own.
    pub from: Session,
    /// Written in the transaction that is open, and not committed; else in one of its own.
    pub to: Session,
    /// By their names at the source; without `tables` all of the database.
    pub tables: TableFilter,
    pub section: Section,
    /// What is there by the same name is dropped first.
    pub clean: bool,
    /// The rows cross as well, between the two sections.
    pub rows: bool,
    pub verify: Check,
    /// As PostgreSQL spells it: how long to wait for a table that somebody uses.
    pub lock_timeout: String,
    /// A snapshot that `from` has exported.
    pub snapshot: Option<String>,
    /// Change nothing, and tell what would be.
    pub dry_run: bool,
}

/// What of a schema, as pg_dump divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    #[default]
    All,
    /// All that rows need.
    PreData,
    /// Keys, indexes, triggers: what is made faster, or only, behind the rows.
    PostData,
}

/// How rows are compared before the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    No,
    #[default]
    Count,
    Content,
}

/// What was done, or in a dry run would be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SchemaReport {
    /// Objects that were dropped to be made again.
    pub dropped: Vec<String>,
    /// Statements that were run.
    pub statements: u64,
    pub report: Report,
}

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
        return foretell(options, &source, &common).await;
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

/// What pg_dump has written.
struct Scripts {
    before_rows: Option<String>,
    behind_rows: Option<String>,
}

impl Scripts {
    /// Both sections at the same time.
    async fn write(dump: &PgDump, options: &SchemaOptions, source: &Schema) -> Result<Self> {
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

/// The target's side, in its transaction.
struct Work<'a> {
    options: &'a SchemaOptions,
    source: &'a Schema,
    common: &'a Common<'a>,
    before: &'a Schema,
}

impl Work<'_> {
    async fn run(&self, scripts: &Scripts) -> Result<SchemaReport> {
        let (options, to) = (self.options, &self.options.to);
        let mut done = SchemaReport::default();
        let rights = AllRights::read(to).await?;
        if !self.common.objects.is_empty() {
            self.drop().await?;
            done.dropped = self.common.names();
        }
        let kept = self.kept();
        for (script, is_first) in [(&scripts.before_rows, true), (&scripts.behind_rows, false)] {
            if !is_first && options.rows {
                done.report = self.rows().await?;
            }
            if let Some(script) = script {
                done.statements += script::run(to, options.from.name(), script, &kept).await?;
            }
        }
        if options.rows {
            self.compare_rows().await?;
        }
        if options.section == Section::All {
            self.compare_schemas().await?;
        }
        if options.section != Section::PostData {
            let made = Names::of(self.source.objects.iter());
            let dropped = Names::of(self.dropped());
            rights
                .restore(to, |name, column| {
                    dropped.has(name, None) && made.has(name, column)
                })
                .await?;
        }
        self.tell(&done);
        Ok(done)
    }

    /// Drops what is to be made again, and looks whether anything went with it that will not come back.
    async fn drop(&self) -> Result<()> {
        let to = &self.options.to;
        let options = crate::pg::script::ScriptOptions::default();
        crate::pg::script::run(to, &self.common.statements(), &options).await?;
        if self.options.section == Section::PostData {
            return Ok(());
        }
        let lost = lost(self.before, &read(to).await?, self.common);
        if lost.is_empty() {
            return Ok(());
        }
        Err(Error::Dependents {
            target: to.name().to_owned(),
            objects: lost,
        })
    }

    /// What was dropped, with the sequences that went with their tables.
    fn dropped(&self) -> impl Iterator<Item = &super::Object> {
        let tables: std::collections::BTreeSet<&str> = self
            .common
            .objects
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let owned = self.before.objects.iter().filter(move |it| {
            let table = it.part_of.as_deref();
            it.kind == Kind::Sequence && table.is_some_and(|table| tables.contains(table))
        });
        self.common.objects.iter().copied().chain(owned)
    }

    fn kept(&self) -> Kept {
        let names = |kind| {
            let objects = self.before.objects.iter().filter(move |it| it.kind == kind);
            objects.map(|object| object.name.clone()).collect()
        };
        Kept {
            schemas: names(Kind::Schema),
            extensions: names(Kind::Extension),
        }
    }

    /// Into tables that nothing refers to yet.
    async fn rows(&self) -> Result<Report> {
        let options = self.options;
        let mut copied = CopyOptions::new(
            options.from.clone(),
            options.to.clone(),
            Tables::Matching(self.all_tables()),
            Mode::Append,
        );
        // Sequences are as new, and views are refreshed by the script.
        (copied.sequences, copied.refresh) = (false, false);
        if options.verify == Check::No {
            copied.verify = Verify::No;
        }
        let has_tables = self.source.objects.iter().any(|it| it.kind == Kind::Table);
        let report = match has_tables {
            true => Box::pin(tables::tables(&copied)).await?,
            false => Report::default(),
        };
        positions::bring(&options.from, &options.to, self.source).await?;
        Ok(report)
    }

    fn all_tables(&self) -> TableFilter {
        let filter = self.options.tables.clone();
        let tables = filter.tables.or_else(|| Some(vec!["*.*".to_owned()]));
        let mut exclude = filter.exclude;
        exclude.push("runner.*".to_owned());
        TableFilter {
            tables,
            exclude,
            ..filter
        }
    }

    async fn compare_rows(&self) -> Result<()> {
        let options = self.options;
        if options.verify != Check::Content {
            return Ok(());
        }
        verify::tables(&VerifyOptions {
            from: options.from.clone(),
            to: options.to.clone(),
            tables: self.all_tables(),
            by: By::Content,
            extra: Extra::Fail,
            except: Except::default(),
            samples: verify::SAMPLES,
        })
        .await?;
        Ok(())
    }

    /// Servers of different versions may print one definition in two ways.
    async fn compare_schemas(&self) -> Result<()> {
        let options = self.options;
        let made = selected(&options.to, &options.tables).await?;
        let mut differences = between(self.source, &made);
        differences.retain(|it| !self.is_expected(it));
        if differences.is_empty() {
            return Ok(());
        }
        let major = |session: &Session| session.server().version_num / 10000;
        if major(&options.from) == major(&options.to) {
            return Err(Error::Differs(differences));
        }
        let title = "definitions that the two versions print differently".to_owned();
        let table = super::diff::table(title, &differences);
        options.to.reporter().event(&Event::Report(table));
        Ok(())
    }

    /// What a dump does not bring.
    fn is_expected(&self, difference: &Difference) -> bool {
        let kept = [
            Kind::Schema,
            Kind::Extension,
            Kind::EventTrigger,
            Kind::Publication,
        ];
        let object = || {
            let mut objects = self.source.objects.iter();
            objects.find(|it| it.kind == difference.kind && it.name == difference.name)
        };
        let is = |property: &str, value: &Json| {
            object().is_some_and(|it| it.properties.get(property) == Some(value))
        };
        difference.difference == Class::Extra
            || kept.contains(&difference.kind)
            // An index whose building failed.
            || is("valid", &Json::Bool(false))
            // Without rows, a view has none.
            || !self.options.rows && difference.kind == Kind::MaterializedView
            // The triggers behind a key that somebody has switched off: told, since they are on now.
            || difference.kind == Kind::Constraint && self.told_triggers(difference)
    }

    fn told_triggers(&self, difference: &Difference) -> bool {
        let only_triggers = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            text == "no triggers" || text.starts_with("triggers ") && !text.contains(';')
        };
        let is_so = difference.difference == Class::Different
            && only_triggers(&difference.from)
            && only_triggers(&difference.to);
        if is_so {
            self.options.to.reporter().event(&Event::Warning(format!(
                "the triggers behind `{}` are not in their ordinary state on `{}`; on `{}` they are",
                difference.name,
                self.options.from.name(),
                self.options.to.name()
            )));
        }
        is_so
    }

    fn tell(&self, done: &SchemaReport) {
        let to = &self.options.to;
        let dropped = match done.dropped.len() {
            0 => String::new(),
            count => format!("{count} objects dropped, "),
        };
        to.reporter().event(&Event::Note(format!(
            "schema of `{}` to `{}`: {dropped}{} statements",
            self.options.from.name(),
            to.name(),
            done.statements
        )));
    }
}

/// What would be done.
async fn foretell(
    options: &SchemaOptions,
    source: &Schema,
    common: &Common<'_>,
) -> Result<SchemaReport> {
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
    Ok(SchemaReport {
        dropped,
        ..SchemaReport::default()
    })
}
