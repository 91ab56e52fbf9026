//! The order of what is written: one writer at a time, no status line left behind, nothing across
//! an open question.

use std::io::Write;
use std::time::{Duration, Instant};

const INDENT: &str = "  ";
const WIPE_LINE: &str = "\r\u{1b}[2K";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Out,
    Err,
}

pub struct Printer {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// How many steps are open.
    pub depth: usize,
    /// When a status was last due, and whether one stands on the terminal's last line.
    status_at: Option<Instant>,
    status_shown: bool,
    /// While a question is on the terminal: what waits for its answer.
    held: Option<Vec<(Output, String)>>,
}

impl Printer {
    pub fn new(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        Self {
            out: Box::new(out),
            err: Box::new(err),
            depth: 0,
            status_at: None,
            status_shown: false,
            held: None,
        }
    }

    pub fn print(&mut self, to: Output, text: String) {
        if let Some(held) = &mut self.held {
            held.push((to, text));
            return;
        }
        self.wipe_status();
        self.write(to, &text);
    }

    /// Prints to stderr under the step that is open.
    pub fn print_indented(&mut self, text: &str) {
        let indent = self.indent();
        let text = text.trim_end().replace('\n', &format!("\n{indent}"));
        self.print(Output::Err, format!("{indent}{text}\n"));
    }

    pub fn indent(&self) -> String {
        INDENT.repeat(self.depth)
    }

    /// Tells how far something is, at most once in `pause`: on a terminal in the place of the last
    /// status, cut to one line since two could not be wiped; elsewhere as a line of its own.
    pub fn status(&mut self, text: &str, terminal_width: Option<usize>, pause: Duration) {
        let now = Instant::now();
        // Where nobody watches, a first status would only double the line that ends a short copy.
        let first = terminal_width.is_some();
        let due = self
            .status_at
            .map_or(first, |last| now.duration_since(last) >= pause);
        if due || self.status_at.is_none() {
            self.status_at = Some(now);
        }
        if !due || self.held.is_some() {
            return;
        }
        let Some(width) = terminal_width else {
            return self.print_indented(text);
        };
        self.wipe_status();
        let text = format!("{}{text}", self.indent());
        let fits = super::table::prefix(&text, width);
        self.write(Output::Err, &text[..fits]);
        self.status_shown = true;
    }

    /// Leaves the terminal's last line free.
    pub fn clear_status(&mut self) {
        self.wipe_status();
    }

    /// From here to [`Printer::release`] the terminal belongs to a question.
    pub fn hold(&mut self) {
        self.wipe_status();
        self.held.get_or_insert_default();
    }

    pub fn release(&mut self) {
        for (to, text) in self.held.take().into_iter().flatten() {
            self.write(to, &text);
        }
    }

    /// Ends the line on which a question stands.
    pub fn break_line(&mut self) {
        self.write(Output::Err, "\n");
    }

    fn wipe_status(&mut self) {
        if std::mem::take(&mut self.status_shown) {
            self.write(Output::Err, WIPE_LINE);
        }
    }

    fn write(&mut self, to: Output, text: &str) {
        let stream = match to {
            Output::Out => &mut self.out,
            Output::Err => &mut self.err,
        };
        // A closed pipe at the other end is no failure of the run.
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.flush();
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.wipe_status();
    }
}
