//! What is done on the target, in one transaction.

use std::collections::BTreeSet;

use super::drop::{Common, lost};
use super::keep::{AllRights, Names};
use super::read::read;
use super::script::{self, Kept};
use super::scripts::Scripts;
use super::{Check, Error, Kind, Object, Result, Schema, SchemaOptions, SchemaReport, Section};
use super::{expected, positions};
use crate::copy::verify::{By, Except, Extra, VerifyOptions};
use crate::copy::{CopyOptions, Mode, Report, Tables, Verify, tables, verify};
use crate::pg::catalog::TableFilter;
use crate::pg::script::ScriptOptions;
use crate::progress::Event;

/// The target's side, in its transaction.
pub(super) struct Work<'a> {
    pub options: &'a SchemaOptions,
    pub source: &'a Schema,
    pub common: &'a Common<'a>,
    pub before: &'a Schema,
}

impl Work<'_> {
    pub async fn run(&self, scripts: &Scripts) -> Result<SchemaReport> {
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
            expected::compare(options, self.source).await?;
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
        let options = ScriptOptions::default();
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
    fn dropped(&self) -> impl Iterator<Item = &Object> {
        let tables: BTreeSet<&str> = self
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
        let report = if has_tables {
            Box::pin(tables::tables(&copied)).await?
        } else {
            Report::default()
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
