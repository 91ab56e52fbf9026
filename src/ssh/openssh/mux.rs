//! What a master connection of OpenSSH and its clients say to each other over the control socket.
//!
//! Version 4 of the protocol, which every OpenSSH since 5.6 speaks (`PROTOCOL.mux` among its sources). Spoken here
//! rather than by an `ssh -W` for each stream, since the program does not tell whether its stream was opened. A
//! message is its length and then words of 32 bits and strings; file descriptors follow their request.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;

use crate::ssh::exec::Program;

const VERSION: u32 = 4;
/// No message that concerns us comes near.
const LONGEST: u32 = 256 * 1024;
/// Stands in place of a port where the host is the path of a unix socket.
const SOCKET: u32 = u32::MAX - 1;
const LOCAL: u32 = 1;
const NO_ESCAPES: u32 = u32::MAX;

const HELLO: u32 = 1;
const NEW_SESSION: u32 = 0x1000_0002;
const ALIVE_CHECK: u32 = 0x1000_0004;
const TERMINATE: u32 = 0x1000_0005;
const OPEN_FORWARD: u32 = 0x1000_0006;
const CLOSE_FORWARD: u32 = 0x1000_0007;
const NEW_STREAM: u32 = 0x1000_0008;

const OK: u32 = 0x8000_0001;
const DENIED: u32 = 0x8000_0002;
const FAILURE: u32 = 0x8000_0003;
const EXIT: u32 = 0x8000_0004;
const ALIVE: u32 = 0x8000_0005;
const OPENED: u32 = 0x8000_0006;

/// What a master can be asked for.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    /// stdin, stdout and stderr go with it.
    Start(Program<'a>),
    /// `ssh -W`; stdin and stdout go with it.
    Stream {
        host: &'a str,
        port: u16,
    },
    /// `ssh -L` from a socket of this machine to one of the host.
    OpenForward {
        here: &'a str,
        there: &'a str,
    },
    CloseForward {
        here: &'a str,
        there: &'a str,
    },
    AliveCheck,
    Terminate,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    Opened,
    /// In the words of the master, which are few.
    Refused(String),
    Exit(u32),
    /// Nothing that was asked for.
    Other,
}

/// A connection to a master. A request that opens something takes the connection with it: what was opened lives as
/// long as both do.
#[derive(Debug)]
pub struct Control(UnixStream);

impl Control {
    /// Connects to the master at `socket`; an error where none lives there.
    pub async fn connect(socket: &Path) -> io::Result<Self> {
        let mut control = Self(UnixStream::connect(socket).await?);
        let hello = Message::new(HELLO).number(VERSION);
        control.0.write_all(&hello.framed()).await?;
        let (kind, mut words) = control.message().await?;
        if (kind, words.number()?) == (HELLO, VERSION) {
            Ok(control)
        } else {
            Err(io::Error::other("it speaks another version"))
        }
    }

