//! Runs the real program in a project of a test's own and checks what it did. When something is not as
//! expected, the whole scene is shown: files, command, both streams, exit.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Database, Running, Terminal, docker, processes, sshd};

/// Shorter than anything goes on that was forgotten.
const A_MOMENT: Duration = Duration::from_secs(4);

/// A run to be: build it up, then end with [`Runner::success`], [`Runner::code`] or [`Runner::start`].
#[must_use]
pub struct Runner {
    project: TempDir,
    toml: String,
    /// Whether a target is behind the real sshd.
    over_ssh: bool,
    args: Vec<String>,
    env: Vec<(String, String)>,
    expected: Expected,
}

#[derive(Default)]
pub struct Expected {
    stdout: Option<String>,
    stderr: Option<String>,
    stdout_has: Vec<String>,
    stderr_has: Vec<String>,
    nowhere: Vec<String>,
}

/// A run that has ended.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    /// The project folder, gone with the value.
    pub project: TempDir,
}

impl Runner {
    pub fn new() -> Self {
        Self {
            project: tempfile::Builder::new()
                .prefix("runner-project-")
                .tempdir()
                .unwrap(),
            toml: String::new(),
            over_ssh: false,
            args: Vec::new(),
            env: Vec::new(),
            expected: Expected::default(),
        }
    }

    /// Adds lines to `runner.toml`.
    pub fn toml(mut self, lines: &str) -> Self {
        self.toml.push_str(lines);
        self.toml.push('\n');
        self
    }

    /// A target reached over TCP.
    pub fn target(self, name: &str, database: &Database) -> Self {
        let url = database.url();
        self.toml(&format!("[targets.{name}]\nurl = \"{url}\""))
    }

    /// A target in a container behind the real sshd, as production is: `database` is one of its own.
    pub fn container_target(self, name: &str, database: &Database) -> Self {
        self.local_container_target(name, database)
            .toml("ssh = \"jump\"")
            .over_ssh()
    }

    /// A target in a container of this machine.
    pub fn local_container_target(self, name: &str, database: &Database) -> Self {
        let url = database.socket_url();
        let docker = database.container().name();
        self.toml(&format!(
            "[targets.{name}]\nurl = \"{url}\"\ndocker = \"{docker}\""
        ))
    }

    /// Has `ssh = "jump"` and the other hosts of [`super::Sshd::config`] mean the real sshd.
    pub fn over_ssh(mut self) -> Self {
        self.over_ssh = true;
        self
    }

    /// Protects the target added last.
    pub fn protected(self, phrase: &str) -> Self {
        self.toml(&format!("protect = \"{phrase}\""))
    }

    /// The playbook to run, kept as `playbook.lua`.
    pub fn playbook(self, lua: &str) -> Self {
        self.file("playbook.lua", lua).args(["playbook.lua"])
    }

