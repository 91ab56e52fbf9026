//! A file into a container or out of it, streamed through the client's `cp`: no copy on the machine between.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt;

use super::tar::{self, BLOCK, Kind};
use super::{Command, Container, Engine, Inner};
use crate::human;
use crate::machine::command::Input;
use crate::machine::converse::Taker;
use crate::machine::files::{Disk, Part};
use crate::machine::process::Where;
use crate::machine::{Error, Moved};
use crate::progress::{Event, Reporter};

/// Gives the part its name; a folder of that name would swallow it.
const NAME: &str =
    r#"[ ! -d "$2" ] || { echo "it is a folder" >&2; exit 1; }; exec mv -f -- "$1" "$2""#;

impl Container {
    /// Brings the file `local` of this machine to `path` inside. It has `mode` there, or else the mode it has here.
    ///
    /// Where the image has a shell, the file appears under its name whole; else the engine writes it there at once.
    pub async fn copy_in(
        &self,
        local: &Path,
        path: &str,
        mode: Option<u32>,
    ) -> Result<Moved, Error> {
        let begun = Instant::now();
        let path = Self::inside(path, local)?;
        let disk = Disk::open(local, &self.0.machine.0.reporter).await?;
        let engine = self.engine().await?;
        let by_part = match self.has_shell(engine).await {
            // The engine writes into one that does not run, too.
            Err(Error::NotRunning { .. }) => false,
            known => known?,
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("/", &path));
        let part = format!(".runner-{:08x}.part", rand::random::<u32>());
        let name = if by_part { &part } else { name };
        let (size, mode) = (disk.size, mode.unwrap_or(disk.mode));
        let tar = Cursor::new(tar::header(name, size, mode))
            .chain(disk.file.take(size))
            .chain(Cursor::new(tar::trailer(size)));
        let total = (BLOCK + tar::trailer(size).len()) as u64 + size;
        let target = format!("{}:{}/", self.0.name, folder);
        let command = Command {
            input: Input::Stream(total, Box::new(tar)),
            ..engine.command(&["cp", "-", &target])
        };
        self.0.machine.run(command).await?.checked()?;
        if by_part {
            self.name_part(&format!("{folder}/{part}"), &path).await?;
        }
        Ok(self.tell(&path, size, begun))
    }

    async fn name_part(&self, part: &str, path: &str) -> Result<(), Error> {
        let words = ["sh", "-c", NAME, "sh", part, path];
        let named = self.run(Command::new(words)).await?;
        if named.succeeded() {
            return Ok(());
        }
        self.run(Command::new(["rm", "-f", "--", part])).await?;
        Err(Error::File {
            path: path.to_owned(),
            place: self.words(),
            reason: named.complaint(),
        })
    }

    /// Brings the file `path` inside to `local` on this machine; a link stands for what it leads to.
    pub async fn copy_out(&self, path: &str, local: &Path) -> Result<Moved, Error> {
        let begun = Instant::now();
        let path = Self::inside(path, local)?;
        let engine: Engine = self.engine().await?;
        let source = format!("{}:{path}", self.0.name);
        let command = engine.command(&["cp", "-L", &source, "-"]);
        let mut unpacked = Unpacked {
            path: &path,
            place: self.words(),
            local: if local.is_dir() {
                local.join(path.rsplit('/').next().unwrap_or("file"))
            } else {
                local.to_owned()
            },
            reporter: &self.0.machine.0.reporter,
            header: Vec::new(),
            facts: None,
            left: 0,
            state: State::Header,
            part: None,
        };
        let machine = &self.0.machine;
        let ran = machine
            .run_into(Where::Host, command, &self.0.source, &mut unpacked)
            .await?;
        ran.checked()?;
        let size = unpacked.finish().await?;
        Ok(self.tell(&path, size, begun))
    }

    /// A path inside from its root; one that ends in a slash is a folder to put the file `local` into.
    fn inside(path: &str, local: &Path) -> Result<String, Error> {
        if path.is_empty() || path.contains('\0') {
            return Err(Error::BadPath {
                path: path.to_owned(),
            });
        }
        let name = local.file_name().unwrap_or_default().to_string_lossy();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let name = if path.ends_with('/') { &*name } else { "" };
        Ok(format!("{slash}{path}{name}"))
    }

    fn words(&self) -> String {
        let Inner { machine, name, .. } = &*self.0;
        format!("in container `{name}` {}", machine.words())
    }

    fn tell(&self, path: &str, bytes: u64, begun: Instant) -> Moved {
        let seconds = begun.elapsed().as_secs_f64();
        self.0.machine.0.reporter.event(&Event::Copied {
            table: format!("{}:{path}", self.0.source),
            summary: human::bytes(bytes),
            seconds,
        });
        Moved {
            bytes,
            seconds,
            resumed: 0,
        }
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
                        let entry = tar::entry(block);
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

    async fn finish(self) -> Result<u64, Error> {
        match self.part {
            Some(part) if self.state == State::Rest => part.finish().await,
            _ => Err(Error::File {
                path: self.path.to_owned(),
                place: self.place,
                reason: io::Error::from(io::ErrorKind::UnexpectedEof).to_string(),
            }),
        }
    }
}

impl Taker for Unpacked<'_> {
    fn take(&mut self, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.unpack(&bytes).await })
    }
}
