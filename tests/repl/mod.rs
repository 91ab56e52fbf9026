//! The prompt in a pseudo-terminal: keystrokes in, screen out.

mod complete;
mod describe;
mod exact;
mod habits;
mod lines;
mod prompt;
mod server;
mod typing;

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::support::{PATIENCE, Runner};

const ROWS: u16 = 40;
const COLUMNS: u16 = 100;

pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_R: &str = "\x12";
pub const ENTER: &str = "\r";
pub const TAB: &str = "\t";
pub const UP: &str = "\x1b[A";

/// The program in a terminal of its own.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    terminal: Arc<Mutex<Shown>>,
    /// The project folder, gone with the value.
    pub project: TempDir,
}

/// What the terminal shows, and all it was ever sent.
struct Shown {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Screen {
    pub fn resize(&self, columns: u16) {
        let size = PtySize {
            rows: ROWS,
            cols: columns,
            ..PtySize::default()
        };
        self.master.resize(size).unwrap();
        let mut shown = self.terminal.lock().unwrap();
        shown.parser.screen_mut().set_size(ROWS, columns);
    }

    /// `runner ARGS` in the project that `runner` describes, as a person's terminal would have it.
    #[track_caller]
    pub fn start(runner: Runner, args: &[&str]) -> Self {
        let (command, project) = runner
            .args(args.iter().copied())
            .env("TERM", "xterm-256color")
            .for_terminal();
        Self::open(&command, project)
    }

    #[track_caller]
    fn open(command: &Command, project: TempDir) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.cwd(project.path());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap());
        }
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let terminal = Arc::new(Mutex::new(Shown {
            parser: vt100::Parser::new(ROWS, COLUMNS, 10_000),
            bytes: Vec::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&terminal);
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            // A terminal whose program has ended fails to be read.
            while let Ok(read @ 1..) = reader.read(&mut chunk) {
                let mut shown = shared.lock().unwrap();
                shown.parser.process(&chunk[..read]);
                shown.bytes.extend_from_slice(&chunk[..read]);
            }
        });
        Self {
            child,
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            terminal,
            project,
        }
    }

    /// What is on the screen: lines without blanks at their ends.
    pub fn text(&self) -> String {
        let shown = self.terminal.lock().unwrap();
        let text = shown.parser.screen().contents();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// What a terminal of so many lines that nothing leaves it would show: a line that is wrapped is one.
    pub fn transcript(&self) -> String {
        let shown = self.terminal.lock().unwrap();
        let mut parser = vt100::Parser::new(1000, COLUMNS, 0);
        parser.process(&shown.bytes);
        let text = parser.screen().contents();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// All bytes that the terminal was sent, with its controls.
    pub fn bytes(&self) -> String {
        let shown = self.terminal.lock().unwrap();
        String::from_utf8_lossy(&shown.bytes).into_owned()
    }

    /// The line of the cursor.
    pub fn last_line(&self) -> String {
        self.text().lines().last().unwrap_or_default().to_owned()
    }

    /// Waits until the screen is so, and fails with the screen where that takes too long.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.wait(what, Self::text, is_so);
    }

    /// The same of all that was ever shown.
    #[track_caller]
    pub fn wait_transcript(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.wait(what, Self::transcript, is_so);
    }

    #[track_caller]
    fn wait(&self, what: &str, read: impl Fn(&Self) -> String, is_so: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        loop {
            let text = read(self);
            if is_so(&text) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain until {what}; the screen:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub fn wait_text(&self, text: &str) {
        self.wait_for(&format!("{text:?} is shown"), |screen| {
            screen.contains(text)
        });
    }

    /// Waits until the program asks for a line with this prompt.
    #[track_caller]
    pub fn wait_prompt(&self, prompt: &str) {
        self.wait_for(&format!("the prompt is {prompt:?}"), |screen| {
            screen.lines().last().unwrap_or_default().trim_end() == prompt.trim_end()
        });
    }

    /// Presses keys.
    #[track_caller]
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Types a line.
    #[track_caller]
    pub fn type_line(&mut self, text: &str) {
        self.keys(&format!("{text}{ENTER}"));
    }

    /// Wipes the screen, as Ctrl-L does, so that what comes next stands alone.
    #[track_caller]
    pub fn clear(&mut self) {
        self.keys("\x0c");
        self.wait_for("the screen is wiped", |screen| screen.lines().count() <= 1);
    }

    /// Types a line on a wiped screen and gives what stands between it and the prompt that follows.
    #[track_caller]
    pub fn answer(&mut self, line: &str, prompt: &str) -> String {
        self.clear();
        self.type_line(line);
        self.wait_for(&format!("{prompt:?} is back"), |screen| {
            let mut lines = screen.lines();
            let first = lines.next().unwrap_or_default();
            let last = lines.next_back().unwrap_or_default();
            first.len() > prompt.trim_end().len() && last.trim_end() == prompt.trim_end()
        });
        let text = self.text();
        let lines: Vec<_> = text.lines().collect();
        let typed = line.lines().count().max(1);
        lines[typed..lines.len() - 1].join("\n")
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits until the program has ended; its exit code.
    #[track_caller]
    pub fn finish(mut self) -> (u32, TempDir) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let project = std::mem::replace(&mut self.project, tempfile::tempdir().unwrap());
                return (status.exit_code(), project);
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "it does not end; the screen:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Screen {
    /// It must not outlive a test that fails.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
