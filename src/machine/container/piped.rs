//! A file into a container with a shell or out of it, through a pipe: it belongs to whom commands run as, and every
//! mount of the container is seen.

use std::path::PathBuf;

use futures_util::future::BoxFuture;

use super::{Command, Container};
use crate::machine::Error;
use crate::machine::command::Input;
use crate::machine::converse::Taker;
use crate::machine::files::{Disk, Part};
use crate::machine::process::Where;
use crate::progress::Reporter;

/// Writes stdin beside `$2` as `$1`, and gives it the name and the mode `$3`. A folder would swallow it.
const PUT: &str = r#"umask 077
[ ! -d "$2" ] || { echo 'it is a folder' >&2; exit 1; }
cat >"$1" && chmod "$3" "$1" && mv -f -- "$1" "$2" || { rm -f -- "$1"; exit 1; }"#;
/// Prints the size and the mode of `$1`, and then what it holds.
const GET: &str = r#"[ -e "$1" ] || { echo 'it is not there' >&2; exit 1; }
[ -f "$1" ] || { echo 'it is no file; folders are packed first, with `tar`' >&2; exit 1; }
stat -Lc '%s %a' -- "$1" && exec cat -- "$1""#;
/// More than the line before the file has.
const LONGEST_LINE: usize = 100;

impl Container {
    /// Writes what `disk` holds to `path` inside; it appears there whole.
    pub(super) async fn put_piped(&self, disk: Disk, path: &str, mode: u32) -> Result<(), Error> {
        let part = format!("{path}.runner-{:08x}.part", rand::random::<u32>());
        let words = ["sh", "-c", PUT, "sh", &part, path, &format!("{mode:o}")];
        let command = Command {
            input: Input::Stream(disk.size, Box::new(disk.file)),
            ..Command::new(words)
        };
        let ran = self.run(command).await?;
        if ran.succeeded() {
            return Ok(());
        }
        Err(self.file_error(path, ran.complaint()))
    }

    /// Brings the file `path` inside to `local`; gives its size.
    pub(super) async fn get_piped(
        &self,
        engine: &str,
        path: &str,
        local: PathBuf,
    ) -> Result<u64, Error> {
        let mut arriving = Arriving {
            local,
            reporter: &self.0.machine.0.reporter,
            line: Vec::new(),
            part: None,
        };
        let inside = Where::Inside {
            engine,
            name: &self.0.name,
        };
        let command = Command::new(["sh", "-c", GET, "sh", path]);
        let machine = &self.0.machine;
        let running = machine.run_into(inside, command, &self.0.source, &mut arriving);
        let ran = running.await?;
        match arriving.part {
            Some(part) if ran.succeeded() => part.finish().await,
            _ => Err(self.file_error(path, ran.complaint())),
        }
    }

    fn file_error(&self, path: &str, reason: String) -> Error {
        Error::File {
            path: path.to_owned(),
            place: self.words(),
            reason,
        }
    }
}

/// Takes the line and the file behind it.
struct Arriving<'a> {
    local: PathBuf,
    reporter: &'a Reporter,
    line: Vec<u8>,
    part: Option<Part>,
}

impl Arriving<'_> {
    async fn arrive(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        if let Some(part) = &mut self.part {
            return part.put(bytes).await;
        }
        self.line.extend(bytes);
        let Some(end) = self.line.iter().position(|byte| *byte == b'\n') else {
            self.line.truncate(LONGEST_LINE);
            return Ok(());
        };
        let rest = self.line.split_off(end + 1);
        let line = String::from_utf8_lossy(&self.line);
        let (size, mode) = line.trim().split_once(' ').unwrap_or_default();
        let mode = u32::from_str_radix(mode, 8).unwrap_or(0o644) & 0o777;
        let size = size.parse().unwrap_or(0);
        let mut part = Part::create(&self.local, size, mode, self.reporter).await?;
        if !rest.is_empty() {
            part.put(rest).await?;
        }
        self.part = Some(part);
        Ok(())
    }
}

impl Taker for Arriving<'_> {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.arrive(bytes))
    }
}
