//! The order of what is written: one writer at a time, no status line left behind, nothing across
//! an open question.

use std::io::Write;
use std::time::{Duration, Instant};

const INDENT: &str = "  ";
const WIPE_LINE: &str = "\r\u{1b}[2K";
const WIPE_LINE_ABOVE: &str = "\u{1b}[1A\u{1b}[2K";

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
    /// When a status was last due, and how many of the terminal's last lines it takes.
    status_at: Option<Instant>,
    status_lines: usize,
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
            status_lines: 0,
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
    /// status, each line cut to the width since a broken one could not be wiped; elsewhere as lines of their own.
    pub fn status(&mut self, lines: &[String], terminal_width: Option<usize>, pause: Duration) {
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
            return lines.iter().for_each(|line| self.print_indented(line));
        };
        let mut shown = self.wiping();
        for (place, line) in lines.iter().enumerate() {
            let text = format!("{}{line}", self.indent());
            let fits = super::results::prefix(&text, width);
            shown.push_str(if place > 0 { "\n" } else { "" });
            shown.push_str(&text[..fits]);
        }
        // In one write, so that nothing flickers.
        self.write(Output::Err, &shown);
        self.status_lines = lines.len();
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
        let wiping = self.wiping();
        if !wiping.is_empty() {
            self.write(Output::Err, &wiping);
        }
    }

    /// What brings the cursor to where the status began, and leaves nothing of it.
    fn wiping(&mut self) -> String {
        match std::mem::take(&mut self.status_lines) {
            0 => String::new(),
            lines => format!("{WIPE_LINE}{}", WIPE_LINE_ABOVE.repeat(lines - 1)),
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_status_of_several_lines_is_wiped_line_by_line() {
        let err = Written::default();
        let mut printer = Printer::new(std::io::sink(), err.clone());
        let lines = |lines: &[&str]| -> Vec<String> {
            lines.iter().map(|line| (*line).to_owned()).collect()
        };
        printer.status(&lines(&["one", "second"]), Some(4), Duration::ZERO);
        printer.status(&lines(&["three"]), Some(80), Duration::ZERO);
        printer.print(Output::Err, "done\n".to_owned());
        let written = String::from_utf8(err.0.lock().unwrap().clone()).unwrap();
        let wiped = "\r\u{1b}[2K";
        let above = "\u{1b}[1A\u{1b}[2K";
        assert_eq!(
            written,
            format!("one\nseco{wiped}{above}three{wiped}done\n")
        );
    }
}
