//! The order of what is written: one writer at a time, what goes on at the moment always below what has been, and
//! nothing across an open question.
//!
//! Our own rather than indicatif: that draws from its own threads and knows nothing of stdout, of a pager or of an open
//! question, and every text would have to pass it to stay apart from its lines.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use super::results::prefix;

const INDENT: &str = "  ";
/// From the cursor to the end of the screen.
const WIPE_BELOW: &str = "\u{1b}[J";
/// Lines that follow each other so fast do not have the status drawn again below each.
const BURST: Duration = Duration::from_millis(30);

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
    /// When a status was last told where there is no terminal.
    told_at: Option<Instant>,
    status: Status,
    /// Of which output something stands on the line of the cursor, which a status would wipe.
    mid_line: Option<Output>,
    /// Both outputs are the terminal on which the status is drawn.
    shared: bool,
    /// While a question or a pager has the terminal: what waits until it is free.
    held: Option<Vec<Held>>,
    /// Nothing is drawn any more.
    ended: bool,
    /// Why something for stdout was lost, the first time.
    lost: Option<io::Error>,
    /// While a line is typed: who shows what is printed.
    elsewhere: Option<Elsewhere>,
}

type Held = Box<dyn FnOnce(&mut Printer) + Send>;

/// Takes a text that is to be printed. It must not wait.
pub type Elsewhere = Box<dyn FnMut(String) + Send>;

/// The lines at the end of the terminal that are drawn again and again.
#[derive(Default)]
struct Status {
    lines: Vec<String>,
    /// The width of each as it was drawn; empty where none is on the screen.
    drawn: Vec<usize>,
    drawn_at: Option<Instant>,
    /// The terminal's when they were drawn.
    width: usize,
}

impl Printer {
    pub fn new(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        Self {
            out: Box::new(out),
            err: Box::new(err),
            depth: 0,
            told_at: None,
            status: Status::default(),
            mid_line: None,
            shared: true,
            held: None,
            ended: false,
            lost: None,
            elsewhere: None,
        }
    }

    /// The same where the outputs are not both the terminal.
    #[must_use]
    pub fn with_outputs_apart(mut self) -> Self {
        self.shared = false;
        self
    }

    pub fn print(&mut self, to: Output, text: String) {
        if let Some(elsewhere) = &mut self.elsewhere {
            elsewhere(text);
            return;
        }
        if let Some(held) = &mut self.held {
            held.push(Box::new(move |printer| printer.print(to, text)));
            return;
        }
        let drawn = !self.status.drawn.is_empty();
        let mut wiping = self.status.wiping();
        if self.mid_line.is_some_and(|open| open != to) && self.is_on_screen(to) {
            wiping.push('\n');
        }
        if self.is_on_screen(to) && !text.is_empty() {
            self.mid_line = (!text.ends_with('\n')).then_some(to);
        }
        if to == Output::Err {
            // In one write, so that nothing flickers.
            self.write(to, &(wiping + &text));
        } else {
            self.write(Output::Err, &wiping);
            self.write(to, &text);
        }
        let burst = self.status.drawn_at.is_some_and(|at| at.elapsed() < BURST);
        if drawn && !burst {
            self.draw_again();
        }
    }

    fn is_on_screen(&self, output: Output) -> bool {
        output == Output::Err || self.shared
    }

    /// Prints to an output that is no terminal, as it is.
    pub fn print_bytes(&mut self, to: Output, bytes: &[u8]) {
        match &mut self.held {
            None => self.write_bytes(to, bytes),
            Some(held) => {
                let bytes = bytes.to_vec();
                held.push(Box::new(move |printer| printer.write_bytes(to, &bytes)));
            }
        }
    }

    /// Prints lines to stderr under the step that is open.
    pub fn print_indented(&mut self, text: &str) {
        let indent = self.indent();
        let text = text.trim_end().replace('\n', &format!("\n{indent}"));
        // One of stdout is ended by `print`.
        let open = if self.mid_line == Some(Output::Err) {
            "\n"
        } else {
            ""
        };
        self.print(Output::Err, format!("{open}{indent}{text}\n"));
    }

    pub fn indent(&self) -> String {
        INDENT.repeat(self.depth)
    }

