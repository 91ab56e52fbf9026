//! The listener of a run: lines to stderr as things happen, results to stdout.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use terminal_size::{Height, Width, terminal_size_of};

use super::doing::Doing;
use super::error::Report;
use super::lines::{self, Weight};
use super::log::Log;
use super::pager::Pager;
use super::paint::Paint;
use super::printer::{Elsewhere, Output, Printer};
use super::results::{self, Expanded, Format, Style, Writer};
use super::ticker::Ticker;
use super::{chart, escape, page, prompt, terminal};
use crate::config::{Secret, redact};
use crate::docs::Page;
use crate::progress::{AskError, Column, Content, Event, NoStdout, Progress, Question, Table};

/// How often it is told how far something is, where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);
/// For a file, and for a terminal that does not tell.
const UNKNOWN_WIDTH: usize = 100;
const PLAIN: Paint = Paint { on: false };

/// What the command line says about the output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Only warnings, the playbook's own words, results and errors.
    pub quiet: bool,
    /// How results are written. Where programs read them, stdout is for them alone.
    pub format: Format,
}

/// Prints everything, redacted and escaped. Errors of writing are nobody's to hear, so they are let
/// go.
pub struct Console {
    options: Options,
    out: Screen,
    err: Screen,
    /// Held while a question is open: a second one waits for its turn.
    asking: Mutex<()>,
    /// How the terminal was before that question.
    before: Mutex<Option<terminal::Modes>>,
    state: Arc<Mutex<State>>,
    ticker: Ticker,
    log: Option<Mutex<Log>>,
}

/// What is on the terminal, and what is to come there.
struct State {
    printer: Printer,
    doing: Doing,
    /// Lines of tables that are done, for which a report is to come.
    held: Vec<String>,
}

/// What is on the other end of an output.
#[derive(Clone, Copy)]
struct Screen {
    paint: Paint,
    /// The width of the terminal, which changes; `None` for a file or a pipe.
    width: fn() -> Option<usize>,
    height: fn() -> usize,
    /// What stands there can be drawn again.
    live: bool,
}

