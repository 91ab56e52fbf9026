//! What is longer than the terminal is read in a pager: `$PAGER`, or `less` where there is one.
//!
//! Nothing is kept back for it: the pager starts with the first screenful, or when more is long in coming.

use std::io::{self, ErrorKind, Write};
use std::process::{Child, Command, Stdio};

/// What `less` does where the user has not said: end by itself where all fits, pass colours on, cut no line, and leave
/// on the screen what was read.
const LESS: &str = "FRX";
/// The shell's answers where there is no such program.
const NO_PROGRAM: [i32; 2] = [126, 127];

pub struct Pager {
    /// `$PAGER`; `None` for `less`.
    program: Option<String>,
    /// The lines of the terminal.
    height: usize,
    state: State,
    /// Told `true` when something is about to stand on the terminal and `false` when it is free again.
    taken: Box<dyn FnMut(bool) + Send>,
    has_taken: bool,
}

enum State {
    /// It may still fit.
    Held {
        text: Vec<u8>,
        lines: usize,
    },
    Paging(Child),
    /// There is no pager, and what comes goes to the terminal.
    Straight,
}

impl Pager {
    /// For a terminal of so many lines on stdout.
    pub fn new(height: usize, taken: impl FnMut(bool) + Send + 'static) -> Self {
        let program = std::env::var("PAGER").ok();
        let wants_none = |program: &String| matches!(program.trim(), "" | "cat");
        Self {
            state: if program.as_ref().is_some_and(wants_none) {
                State::Straight
            } else {
                State::held()
            },
            program,
            height,
            taken: Box::new(taken),
            has_taken: false,
        }
    }

    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::Held { text, lines } => {
                text.extend_from_slice(bytes);
                *lines += memchr::memchr_iter(b'\n', bytes).count();
                // One line is the prompt's.
                if *lines < self.height {
                    return Ok(());
                }
                self.start()
            }
            State::Paging(child) => to_child(child, bytes),
            State::Straight => {
                self.take();
                io::stdout().write_all(bytes)
            }
        }
    }

    fn take(&mut self) {
        if !self.has_taken {
            self.has_taken = true;
            (self.taken)(true);
        }
    }

    /// What has been written is to be seen, though more may come.
    pub fn settle(&mut self) -> io::Result<()> {
        match &self.state {
            State::Held { text, .. } if text.is_empty() => Ok(()),
            State::Held { .. } => self.start(),
            State::Paging(_) => Ok(()),
            State::Straight => io::stdout().flush(),
        }
    }

    /// Waits until the operator has read all.
    pub fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn start(&mut self) -> io::Result<()> {
        let State::Held { text, .. } = std::mem::replace(&mut self.state, State::Straight) else {
            return Ok(());
        };
        self.take();
        io::stdout().flush()?;
        match command(self.program.as_deref()).spawn() {
            Ok(mut child) => {
                let written = to_child(&mut child, &text);
                self.state = State::Paging(child);
                written
            }
            Err(error) if error.kind() == ErrorKind::NotFound => io::stdout().write_all(&text),
            Err(error) => Err(error),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        let ended = self.end_result();
        if std::mem::take(&mut self.has_taken) {
            (self.taken)(false);
        }
        ended
    }

    fn end_result(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.state, State::Straight) {
            State::Held { text, .. } => {
                self.take();
                io::stdout().write_all(&text)?;
            }
            State::Paging(mut child) => {
                drop(child.stdin.take());
                let code = child.wait()?.code();
                if code.is_some_and(|code| NO_PROGRAM.contains(&code)) {
                    let program = self.program.as_deref().unwrap_or("less");
                    return Err(io::Error::other(format!(
                        "the pager `{program}` cannot be run; set PAGER to another, or to `cat` for none"
                    )));
                }
            }
            State::Straight => {}
        }
        io::stdout().flush()
    }
}

impl Drop for Pager {
    /// Where the result ended halfway: what is there can still be read.
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl State {
    fn held() -> Self {
        Self::Held {
            text: Vec::new(),
            lines: 0,
        }
    }
}

fn to_child(child: &mut Child, bytes: &[u8]) -> io::Result<()> {
    match &mut child.stdin {
        Some(stdin) => stdin.write_all(bytes),
        None => Err(ErrorKind::BrokenPipe.into()),
    }
}

/// `$PAGER` may have arguments, which a shell takes apart as it does for every program that reads it.
fn command(program: Option<&str>) -> Command {
    let mut command = match program {
        None => Command::new("less"),
        Some(program) if cfg!(windows) => {
            let mut words = program.split_whitespace();
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words);
            command
        }
        Some(program) => {
            let mut command = Command::new("sh");
            command.args(["-c", program]);
            command
        }
    };
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    command.stdin(Stdio::piped());
    command
}
