//! Cleans up after the run. Rust drops no statics, and a killed process drops nothing: so a shell waits for
//! the end of its stdin, which the kernel closes however we end, and then does what it was told.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

static REAPER: LazyLock<Mutex<Child>> = LazyLock::new(|| {
    Mutex::new(
        Command::new("sh")
            .args(["-c", r#"script=$(cat); eval "$script"; last"#])
            .process_group(0) // Ctrl-C ends the tests, not this
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    )
});

/// Has `script` (sh) run when the test process has ended.
pub fn at_end(script: &str) {
    let mut reaper = REAPER.lock().unwrap();
    writeln!(reaper.stdin.as_mut().unwrap(), "{script}").unwrap();
}

/// Has `script` run after all others. There is one such script in a run: that of what the others stand on.
pub fn at_very_end(script: &str) {
    at_end(&format!("last() {{ {script}; }}"));
}

/// A script that ends a process with SIGINT, waits for it, and kills it where it does not end.
pub fn end_process(pid: i32) -> String {
    format!(
        "kill -INT {pid}; n=0; \
         while kill -0 {pid} && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done; kill -KILL {pid}"
    )
}