/// One write is one event of tracing.
pub struct Tracer {
    console: Arc<Console>,
    to: TraceTo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceTo {
    Stderr,
    Log,
}

impl Write for Tracer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        match self.to {
            TraceTo::Stderr => {
                let text = escape::block(&text);
                locked(&self.console.state).printer.print(Output::Err, text);
            }
            TraceTo::Log => self.console.log(&text),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Console {
    /// Over the standard outputs.
    pub fn new(options: Options) -> Self {
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        let out = Screen {
            paint: Paint::detect(&stdout),
            width: || terminal_width(&std::io::stdout(), terminal_size_of(std::io::stdout())),
            height: || terminal_height(terminal_size_of(std::io::stdout())),
            live: is_live(&stdout),
        };
        let err = Screen {
            paint: Paint::detect(&stderr),
            width: || terminal_width(&std::io::stderr(), terminal_size_of(std::io::stderr())),
            height: || terminal_height(terminal_size_of(std::io::stderr())),
            live: is_live(&stderr),
        };
        Self::over(options, out, err, Printer::new(stdout, stderr))
    }

    fn over(options: Options, out: Screen, err: Screen, printer: Printer) -> Self {
        let state = Arc::new(Mutex::new(State {
            printer,
            doing: Doing::default(),
            held: Vec::new(),
        }));
        let draws = Arc::clone(&state);
        Self {
            options,
            out,
            err,
            asking: Mutex::default(),
            before: Mutex::default(),
            ticker: Ticker::new(move || draw(&draws, err)),
            state,
            log: None,
        }
    }

    /// Has everything written to a log, too.
    #[must_use]
    pub fn with_log(self, log: Log) -> Self {
        Self {
            log: Some(Mutex::new(log)),
            ..self
        }
    }

    pub fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Where tracing writes: lines redacted and escaped as all others.
    pub fn tracer(self: &Arc<Self>, to: TraceTo) -> Tracer {
        Tracer {
            console: Arc::clone(self),
            to,
        }
    }

    /// Writes a line to the log, if there is one.
    pub fn log(&self, text: &str) {
        let Some(log) = &self.log else {
            return;
        };
        let written = locked(log).write(text);
        if let Err(reason) = written {
            self.event(&Event::Warning(reason));
        }
    }

    /// Whether stdout is a terminal with colours.
    pub fn is_coloured(&self) -> bool {
        self.out.paint.on
    }

    /// Has all that is printed on a terminal go elsewhere, as long as a line is typed there; `None`: no longer.
    pub fn lead_away(&self, to: Option<Elsewhere>) {
        let to_a_terminal = (self.out.width)().is_some() && (self.err.width)().is_some();
        locked(&self.state)
            .printer
            .lead_away(to.filter(|_| to_a_terminal));
    }

    /// Prints what was led away too late.
    pub fn print_as_it_is(&self, text: String) {
        locked(&self.state).printer.print(Output::Err, text);
    }

    /// Prints the report of a failure to stderr: with `--json` as one line.
    pub fn report(&self, report: &Report) {
        self.log(&report.render(UNKNOWN_WIDTH, PLAIN));
        let width = (self.err.width)().unwrap_or(UNKNOWN_WIDTH);
        let text = if self.options.format == Format::Json {
            report.json()
        } else {
            report.render(width, self.err.paint)
        };
        locked(&self.state).printer.print(Output::Err, text);
    }

    /// Prints help to stdout.
    pub fn print(&self, text: &str) {
        let text = format!("{}\n", escape::block(text.trim_end()));
        locked(&self.state).printer.print(Output::Out, text);
    }

    fn show(&self, shown: &Table) {
        let style = self.style(self.options.format, Expanded::Auto);
        let text = if style.format == Format::Aligned {
            results::render(shown, style)
        } else {
            results::render(&redacted(shown), style)
        };
        self.put(Output::Out, text);
    }

    fn style(&self, format: Format, expanded: Expanded) -> Style {
        Style {
            format,
            expanded,
            width: (self.out.width)(),
            paint: self.out.paint,
        }
    }

    /// Takes a result for stdout, row by row: on a terminal in a pager where it is long, else as it is.
    pub fn result(
        &self,
        columns: &[Column],
        format: Format,
        expanded: Expanded,
    ) -> std::io::Result<Writer> {
        let style = self.style(format, expanded);
        let out = if style.width.is_some() {
            let state = Arc::clone(&self.state);
            results::Output::paged(Pager::new((self.out.height)(), move |taken| {
                let printer = &mut locked(&state).printer;
                if taken {
                    printer.hold();
                } else {
                    printer.release();
                }
            }))
        } else {
            results::Output::stream(std::io::stdout())
        };
        Writer::new(columns, style, out)
    }

    /// Whether a question or a pager has the terminal.
    pub fn is_taken(&self) -> bool {
        locked(&self.state).printer.is_held()
    }

    fn page(&self, shown: &Page) {
        let text = if self.options.format == Format::Json {
            escape::json(&shown.document.to_string()) + "\n"
        } else {
            let width = (self.out.width)().unwrap_or(UNKNOWN_WIDTH);
            page::render(shown, width, self.out.paint)
        };
        self.put(Output::Out, text);
    }

    /// Prints under the steps that are open.
    fn put(&self, to: Output, text: String) {
        let mut state = locked(&self.state);
        self.tell_steps(&mut state);
        state.printer.print(to, text);
    }

    fn line(&self, text: &str, weight: Weight) {
        if weight == Weight::Told || !self.options.quiet {
            let mut state = locked(&self.state);
            self.tell_steps(&mut state);
            state.printer.print_indented(text);
        }
    }

    /// Nothing more goes on: what is drawn is taken off the terminal, for good.
    pub fn close(&self) {
        let mut state = locked(&self.state);
        state.doing = Doing::default();
        state.printer.draw(Vec::new(), 0);
    }

    /// On a terminal a step has a line of its own only once something stands under it.
    fn tell_steps(&self, state: &mut State) {
        if self.err.live {
            let (lines, width) = drawn(state, self.err);
            state.printer.set_status(lines, width);
        }
        for (name, depth) in state.doing.untold() {
            let begun = Event::StepStarted { name, depth };
            let Some((text, _)) = lines::of(&begun, self.err.paint) else {
                continue;
            };
            state.printer.depth = depth;
            state.printer.print_indented(&text);
            state.printer.depth = depth + 1;
        }
    }

    fn step_started(&self, event: &Event, name: &str, depth: usize) {
        // Under `--quiet` the steps are not seen, and nothing stands under them.
        if self.options.quiet {
            return;
        }
        let mut state = locked(&self.state);
        if self.err.live {
            state.doing.begin_step(name, depth);
            self.ticker.wake();
        } else if let Some((text, _)) = lines::of(event, self.err.paint) {
            state.printer.print_indented(&text);
        }
        state.printer.depth = depth + 1;
    }

    fn step_finished(&self, event: &Event, name: &str, depth: usize) {
        let mut state = locked(&self.state);
        state.doing.end_step(name, depth);
        state.printer.depth = depth;
        drop(state);
        if let Some((text, weight)) = lines::of(event, self.err.paint) {
            self.line(&text, weight);
        }
    }

    /// Something goes on that is drawn, or told now and then.
    fn goes_on(&self, change: impl FnOnce(&mut Doing)) {
        if self.options.quiet {
            return;
        }
        let mut state = locked(&self.state);
        change(&mut state.doing);
        if self.err.live {
            self.ticker.wake();
        } else {
            let lines = state.doing.under_way();
            state.printer.tell(&lines, PAUSE);
        }
    }

    /// The line of a table that is done. On a terminal those of a larger copy are in the report at its end.
    fn copied(&self, event: &Event, table: &str, rows: u64, bytes: u64) {
        let mut state = locked(&self.state);
        let copying = &mut state.doing.copying;
        copying.finish(table, rows, bytes);
        let in_report = copying.are_several() && copying.knows(table);
        let Some((text, weight)) = lines::of(event, self.err.paint) else {
            return;
        };
        if in_report && self.err.live {
            state.held.push(text);
        } else {
            drop(state);
            self.line(&text, weight);
        }
    }

    /// Without a report, what is done by itself is told after all.
    fn copy_ended(&self, report: Option<&Table>) {
        let mut state = locked(&self.state);
        let held = std::mem::take(&mut state.held);
        state.doing.copying.end();
        drop(state);
        match report {
            Some(report) => self.table_report(report),
            None => held
                .iter()
                .for_each(|text| self.line(text, Weight::Progress)),
        }
    }

    fn table_report(&self, report: &Table) {
        let indent = locked(&self.state).printer.indent().len();
        let width = (self.err.width)().map(|width| width.saturating_sub(indent));
        let style = Style {
            width,
            paint: self.err.paint,
            ..Style::plain(Format::Aligned, Expanded::Off)
        };
        self.line(&results::render(report, style), Weight::Progress);
    }

    /// What the log has of an event: as it is printed, without colours.
    fn log_event(&self, event: &Event) {
        if self.log.is_none() {
            return;
        }
        let plain = Style::plain(Format::Aligned, Expanded::Off);
        let text = match event {
            Event::Print(text) => Some(text.clone()),
            Event::Show(table) | Event::Report(table) => Some(results::render(table, plain)),
            Event::CopyEnded { report } => report.as_ref().map(|it| results::render(it, plain)),
            Event::Chart(drawn) => Some(chart::render(drawn, None, PLAIN)),
            _ => lines::of(event, PLAIN).map(|(text, _)| text),
        };
        if let Some(text) = text {
            self.log(&text);
        }
    }
}

impl Progress for Console {
    fn event(&self, event: &Event) {
        self.log_event(event);
        match event {
            Event::StepStarted { name, depth } => self.step_started(event, name, *depth),
            Event::StepFinished { name, depth, .. } => self.step_finished(event, name, *depth),
            Event::CopyBegan { tables } => self.goes_on(|doing| doing.copying.begin(tables)),
            Event::Copying {
                table,
                rows,
                bytes,
                seconds,
            } => self.goes_on(|doing| doing.copying.passed(table, *rows, *bytes, *seconds)),
            Event::Copied {
                table, rows, bytes, ..
            } => self.copied(event, table, *rows, *bytes),
            Event::CopyEnded { report } => self.copy_ended(report.as_ref()),
            Event::Moving { file, bytes, total } => {
                self.goes_on(|doing| doing.moving(file, *bytes, *total));
            }
            Event::Waiting {
                id,
                target,
                what,
                seconds,
            } if self.err.live => self.goes_on(|doing| doing.wait(*id, target, what, *seconds)),
            Event::Waited { id } => locked(&self.state).doing.waited(*id),
            // There stdout is for results alone.
            Event::Print(text) if self.options.format != Format::Aligned => {
                self.line(&escape::block(text), Weight::Told);
            }
            Event::Print(text) => self.put(Output::Out, format!("{}\n", escape::block(text))),
            Event::Show(table) => self.show(table),
            Event::Chart(drawn) if self.options.format != Format::Aligned => {
                self.show(&chart::table(drawn));
            }
            Event::Chart(drawn) => {
                let text = chart::render(drawn, (self.out.width)(), self.out.paint);
                self.put(Output::Out, text);
            }
            Event::Page(page) => self.page(page),
            Event::Report(table) => self.table_report(table),
            _ => {
                if let Some((text, weight)) = lines::of(event, self.err.paint) {
                    self.line(&text, weight);
                }
            }
        }
    }

