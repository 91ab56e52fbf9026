//! A file into a container without a shell or out of it, as a tar stream through the client's `cp`.
//!
//! The engine writes it under its name at once, as root's. It sees no tmpfs that the container has mounted.

use std::io::{self, Cursor};
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt;

use super::tar::{self, BLOCK, Kind};
use super::{Command, Container, Engine};
use crate::machine::Error;
use crate::machine::command::Input;
use crate::machine::converse::Taker;
use crate::machine::files::{Disk, Part};
use crate::machine::process::Where;
use crate::progress::Reporter;

impl Container {
    /// Writes what `disk` holds to `path` inside.
    pub(super) async fn put_tarred(
        &self,
        engine: Engine,
        disk: Disk,
        path: &str,
        mode: u32,
    ) -> Result<(), Error> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let size = disk.size;
        let trailer = tar::trailer(size);
        let total = (BLOCK + trailer.len()) as u64 + size;
        let header = tar::header(name, size, mode).map_err(|error| Error::File {
            path: path.to_owned(),
            place: self.words(),
            reason: error.to_string(),
        })?;
        let tar = Cursor::new(header)
            .chain(disk.file.take(size))
            .chain(Cursor::new(trailer));
        let target = format!("{}:{folder}/", self.0.name);
        let command = Command {
            input: Input::Stream(total, Box::new(tar)),
            ..engine.command(&["cp", "-", &target])
        };
        self.0.machine.run(command).await?.checked()?;
        Ok(())
    }

    /// Brings the file `path` inside to `local`; gives its size.
    pub(super) async fn get_tarred(
        &self,
        engine: Engine,
        path: &str,
        local: PathBuf,
    ) -> Result<u64, Error> {
        let source = format!("{}:{path}", self.0.name);
        let command = engine.command(&["cp", "-L", &source, "-"]);
        let mut unpacked = Unpacked {
            path,
            place: self.words(),
            local,
            reporter: &self.0.machine.0.reporter,
            header: Vec::new(),
            facts: None,
            left: 0,
            state: State::Header,
            part: None,
        };
        let machine = &self.0.machine;
        let running = machine.run_into(Where::Host, command, &self.0.source, &mut unpacked);
        running.await?.checked()?;
        unpacked.finish().await
    }
}

/// Takes the one file out of a tar stream.
struct Unpacked<'a> {
    path: &'a str,
    place: String,
    local: PathBuf,
    reporter: &'a Reporter,
    /// The bytes of a header or of facts that have come so far.
    header: Vec<u8>,
    /// The size that facts gave for the next entry.
    facts: Option<u64>,
    /// The bytes of this entry that are still to come.
    left: u64,
    state: State,
    part: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    /// What belongs to the next entry, kept to be read.
    Facts,
    /// The file itself.
    File,
    /// Everything that is of no use, to the end.
    Rest,
}

impl Unpacked<'_> {
    async fn unpack(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Header => {
                    let rest = self.gather(bytes, BLOCK);
                    if let Ok(block) = <&[u8; BLOCK]>::try_from(self.header.as_slice()) {
                        let entry = tar::entry(block).map_err(|error| self.unusable(&error))?;
                        self.header.clear();
                        self.begin(&entry).await?;
                    }
                    rest
                }
                State::Facts => {
                    let (size, padding) = (self.left, tar::padding(self.left));
                    let whole = usize::try_from(size).unwrap_or(usize::MAX) + padding;
                    let rest = self.gather(bytes, whole);
                    if self.header.len() == whole {
                        self.facts = tar::fact_size(&self.header).or(self.facts);
                        self.header.clear();
                        self.state = State::Header;
                    }
                    rest
                }
                State::File => {
                    let length = usize::try_from(self.left).unwrap_or(usize::MAX);
                    let (now, rest) = bytes.split_at(length.min(bytes.len()));
                    self.left -= now.len() as u64;
                    if let Some(part) = &mut self.part {
                        part.put(now.to_vec()).await?;
                    }
                    if self.left == 0 {
                        self.state = State::Rest;
                    }
                    rest
                }
                State::Rest => return Ok(()),
            };
        }
        Ok(())
    }

    /// Adds to `header` until it holds `whole` bytes; gives what is left over.
    fn gather<'b>(&mut self, bytes: &'b [u8], whole: usize) -> &'b [u8] {
        let missing = (whole - self.header.len()).min(bytes.len());
        self.header.extend(&bytes[..missing]);
        &bytes[missing..]
    }

    async fn begin(&mut self, entry: &tar::Entry) -> Result<(), Error> {
        match entry.kind {
            Kind::Facts | Kind::Skipped if entry.size <= 1 << 20 => {
                self.left = entry.size;
                self.state = State::Facts;
            }
            Kind::File => {
                self.left = self.facts.unwrap_or(entry.size);
                self.part =
                    Some(Part::create(&self.local, self.left, entry.mode, self.reporter).await?);
                self.state = match self.left {
                    0 => State::Rest,
                    _ => State::File,
                };
            }
            _ => {
                return Err(Error::NoFile {
                    path: self.path.to_owned(),
                    place: self.place.clone(),
                });
            }
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<u64, Error> {
        match self.part.take() {
            Some(part) if self.state == State::Rest => part.finish().await,
            _ => Err(self.unusable(&io::ErrorKind::UnexpectedEof.into())),
        }
    }

    fn unusable(&self, error: &io::Error) -> Error {
        Error::File {
            path: self.path.to_owned(),
            place: self.place.clone(),
            reason: error.to_string(),
        }
    }
}

impl Taker for Unpacked<'_> {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.unpack(&bytes).await })
    }
}