    /// Sends a request with the file descriptors that belong to it, and waits for the answer.
    pub async fn ask(
        &mut self,
        request: Request<'_>,
        files: &[BorrowedFd<'_>],
    ) -> io::Result<Reply> {
        self.0.write_all(&request.message().framed()).await?;
        for file in files {
            let send = || send_file(&self.0, *file);
            self.0.async_io(Interest::WRITABLE, send).await?;
        }
        self.reply().await
    }

    /// Sends a request whose answer may never come.
    pub async fn tell(&mut self, request: Request<'_>) -> io::Result<()> {
        self.0.write_all(&request.message().framed()).await
    }

    /// The next thing the master has to say; an error once it has closed the connection.
    pub async fn reply(&mut self) -> io::Result<Reply> {
        let (kind, mut words) = self.message().await?;
        // The request it answers; there is one at a time.
        words.number()?;
        Ok(match kind {
            OK | ALIVE => Reply::Done,
            OPENED => Reply::Opened,
            DENIED | FAILURE => Reply::Refused(words.text()?),
            EXIT => Reply::Exit(words.number()?),
            _ => Reply::Other,
        })
    }

    async fn message(&mut self) -> io::Result<(u32, Words)> {
        let length = self.0.read_u32().await?;
        if length > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.0.read_exact(&mut bytes).await?;
        let mut words = Words { bytes, at: 0 };
        Ok((words.number()?, words))
    }
}

impl Request<'_> {
    fn message(&self) -> Message {
        // The number that its answer bears comes first in every request.
        let request = |kind| Message::new(kind).number(0);
        let forward = |kind, here: &str, there: &str| {
            let message = request(kind).number(LOCAL);
            message.text(here).number(SOCKET).text(there).number(SOCKET)
        };
        match *self {
            Self::Start(program) => {
                let (no_terminal, no_display, no_agent) = (0, 0, 0);
                let (words, is_subsystem) = match program {
                    Program::Command(command) => (command, 0),
                    Program::Subsystem(name) => (name, 1),
                };
                request(NEW_SESSION)
                    .text("")
                    .number(no_terminal)
                    .number(no_display)
                    .number(no_agent)
                    .number(is_subsystem)
                    .number(NO_ESCAPES)
                    .text("")
                    .text(words)
            }
            Self::Stream { host, port } => {
                let message = request(NEW_STREAM).text("").text(host);
                message.number(u32::from(port))
            }
            Self::OpenForward { here, there } => forward(OPEN_FORWARD, here, there),
            Self::CloseForward { here, there } => forward(CLOSE_FORWARD, here, there),
            Self::AliveCheck => request(ALIVE_CHECK),
            Self::Terminate => request(TERMINATE),
        }
    }
}

/// A message on its way out.
struct Message(Vec<u8>);

impl Message {
    fn new(kind: u32) -> Self {
        Self(Vec::new()).number(kind)
    }

    fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn text(self, text: &str) -> Self {
        let mut message = self.number(length(text.len()));
        message.0.extend(text.as_bytes());
        message
    }

    fn framed(self) -> Vec<u8> {
        let length = length(self.0.len());
        [&length.to_be_bytes(), self.0.as_slice()].concat()
    }
}

/// No command or path comes near 4 GiB.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// A message that has arrived, read from the front.
struct Words {
    bytes: Vec<u8>,
    at: usize,
}

impl Words {
    fn take(&mut self, count: usize) -> io::Result<&[u8]> {
        let end = self.at.saturating_add(count);
        let taken = self.bytes.get(self.at..end);
        self.at = end;
        taken.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn number(&mut self) -> io::Result<u32> {
        let bytes = self.take(4)?.try_into().map_err(io::Error::other)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn text(&mut self) -> io::Result<String> {
        let count = usize::try_from(self.number()?).map_err(io::Error::other)?;
        Ok(String::from_utf8_lossy(self.take(count)?).into_owned())
    }
}

/// A byte of no meaning carries the file.
fn send_file(socket: &UnixStream, file: BorrowedFd<'_>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut buffer = SendAncillaryBuffer::new(&mut space);
    let files = [file];
    // There is room, as the space was made for it.
    buffer.push(SendAncillaryMessage::ScmRights(&files));
    let byte = [IoSlice::new(&[0])];
    sendmsg(socket.as_fd(), &byte, &mut buffer, SendFlags::empty())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_read_as_it_was_written() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let refusal = Message::new(FAILURE).number(0).text("no");
        let exit = Message::new(EXIT).number(3).number(7);
        let written = [refusal.framed(), exit.framed()].concat();
        theirs.write_all(&written).await.unwrap();
        drop(theirs);
        let mut control = Control(ours);
        let refused = Reply::Refused("no".to_owned());
        assert_eq!(control.reply().await.unwrap(), refused);
        assert_eq!(control.reply().await.unwrap(), Reply::Exit(7));
        assert!(control.reply().await.is_err());
    }

    #[tokio::test]
    async fn a_message_cut_short_is_an_error() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut short = Message::new(FAILURE).number(0).number(100);
        short.0.push(b'x');
        theirs.write_all(&short.framed()).await.unwrap();
        assert!(Control(ours).reply().await.is_err());
    }
}
