//! How the terminal was, so that a question that is given up leaves it so: whoever reads the answer has
//! switched echo and line editing off, and will not come back to switch them on.

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The modes of the terminal on stdin.
pub struct Modes(#[cfg(unix)] Termios);

#[cfg(unix)]
impl Modes {
    /// `None` where stdin is no terminal.
    pub fn now() -> Option<Self> {
        tcgetattr(std::io::stdin()).ok().map(Self)
    }

    /// The same for a line editor that is left in the midst of a line: what it has switched on is off.
    pub fn leave_editor(&self) {
        use std::io::Write;
        self.restore();
        // Without a terminal there is nothing to be switched off.
        let _ = std::io::stdout().write_all(b"\x1b[?2004l\r\n");
    }

    pub fn restore(&self) {
        // Fails only where the terminal is gone.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(not(unix))]
impl Modes {
    /// There, Ctrl-C comes with the answer.
    pub fn now() -> Option<Self> {
        None
    }

    pub fn restore(&self) {}

    pub fn leave_editor(&self) {}
}
