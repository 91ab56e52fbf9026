//! The program in a real terminal, kept by tmux: what it asks there can be answered, and read off the screen.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{PATIENCE, must, output, reaper, sh_word, wait_until};

pub struct Terminal {
    /// The name of the tmux server, which has this one window.
    server: String,
    /// The project folder, gone with the value.
    pub project: TempDir,
}

impl Terminal {
    /// Runs `command` in a terminal wide enough that no message is broken.
    #[track_caller]
    pub fn start(command: &Command, project: TempDir) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let server = format!("runner-test-{}-{number}", std::process::id());
        let script = project.path().join("in_terminal.sh");
        fs::write(&script, script_for(command, project.path())).unwrap();
        reaper::at_end(&format!("tmux -L {server} kill-server"));
        must(
            Command::new("tmux")
                .args(["-L", &server, "-f", "/dev/null"])
                .args(["new-session", "-d", "-x", "400", "-y", "50", "sh"])
                .arg(script),
        );
        Self { server, project }
    }

    fn tmux(&self, args: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.args(["-L", &self.server]).args(args);
        tmux
    }

    pub fn screen(&self) -> String {
        let screen = output(&mut self.tmux(&["capture-pane", "-p"]));
        String::from_utf8_lossy(&screen.stdout).trim().to_owned()
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return;
            }
            let waited = begun.elapsed();
            assert!(
                waited < PATIENCE,
                "waited in vain for {text:?} on the screen:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types a line.
    #[track_caller]
    pub fn type_line(&self, text: &str) {
        self.type_keys(text);
        self.press("Enter");
    }

    /// Types a text and nothing behind it.
    #[track_caller]
    pub fn type_keys(&self, text: &str) {
        must(&mut self.tmux(&["send-keys", "-l", text]));
    }

    /// Presses a key by tmux's name for it: `Enter`, `C-c`.
    #[track_caller]
    pub fn press(&self, key: &str) {
        must(&mut self.tmux(&["send-keys", key]));
    }

    /// Whether the program left the terminal as it was: what is typed is shown.
    pub fn echoes(&self) -> bool {
        let modes = fs::read_to_string(self.project.path().join("stty")).unwrap();
        modes.split_whitespace().any(|mode| mode == "echo")
    }

    /// Waits until the program has ended; gives its exit code and what is on the screen then.
    #[track_caller]
    pub fn finish(&self) -> (i32, String) {
        let code = self.project.path().join("exit_code");
        wait_until("the program in the terminal has ended", || code.exists());
        let code = fs::read_to_string(code).unwrap().trim().parse().unwrap();
        (code, self.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = output(&mut self.tmux(&["kill-server"]));
    }
}

/// A script that runs `command` with nothing but its own environment, then leaves the exit code in a file. Ctrl-C
/// is for the program, and does not end the script.
fn script_for(command: &Command, project: &Path) -> String {
    let word = |text: &OsStr| sh_word(Path::new(text));
    let set = command.get_envs().filter_map(|(name, value)| {
        let (name, value) = (name.to_str()?, value?);
        Some(format!("{name}={}", word(value)))
    });
    let words: Vec<_> = set
        .chain([word(command.get_program())])
        .chain(command.get_args().map(word))
        .collect();
    format!(
        "cd {project}\ntrap : INT\nenv -i {}\necho $? >exit_code.part\nstty -a >stty\nmv exit_code.part exit_code\nexec sleep 1000\n",
        words.join(" "),
        project = sh_word(project)
    )
}
