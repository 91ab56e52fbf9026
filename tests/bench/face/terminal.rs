//! A program in a terminal of its own: keys in, bytes out, and the time between.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::measure::{Figures, peak};

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    arrived: Receiver<(Instant, Vec<u8>)>,
    /// When the last keys were pressed; at first, when the program was started.
    pressed: Instant,
    /// When what was last waited for came.
    came: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub fn start(command: &Command) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 100,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.cwd(command.get_current_dir().unwrap());
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap());
        }
        // What is waited for shall not be cut by colours, nor shown by a pager.
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("NO_COLOR", "1"),
            ("PAGER", "cat"),
        ] {
            builder.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, arrived) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 16384];
            // A terminal whose program has ended fails to be read.
            while let Ok(read @ 1..) = reader.read(&mut chunk) {
                if sender
                    .send((Instant::now(), chunk[..read].to_vec()))
                    .is_err()
                {
                    break;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let pressed = Instant::now();
        let child = pair.slave.spawn_command(builder).unwrap();
        Self {
            child,
            keyboard,
            arrived,
            pressed,
            came: pressed,
            _master: pair.master,
        }
    }

    pub fn keys(&mut self, keys: &str) {
        self.pressed = Instant::now();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until `text` has come since it was last waited for something; gives all that has.
    pub fn wait(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut bytes: Vec<u8> = Vec::new();
        let mut looked_at = 0;
        while memchr::memmem::find(&bytes[looked_at..], text.as_bytes()).is_none() {
            looked_at = bytes.len().saturating_sub(text.len());
            let left = deadline.saturating_duration_since(Instant::now());
            let arrived = self.arrived.recv_timeout(left);
            let (came, chunk) = arrived.unwrap_or_else(|why| panic!("waited for {text:?}: {why}"));
            bytes.extend(chunk);
            self.came = came;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// From the last keys to what was waited for last, and the peak of memory until now.
    pub fn figures(&self) -> Figures {
        Figures {
            wall: self.came.duration_since(self.pressed).as_secs_f64(),
            cpu: 0.0,
            peak_mb: peak(self.child.process_id().unwrap()),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
