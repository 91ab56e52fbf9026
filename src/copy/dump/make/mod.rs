//! Making a dump: `pg_dump` of the server's own major version or newer, led there by a tunnel of ours, or run in the
//! container of the server where it is only there.

mod arguments;
mod inside;
mod process;

use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::TempDir;

use super::Error as DumpError;
use super::program::{candidates, looked_in, major, version};
use crate::copy::files::{Output, Packing, Part, Place, beside, replace_folder, unwritable};
use crate::copy::{FileError, Result};
use crate::human;
use crate::pg::catalog::TableFilter;
use crate::pg::tunnel::{Listen, Tunnel, reach};
use crate::pg::{Session, Value};
use crate::progress::{Content, Event};
pub use inside::{Inside, Pipe};

/// What [`dump`] is to do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct DumpOptions {
    /// Dumped as a snapshot that is open in it sees it; else as it is now.
    pub from: Session,
    pub to: Place,
    pub format: DumpFormat,
    /// Of plain dumps; the others pack by themselves.
    pub packing: Packing,
    /// Everything, if it selects nothing and excludes nothing.
    pub tables: TableFilter,
    /// `pre-data`, `data`, `post-data`; all without any.
    pub sections: Vec<String>,
    pub part: DumpPart,
    /// Sessions that read at a time, into a folder.
    pub jobs: Option<u32>,
    /// Leave out who owns things, and who may use them.
    pub no_owner: bool,
    pub no_privileges: bool,
    /// How long to wait for the locks on the tables, as PostgreSQL spells it.
    pub lock_timeout: Option<String>,
    /// A snapshot that is exported already.
    pub snapshot: Option<String>,
    pub overwrite: bool,
    /// Write nothing.
    pub dry_run: bool,
    /// Another `pg_dump`, for want of one here.
    pub inside: Option<Box<dyn Inside>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpFormat {
    Custom,
    Directory,
    Tar,
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpPart {
    All,
    Schema,
    Data,
}

/// A dump that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Dumped {
    /// `stdout`, or a path.
    pub file: String,
    pub bytes: u64,
    pub seconds: f64,
}

/// Who makes it.
enum Program<'a> {
    Here(PathBuf, String),
    Inside(&'a dyn Inside),
}

/// Makes a dump, whole under its name or not at all.
pub async fn dump(options: &DumpOptions) -> Result<Dumped> {
    let begun = Instant::now();
    let from = &options.from;
    check_unchanged(from).await?;
    let arguments = arguments::arguments(options).await?;
    let program = program(options).await?;
    let file = options.to.shown("stdout");
    let name = match &program {
        Program::Here(path, version) => format!("pg_dump {version} (`{}`)", path.display()),
        Program::Inside(inside) => format!("pg_dump in {}", inside.words()),
    };
    from.reporter()
        .event(&Event::Note(format!("{name} dumps `{}`", from.name())));
    let bytes = if options.dry_run {
        0
    } else {
        match (options.format, &options.to) {
            (DumpFormat::Directory, Place::File(path)) => {
                folder(options, &program, arguments, path).await?
            }
            (DumpFormat::Custom | DumpFormat::Tar, Place::File(path)) if program.is_here() => {
                seekable(options, &program, arguments, path).await?
            }
            _ => stream(options, &program, arguments).await?,
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    from.reporter().event(&Event::Copied {
        table: file.clone(),
        summary: human::bytes(bytes),
        rows: 0,
        bytes: 0,
        seconds,
    });
    Ok(Dumped {
        file,
        bytes,
        seconds,
    })
}

/// Nobody else sees what an open transaction has written.
async fn check_unchanged(from: &Session) -> Result<()> {
    if !from.in_transaction() {
        return Ok(());
    }
    let sql = include_str!("../../../sql/assigned_transaction.sql");
    match from.value(sql, &[]).await? {
        Value::Null => Ok(()),
        _ => Err(DumpError::Unseen {
            target: from.name().to_owned(),
        }
        .into()),
    }
}

impl Program<'_> {
    fn is_here(&self) -> bool {
        matches!(self, Self::Here(..))
    }
}

/// The `pg_dump` of the server's own major version, else the next newer one, else that in the container.
async fn program(options: &DumpOptions) -> Result<Program<'_>> {
    let version_num = options.from.server().version_num;
    let wanted = u32::try_from(version_num / 10000).unwrap_or_default();
    let mut best: Option<(u32, PathBuf, String)> = None;
    let mut found = Vec::new();
    for path in candidates("pg_dump") {
        let version = version(&path).await?;
        match major(&version) {
            Some(major) if major >= wanted => {
                if best.as_ref().is_none_or(|best| major < best.0) {
                    best = Some((major, path, version));
                }
            }
            _ => found.push(format!("{version} at `{}`", path.display())),
        }
    }
    match (best, &options.inside) {
        (Some((_, path, version)), _) => Ok(Program::Here(path, version)),
        (None, Some(_)) if options.format == DumpFormat::Directory => {
            Err(DumpError::FolderInside.into())
        }
        (None, Some(inside)) => Ok(Program::Inside(inside.as_ref())),
        (None, None) => Err(DumpError::NoPgDump {
            wanted,
            found,
            looked_in: looked_in(),
        }
        .into()),
    }
}

