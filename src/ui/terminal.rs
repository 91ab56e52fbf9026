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
}