    /// A file of the project.
    pub fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
        self
    }

    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The project folder.
    pub fn path(&self) -> &Path {
        self.project.path()
    }

    /// What stdout must be, no more and no less.
    pub fn stdout(mut self, text: &str) -> Self {
        self.expected.stdout = Some(text.to_owned());
        self
    }

    /// What stderr must be, no more and no less. `--quiet` leaves out what differs from run to run.
    pub fn stderr(mut self, text: &str) -> Self {
        self.expected.stderr = Some(text.to_owned());
        self
    }

    pub fn stdout_has(mut self, text: &str) -> Self {
        self.expected.stdout_has.push(text.to_owned());
        self
    }

    pub fn stderr_has(mut self, text: &str) -> Self {
        self.expected.stderr_has.push(text.to_owned());
        self
    }

    /// What neither stream may hold: a password, an escape character.
    pub fn shows_nowhere(mut self, text: &str) -> Self {
        self.expected.nowhere.push(text.to_owned());
        self
    }

    /// Runs to the end, which must be exit code 0.
    #[track_caller]
    pub fn success(self) -> Ran {
        self.code(0)
    }

    /// Runs to the end, which must be this exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Ran {
        self.start().finish(code)
    }

    /// Starts the program and leaves it running.
    #[track_caller]
    pub fn start(self) -> Running {
        let command = self.command();
        let scene = self.scene();
        Running::spawn(command, scene, self.expected, self.project)
    }

    /// Starts the program in a terminal of its own.
    #[track_caller]
    pub fn terminal(self) -> Terminal {
        Terminal::start(&self.command(), self.project)
    }

    /// The command for a terminal that a test has itself, and the project.
    pub fn for_terminal(self) -> (Command, TempDir) {
        (self.command(), self.project)
    }

    fn command(&self) -> Command {
        self.write_toml();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_runner"));
        let home = self.path().join("home");
        fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(&program);
        command
            .args(&self.args)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", &home)
            .envs(
                ["PATH", "TMPDIR", "RUNNER_PG_BIN"]
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .envs(docker::engine_host().map(|host| ("DOCKER_HOST", host)))
            .envs([("LANG", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "dumb")])
            // What is long would wait for keys.
            .env("PAGER", "cat")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn write_toml(&self) {
        let mut toml = self.toml.clone();
        if self.over_ssh {
            let config = sshd().config();
            let _ = writeln!(toml, "[ssh]\nconfig = \"{}\"", config.display());
        }
        if !toml.is_empty() {
            fs::write(self.path().join("runner.toml"), toml).unwrap();
        }
    }

    /// What was set up, for the report of a failure.
    fn scene(&self) -> String {
        let mut scene = format!("$ runner {}\n", self.args.join(" "));
        for (name, value) in &self.env {
            let _ = writeln!(scene, "with {name}={value}");
        }
        for name in ["runner.toml", ".env", "playbook.lua"] {
            if let Ok(text) = fs::read_to_string(self.path().join(name)) {
                let _ = writeln!(scene, "--- {name}\n{text}");
            }
        }
        scene
    }
}

impl Ran {
    /// Fails if a process that the run started goes on: an ssh or docker client, a tunnel. Every one of them
    /// has the run's environment. An `ssh` in the background has been told to end, and does so a moment later.
    #[track_caller]
    pub fn assert_left(&self) {
        let mark = format!("HOME={}/", self.project.path().display());
        let begun = Instant::now();
        loop {
            let left = processes::with_environment(&mark);
            if left.is_empty() {
                return;
            }
            let waited = begun.elapsed();
            assert!(waited < A_MOMENT, "processes of the run are left: {left:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A report without the line of its caret.
pub fn without_caret(report: &str) -> String {
    let is_caret = |line: &&str| line.trim_start_matches([' ', '|']) == "^";
    let kept = report.lines().filter(|line| !is_caret(line));
    kept.flat_map(|line| [line, "\n"]).collect()
}

impl Expected {
    /// What is not as it should be, one line for each.
    pub fn differences(&self, ran: &Ran) -> Vec<String> {
        let lacks = |stream: &str, text: &str, wanted: &[String]| {
            wanted
                .iter()
                .filter(|it| !text.contains(it.as_str()))
                .map(|it| format!("{stream} lacks {it:?}"))
                .collect::<Vec<_>>()
        };
        let mut differences = lacks("stdout", &ran.stdout, &self.stdout_has);
        differences.extend(lacks("stderr", &ran.stderr, &self.stderr_has));
        for (stream, expected, text) in [
            ("stdout", &self.stdout, &ran.stdout),
            ("stderr", &self.stderr, &ran.stderr),
        ] {
            if let Some(expected) = expected
                && expected != text
            {
                differences.push(format!("{stream} should be\n{expected}"));
            }
        }
        for text in &self.nowhere {
            if ran.stdout.contains(text) || ran.stderr.contains(text) {
                differences.push(format!("{text:?} is shown"));
            }
        }
        differences
    }
}