    /// Tells how far something is where there is no terminal: at most once in `pause`, and not at once, which would only
    /// double the line that ends a short copy.
    pub fn tell(&mut self, lines: &[String], pause: Duration) {
        let now = Instant::now();
        let last = *self.told_at.get_or_insert(now);
        if now.duration_since(last) >= pause && self.held.is_none() {
            self.told_at = Some(now);
            for line in lines {
                self.print_indented(line);
            }
        }
    }

    /// Has `lines` stand at the end of a terminal of this width, from now on and whatever is printed.
    pub fn draw(&mut self, lines: Vec<String>, width: usize) {
        self.set_status(lines, width);
        if self.may_draw() {
            let text = self.status.wiping() + &self.status.drawing();
            self.write(Output::Err, &text);
        }
    }

    /// The same from the next line on that is printed.
    pub fn set_status(&mut self, lines: Vec<String>, width: usize) {
        self.status.width = width;
        self.status.lines = lines;
    }

    fn draw_again(&mut self) {
        if self.may_draw() {
            let text = self.status.drawing();
            self.write(Output::Err, &text);
        }
    }

    fn may_draw(&self) -> bool {
        let is_free = self.held.is_none() && self.elsewhere.is_none();
        is_free && self.mid_line.is_none() && !self.ended
    }

    /// Takes the status off the terminal; from here on lines are printed, and nothing is drawn below them.
    pub fn end(&mut self) {
        let wiping = self.status.wiping();
        self.write(Output::Err, &wiping);
        self.ended = true;
    }

    /// From here to [`Printer::release`] the terminal belongs to a question, or to a pager.
    pub fn hold(&mut self) {
        let wiping = self.status.wiping();
        self.write(Output::Err, &wiping);
        self.held.get_or_insert_default();
    }

    /// From here on, until it is called with `None`, all is shown elsewhere, and nothing is drawn.
    pub fn lead_away(&mut self, elsewhere: Option<Elsewhere>) {
        let wiping = self.status.wiping();
        self.write(Output::Err, &wiping);
        // What draws there begins with the line.
        if elsewhere.is_some() && self.mid_line.take().is_some() {
            self.write(Output::Err, "\n");
        }
        self.elsewhere = elsewhere;
    }

    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    pub fn release(&mut self) {
        for print in self.held.take().into_iter().flatten() {
            print(self);
        }
    }

    /// Ends the line on which a question stands.
    pub fn break_line(&mut self) {
        self.write(Output::Err, "\n");
    }

    fn write(&mut self, to: Output, text: &str) {
        self.write_bytes(to, text.as_bytes());
    }

    fn write_bytes(&mut self, to: Output, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let stream = match to {
            Output::Out => &mut self.out,
            Output::Err => &mut self.err,
        };
        let written = stream.write_all(bytes).and_then(|()| stream.flush());
        // A closed pipe at the other end is no failure of the run, and of stderr nobody could be told.
        if let Err(error) = written
            && to == Output::Out
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.lost.get_or_insert(error);
        }
    }

    /// Why something for stdout was lost, if it was.
    pub fn take_lost(&mut self) -> Option<io::Error> {
        self.lost.take()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let wiping = self.status.wiping();
        self.write(Output::Err, &wiping);
    }
}

impl Status {
    /// What brings the cursor to where the lines began, and leaves nothing of them.
    fn wiping(&mut self) -> String {
        // A terminal that has become narrower has broken them into more.
        let width = self.width.max(1);
        let rows: usize = self
            .drawn
            .iter()
            .map(|drawn| drawn.div_ceil(width).max(1))
            .sum();
        self.drawn.clear();
        match rows {
            0 => String::new(),
            1 => format!("\r{WIPE_BELOW}"),
            rows => format!("\r\u{1b}[{}A{WIPE_BELOW}", rows - 1),
        }
    }

    /// The lines, each cut so that none is broken; the cursor stays behind the last.
    fn drawing(&mut self) -> String {
        let room = self.width.saturating_sub(1);
        let mut text = String::new();
        for (place, line) in self.lines.iter().enumerate() {
            let line = &line[..prefix(line, room)];
            text.push_str(if place > 0 { "\n" } else { "" });
            text.push_str(line);
            self.drawn.push(line.width());
        }
        if !text.is_empty() {
            self.drawn_at = Some(Instant::now());
        }
        text
    }
}

#[cfg(test)]
mod tests;