/// Runs `pg_dump` here through a tunnel, its stdout going to `out`.
async fn run_here(
    options: &DumpOptions,
    path: &Path,
    arguments: Vec<String>,
    out: Option<&mut Output>,
) -> Result<()> {
    let reached = reach(options.from.connector()).await?;
    let tunnel = reached.listen(Listen::Private, None).await?;
    let ended = run_through(&tunnel, options, path, arguments, out).await;
    crate::interrupt::shielded(tunnel.close()).await;
    ended
}

async fn run_through(
    tunnel: &Tunnel,
    options: &DumpOptions,
    path: &Path,
    arguments: Vec<String>,
    out: Option<&mut Output>,
) -> Result<()> {
    let mut command = super::program::clean(path);
    command.args(arguments).envs(tunnel.environment()?.set);
    command.env("PGAPPNAME", options.from.connector().application_name());
    process::run(command, path, options.from.reporter(), out).await
}

/// A single file that `pg_dump` goes back in, to note where rows begin.
async fn seekable(
    options: &DumpOptions,
    program: &Program<'_>,
    mut arguments: Vec<String>,
    path: &Path,
) -> Result<u64> {
    let part = Part::create(path, options.overwrite)?;
    arguments.push(format!("--file={}", part.path().display()));
    if let Program::Here(program, _) = program {
        run_here(options, program, arguments, None).await?;
    }
    let bytes = part.path().metadata().map(|found| found.len());
    let bytes = bytes.map_err(|reason| unwritable(path, reason))?;
    part.finish().await?;
    Ok(bytes)
}

async fn folder(
    options: &DumpOptions,
    program: &Program<'_>,
    mut arguments: Vec<String>,
    path: &Path,
) -> Result<u64> {
    let path: PathBuf = path.components().collect();
    if path.symlink_metadata().is_ok() {
        if !path.is_dir() {
            return Err(FileError::NoFolder { file: path }.into());
        }
        if !options.overwrite {
            return Err(FileError::Exists { file: path }.into());
        }
    }
    let failed = |reason| unwritable(&path, reason);
    let (prefix, parent) = beside(&path);
    let mut builder = tempfile::Builder::new();
    let part: TempDir = builder
        .prefix(&prefix)
        .suffix(".part")
        .tempdir_in(parent)
        .map_err(failed)?;
    arguments.push(format!("--file={}", part.path().display()));
    if let Program::Here(program, _) = program {
        run_here(options, program, arguments, None).await?;
    }
    let bytes = size_of(part.path()).map_err(failed)?;
    replace_folder(part.path(), &path).map_err(failed)?;
    Ok(bytes)
}

fn size_of(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// What comes out of `pg_dump` into the file, or to stdout.
async fn stream(
    options: &DumpOptions,
    program: &Program<'_>,
    arguments: Vec<String>,
) -> Result<u64> {
    let content = match options.format {
        DumpFormat::Plain => Content::Text,
        _ => Content::Binary,
    };
    let reporter = options.from.reporter();
    let mut output = Output::create(
        &options.to,
        options.packing,
        content,
        options.overwrite,
        reporter,
    )?;
    match program {
        Program::Here(path, _) => run_here(options, path, arguments, Some(&mut output)).await?,
        Program::Inside(inside) => {
            let environment = inside::environment(&options.from);
            inside::run(*inside, arguments, environment, &mut output).await?;
        }
    }
    let bytes = output.written();
    output.finish().await?;
    Ok(bytes)
}
