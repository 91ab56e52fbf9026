//! The listener of a run: lines to stderr as things happen, results to stdout.

mod live;
mod output;
mod screen;
mod tracer;

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::doing::Doing;
use super::error::Report;
use super::lines::{self, Weight};
use super::log::Log;
use super::paint::Paint;
use super::printer::{Elsewhere, Output, Printer};
use super::results::{self, Expanded, Format, Style};
use super::ticker::Ticker;
use super::{chart, escape, prompt, terminal};
use crate::config::Secret;
use crate::progress::{AskError, Content, Event, NoStdout, Progress, Question};

use screen::Screen;
pub use tracer::TraceTo;

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

impl Console {
    /// Over the standard outputs.
    pub fn new(options: Options) -> Self {
        let (out, err) = (Screen::stdout(), Screen::stderr());
        let printer = Printer::new(std::io::stdout(), std::io::stderr());
        let printer = if (out.width)().is_some() && (err.width)().is_some() {
            printer
        } else {
            printer.with_outputs_apart()
        };
        Self::over(options, out, err, printer)
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
            ticker: Ticker::new(move || live::draw(&draws, err)),
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

    /// Whether a question or a pager has the terminal.
    pub fn is_taken(&self) -> bool {
        locked(&self.state).printer.is_held()
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
        state.printer.end();
    }

    /// Why something for stdout was lost since this was last asked, if it was.
    pub fn take_lost(&self) -> Option<std::io::Error> {
        locked(&self.state).printer.take_lost()
    }

    /// What the log has of an event: as it is printed, without colours.
    fn log_event(&self, event: &Event) {
        if self.log.is_none() {
            return;
        }
        let plain = Style::plain(Format::Aligned, Expanded::Off);
        let text = match event {
            Event::Print(text) => Some(text.clone()),
            Event::Written { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
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
            Event::Written { bytes, stderr } => self.written(bytes, *stderr),
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
        self.open_stdout(content)
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

    fn lend(&self, lent: bool) {
        let mut state = locked(&self.state);
        if lent {
            // What it prints stands under the step.
            self.tell_steps(&mut state);
            state.printer.hold();
        } else {
            state.printer.release();
        }
    }

    fn end(&self) {
        self.withdraw();
        self.close();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
