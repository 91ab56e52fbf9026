//! `copy.dump { from =, to =, format =, tables =, ... }`.

use futures_util::future::BoxFuture;
use mlua::{Lua, Table, Value};

use super::super::Context;
use super::super::sides::side;
use super::super::tables::filter;
use super::export::packing;
use crate::config::Target;
use crate::copy::{
    self, DumpError, DumpFormat, DumpOptions, DumpPart, Inside, Packing, Pipe, Place,
};
use crate::host::options::Options;
use crate::host::{Call, Result};
use crate::machine::{self, Command, Container};

pub async fn dump(call: Call, table: Table) -> Result<Table> {
    let options = Options::new(call.name, Some(table));
    let from = side(&options, "from")?;
    let to = options.required("to", options.string("to")?)?;
    let place = match to.as_str() {
        "-" => Place::Standard,
        path => Place::File(from.context().path(path)),
    };
    let (format, packed) = format(&options, &to, &place)?;
    let packing = packing(&options)?.unwrap_or(packed);
    if packing != Packing::Plain && format != DumpFormat::Plain {
        return Err(
            options.error("only plain dumps are packed; the other formats are so by themselves")
        );
    }
    let session = from.session()?.clone();
    let inside = inside(from.context(), session.connector().target())?;
    let dump = DumpOptions {
        to: place,
        format,
        packing,
        tables: filter(from.context(), &options)?,
        sections: sections(&options)?,
        part: part(&options)?,
        jobs: jobs(&options, format)?,
        no_owner: options.boolean("owner")? == Some(false),
        no_privileges: options.boolean("privileges")? == Some(false),
        lock_timeout: lock_timeout(&options)?,
        snapshot: from.exported_snapshot().map(str::to_owned),
        overwrite: options.boolean("overwrite")?.unwrap_or(false),
        dry_run: from.context().options.dry_run,
        inside,
        from: session,
    };
    options.finish()?;
    let dumped = Box::pin(copy::dump(&dump)).await?;
    report(&call.lua, &dumped)
}

/// As it is given, or as the name says.
fn format(options: &Options, to: &str, place: &Place) -> Result<(DumpFormat, Packing)> {
    let words = [
        ("custom", DumpFormat::Custom),
        ("directory", DumpFormat::Directory),
        ("tar", DumpFormat::Tar),
        ("plain", DumpFormat::Plain),
    ];
    let given = options.choice("format", &words)?;
    let (suffix, packing) = match place {
        Place::File(path) => copy::suffixes(path),
        Place::Standard => (None, Packing::Plain),
    };
    let named = match suffix.as_deref() {
        _ if to.ends_with('/') => Some(DumpFormat::Directory),
        Some("sql") => Some(DumpFormat::Plain),
        Some("tar") => Some(DumpFormat::Tar),
        Some("dump" | "custom" | "backup" | "pgdump" | "dmp") => Some(DumpFormat::Custom),
        _ => None,
    };
    match given.or(named) {
        Some(DumpFormat::Directory) if *place == Place::Standard => {
            Err(options.error("a folder does not fit into stdout"))
        }
        Some(format) => Ok((format, packing)),
        None => Err(options.error(format!(
            "cannot tell from the name `{to}` what dump it is to be; give `format`, one of `custom`, `directory`, \
             `tar`, `plain`"
        ))),
    }
}

fn sections(options: &Options) -> Result<Vec<String>> {
    let sections = options.strings("section")?.unwrap_or_default();
    for section in &sections {
        if !matches!(section.as_str(), "pre-data" | "data" | "post-data") {
            return Err(options.error(format!(
                "option `section` has `pre-data`, `data` and `post-data`, got `{section}`"
            )));
        }
    }
    Ok(sections)
}

fn part(options: &Options) -> Result<DumpPart> {
    let flag = |name| Ok::<_, crate::host::Error>(options.boolean(name)?.unwrap_or(false));
    match (flag("schema_only")?, flag("data_only")?) {
        (true, true) => {
            Err(options.error("options `schema_only` and `data_only` exclude each other"))
        }
        (true, false) => Ok(DumpPart::Schema),
        (false, true) => Ok(DumpPart::Data),
        (false, false) => Ok(DumpPart::All),
    }
}

fn jobs(options: &Options, format: DumpFormat) -> Result<Option<u32>> {
    let Some(jobs) = options.integer("jobs")? else {
        return Ok(None);
    };
    let wrong = || options.error(format!("option `jobs` must be 1 or more, got {jobs}"));
    let number = u32::try_from(jobs).ok().filter(|jobs| *jobs > 0);
    let number = number.ok_or_else(wrong)?;
    if number > 1 && format != DumpFormat::Directory {
        return Err(options.error("only the format `directory` is written by several jobs"));
    }
    Ok(Some(number))
}

/// In milliseconds, which is what `pg_dump` takes a bare number for.
fn lock_timeout(options: &Options) -> Result<Option<String>> {
    let limit = options.duration("lock_timeout")?;
    Ok(limit.map(|limit| limit.as_millis().to_string()))
}

/// Where `pg_dump` may be if it is not here.
fn inside(context: &Context, target: &Target) -> Result<Option<Box<dyn Inside>>> {
    let Some(name) = &target.docker else {
        return Ok(None);
    };
    let container = context.machine(target.ssh.as_deref()).container(name)?;
    Ok(Some(Box::new(InContainer(container))))
}

struct InContainer(Container);

/// Takes the program of the server's own version, where distributions put it, or the one that is found.
const SCRIPT: &str = r#"program=/usr/lib/postgresql/$1/bin/pg_dump
[ -x "$program" ] || program=pg_dump
shift
exec "$program" "$@""#;

impl Inside for InContainer {
    fn words(&self) -> String {
        format!("container `{}`", self.0.name())
    }

    fn run(
        &self,
        major: i64,
        arguments: Vec<String>,
        environment: Vec<(String, String)>,
        mut out: Pipe,
    ) -> BoxFuture<'_, std::result::Result<(), DumpError>> {
        Box::pin(async move {
            let major = major.to_string();
            let words = ["sh", "-c", SCRIPT, "sh", &major].map(str::to_owned);
            let command = Command {
                env: environment,
                ..Command::new(words.into_iter().chain(arguments))
            };
            let ran = match self.0.run_to(command, &mut *out).await {
                Ok(ran) => ran,
                Err(machine::Error::Interrupted) => return Err(DumpError::Interrupted),
                Err(error) => {
                    return Err(DumpError::Inside {
                        reason: error.to_string(),
                    });
                }
            };
            if ran.succeeded() {
                return Ok(());
            }
            let first = ran
                .stderr
                .lines()
                .find_map(|line| line.split_once("error: "));
            Err(DumpError::DumpFailed {
                status: ran.exit.to_string(),
                message: match first {
                    Some((_, message)) => message.to_owned(),
                    None => ran.complaint(),
                },
            })
        })
    }
}

/// `{ file =, bytes =, seconds = }`
fn report(lua: &Lua, dumped: &copy::Dumped) -> Result<Table> {
    let report = lua.create_table()?;
    report.raw_set("file", dumped.file.as_str())?;
    report.raw_set(
        "bytes",
        Value::Integer(i64::try_from(dumped.bytes).unwrap_or(i64::MAX)),
    )?;
    report.raw_set("seconds", dumped.seconds)?;
    Ok(report)
}
