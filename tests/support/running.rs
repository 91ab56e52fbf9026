//! The program while it runs: wait for what it prints, signal it, see it end.

use std::io::Read;
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::PATIENCE;
use super::runner::{Expected, Ran};

pub struct Running {
    child: Killed,
    stdin: Option<ChildStdin>,
    stdout: Stream,
    stderr: Stream,
    scene: String,
    expected: Expected,
    project: TempDir,
}

impl Running {
    #[track_caller]
    pub fn spawn(
        mut command: Command,
        scene: String,
        expected: Expected,
        project: TempDir,
    ) -> Self {
        let mut child = command.spawn().unwrap();
        Self {
            stdout: Stream::of(child.stdout.take().unwrap()),
            stderr: Stream::of(child.stderr.take().unwrap()),
            // Open, as a terminal's would be.
            stdin: child.stdin.take(),
            child: Killed(child),
            scene,
            expected,
            project,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Waits until `text` was printed on stderr.
    #[track_caller]
    pub fn wait_for_stderr(&self, text: &str) {
        if !self.stderr.wait_for(text) {
            self.fail(&format!("waited in vain for {text:?} on stderr"));
        }
    }

    /// Waits until `text` was printed on stdout.
    #[track_caller]
    pub fn wait_for_stdout(&self, text: &str) {
        if !self.stdout.wait_for(text) {
            self.fail(&format!("waited in vain for {text:?} on stdout"));
        }
    }

    /// What was printed on stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.so_far()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child.0), signal).unwrap();
    }

    /// Waits for the end, which must be this exit code, with everything else as expected.
    #[track_caller]
    pub fn finish(mut self, code: i32) -> Ran {
        let status = self.wait();
        if status.code() != Some(code) {
            self.fail(&format!("ended with {status} instead of {code}"));
        }
        self.done(status)
    }

    /// Waits for the end by a signal: after kill -9.
    #[track_caller]
    pub fn killed(self) -> Ran {
        self.signal(Signal::KILL);
        self.ended().1
    }

    /// Waits for the end, whichever it is.
    #[track_caller]
    pub fn ended(mut self) -> (ExitStatus, Ran) {
        let status = self.wait();
        (status, self.done(status))
    }

    #[track_caller]
    fn wait(&mut self) -> ExitStatus {
        self.stdin = None;
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                return status;
            }
            if begun.elapsed() > PATIENCE {
                self.fail("did not end");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[track_caller]
    fn done(self, status: ExitStatus) -> Ran {
        let ran = Ran {
            stdout: self.stdout.whole(&self.scene),
            stderr: self.stderr.whole(&self.scene),
            project: self.project,
        };
        let differences = self.expected.differences(&ran);
        assert!(
            differences.is_empty(),
            "{}\n{}ended with {status}\n--- stdout\n{}\n--- stderr\n{}",
            differences.join("\n"),
            self.scene,
            ran.stdout,
            ran.stderr
        );
        ran
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let (stdout, stderr) = (self.stdout.so_far(), self.stderr.so_far());
        let scene = &self.scene;
        panic!("{what}\n{scene}--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// A child that does not outlive a test that fails.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a stream has given so far, read by a thread of its own.
#[derive(Clone, Default)]
struct Stream(Arc<(Mutex<Given>, Condvar)>);

#[derive(Default)]
struct Given {
    bytes: Vec<u8>,
    ended: bool,
}

impl Given {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let stream = Self::default();
        let shared = stream.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            loop {
                let read = pipe.read(&mut chunk).unwrap_or(0);
                let (given, changed) = &*shared.0;
                let mut given = given.lock().unwrap();
                given.bytes.extend_from_slice(&chunk[..read]);
                given.ended = read == 0;
                changed.notify_all();
                if given.ended {
                    return;
                }
            }
        });
        stream
    }

    fn so_far(&self) -> String {
        self.0.0.lock().unwrap().text()
    }

    fn wait_for(&self, text: &str) -> bool {
        self.wait_while(|given| !given.ended && !given.text().contains(text));
        self.so_far().contains(text)
    }

    /// Everything. A child that was left running holds the stream open.
    #[track_caller]
    fn whole(&self, scene: &str) -> String {
        assert!(
            self.wait_while(|given| !given.ended),
            "a process was left behind that holds a stream open\n{scene}"
        );
        self.so_far()
    }

    /// Whether `goes_on` became false in time.
    fn wait_while(&self, goes_on: impl Fn(&Given) -> bool) -> bool {
        let (given, changed) = &*self.0;
        let (_given, waited) = changed
            .wait_timeout_while(given.lock().unwrap(), PATIENCE, |given| goes_on(given))
            .unwrap();
        !waited.timed_out()
    }
}
