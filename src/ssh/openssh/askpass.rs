//! The questions of an `ssh` that logs in, asked by us.
//!
//! `SSH_ASKPASS` is this very program: in that role (`ui::askpass`) it hands the question over a socket, on which we
//! listen, and prints the answer for ssh to read. So no answer stands in an argument, a file or a log.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::progress::{ASKPASS_SOCKET, AskError, Event, Question, Reporter, ask};

/// No question is longer.
const LONGEST: u64 = 16 * 1024;

/// Where the questions of one login arrive.
pub struct Questions {
    listener: UnixListener,
    socket: PathBuf,
    /// Those that want no answer, but to be shown until something is done: a touch of a key.
    shown: Vec<UnixStream>,
    alias: String,
    reporter: Reporter,
}

impl Questions {
    /// Listens at `socket`, which must be in a folder that only the user can enter.
    pub fn listen(socket: PathBuf, alias: &str, reporter: &Reporter) -> io::Result<Self> {
        Ok(Self {
            listener: UnixListener::bind(&socket)?,
            socket,
            shown: Vec::new(),
            alias: alias.to_owned(),
            reporter: reporter.clone(),
        })
    }

    /// What makes `ssh` ask here, and never on a terminal.
    pub fn environment(&self) -> io::Result<[(&'static str, OsString); 3]> {
        Ok([
            ("SSH_ASKPASS", std::env::current_exe()?.into()),
            ("SSH_ASKPASS_REQUIRE", "force".into()),
            (ASKPASS_SOCKET, self.socket.clone().into()),
        ])
    }

    /// Asks whatever is to be asked, until a question finds no answer.
    pub async fn serve(&mut self) -> AskError {
        loop {
            // Nobody reaches the socket but an askpass of ours; one that goes wrong has no question.
            let Ok((mut stream, _)) = self.listener.accept().await else {
                continue;
            };
            let mut text = String::new();
            let mut question = (&mut stream).take(LONGEST);
            if question.read_to_string(&mut text).await.is_err() {
                continue;
            }
            let (kind, prompt) = text.split_once('\n').unwrap_or(("", &text));
            match self.answer(kind, prompt).await {
                Ok(Some(answer)) => {
                    // Fails where the login has ended meanwhile.
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                Ok(None) => self.shown.push(stream),
                Err(error) => return error,
            }
        }
    }

    /// The answer, behind a `y` that makes it differ from none; `None` where there is nothing to say.
    async fn answer(&self, kind: &str, prompt: &str) -> Result<Option<String>, AskError> {
        let prompt = format!("{}: {}", self.alias, prompt.trim());
        if kind == "none" {
            self.reporter.event(&Event::Note(prompt));
            return Ok(None);
        }
        let confirms = kind == "confirm";
        let question = Question {
            prompt: if confirms {
                format!("{prompt} (yes/no)")
            } else {
                prompt
            },
            secret: !confirms,
            instead: "a key that the host takes alone, or log in before by a master connection (`ControlMaster`, \
                      `ControlPersist`)"
                .to_owned(),
        };
        let answer = ask(&self.reporter, question).await?;
        Ok(match answer.expose() {
            no if confirms && no != "yes" => Some(String::new()),
            answer => Some(format!("y{answer}")),
        })
    }
}
