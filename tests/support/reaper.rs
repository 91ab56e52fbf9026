//! Cleans up after the run. Rust drops no statics, and a killed process drops nothing: so a shell waits for
//! the end of its stdin, which the kernel closes however we end, and then does what it was told.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

/// `alive PID`: a process that ended and that nobody waits for, as in a container without an init, is not.
/// `end PID [sudo -n]`: asks a process to end, waits, and kills it where it does not.
const WORDS: &str = r#"
alive() { kill -0 "$1" && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
end() {
  pid=$1 n=0; shift
  "$@" kill -INT "$pid"
  while alive "$pid" && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
  "$@" kill -KILL "$pid"
}
last() { :; }
"#;

static REAPER: LazyLock<Mutex<Child>> = LazyLock::new(|| {
    Mutex::new(
        Command::new("sh")
            .args([
                "-c",
                &format!(r#"script=$(cat);{WORDS}eval "$script"; last"#),
            ])
            .process_group(0) // Ctrl-C ends the tests, not this
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    )
});

/// Has `script` (sh, with the words `alive` and `end`) run when the test process has ended.
pub fn at_end(script: &str) {
    let mut reaper = REAPER.lock().unwrap();
    writeln!(reaper.stdin.as_mut().unwrap(), "{script}").unwrap();
}

/// Has `script` run after all others. There is one such script in a run: that of what the others stand on.
pub fn at_very_end(script: &str) {
    at_end(&format!("last() {{ {script}; }}"));
}