    fn ask(&self, question: &Question) -> Result<Secret, AskError> {
        let _turn = locked(&self.asking);
        locked(&self.state).printer.hold();
        *locked(&self.before) = terminal::Modes::now();
        let answer = prompt::ask(question);
        locked(&self.before).take();
        locked(&self.state).printer.release();
        answer
    }

    fn stdout(&self, content: Content) -> Result<Box<dyn Write + Send>, NoStdout> {
        if self.options.format == Format::Json && content != Content::JsonLines {
            return Err(NoStdout::Json);
        }
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return Ok(Box::new(stdout));
        }
        if content == Content::Binary {
            return Err(NoStdout::Terminal);
        }
        Ok(Box::new(Shown(Arc::clone(&self.state))))
    }

    fn withdraw(&self) {
        let printer = &mut locked(&self.state).printer;
        if let Some(modes) = locked(&self.before).take() {
            modes.restore();
            // What comes next does not stand behind the question.
            printer.break_line();
        }
        printer.release();
    }
}

/// Draws what goes on; whether anything does.
fn draw(state: &Mutex<State>, screen: Screen) -> bool {
    let mut state = locked(state);
    let (lines, width) = drawn(&state, screen);
    state.printer.draw(lines, width);
    !state.doing.is_nothing()
}

fn drawn(state: &State, screen: Screen) -> (Vec<String>, usize) {
    let lines = state.doing.lines((screen.height)().saturating_sub(1));
    (lines, (screen.width)().unwrap_or(UNKNOWN_WIDTH))
}

/// A terminal, which rows of others must not steer.
struct Shown(Arc<Mutex<State>>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = escape::block(&String::from_utf8_lossy(bytes));
        locked(&self.0).printer.print(Output::Out, text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A playbook shows what it likes, and its output is kept: in logs, and by whoever runs it.
fn redacted(table: &Table) -> Table {
    let mut table = table.clone();
    for cell in table.rows.iter_mut().flatten() {
        cell.text = cell.text.as_deref().map(redact);
    }
    table
}

/// Whether a terminal can draw a line again.
fn is_live(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn terminal_height(size: Option<(Width, Height)>) -> usize {
    const UNKNOWN_HEIGHT: usize = 24;
    size.map_or(UNKNOWN_HEIGHT, |(_, height)| height.0.into())
}

fn terminal_width(stream: &impl IsTerminal, size: Option<(Width, Height)>) -> Option<usize> {
    let width = size.map_or(UNKNOWN_WIDTH, |(width, _)| width.0.into());
    stream.is_terminal().then_some(width)
}

#[cfg(test)]
mod tests;
