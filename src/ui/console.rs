//! The listener of a run: lines to stderr as things happen, results to stdout.

use std::io::{IsTerminal, Stdout, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use terminal_size::{Height, Width, terminal_size_of};

use super::copying::Copying;
use super::error::Report;
use super::lines::{self, Weight};
use super::pager::Pager;
use super::paint::Paint;
use super::printer::{Output, Printer};
use super::results::{self, Expanded, Format, Style, Writer};
use super::{escape, page, prompt, terminal};
use crate::config::{Secret, redact};
use crate::docs::Page;
use crate::progress::{AskError, Column, Content, Event, NoStdout, Progress, Question, Table};

/// How often the status of a copy is renewed on a terminal, and told where there is none.
const LIVE: Duration = Duration::from_millis(100);
const LOGGED: Duration = Duration::from_secs(10);
/// For a file, and for a terminal that does not tell.
const UNKNOWN_WIDTH: usize = 100;

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
    printer: Mutex<Printer>,
    copying: Mutex<Copying>,
    /// Lines of tables that are done, for which a report is to come.
    held: Mutex<Vec<String>>,
}

/// One write is one event of tracing.
pub struct Tracer(Arc<Console>);

impl Write for Tracer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = escape::block(&String::from_utf8_lossy(bytes));
        locked(&self.0.printer).print(Output::Err, text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is on the other end of an output.
struct Screen {
    paint: Paint,
    /// The width of the terminal, which changes; `None` for a file or a pipe.
    width: fn() -> Option<usize>,
}

impl Console {
    /// Over the standard outputs.
    pub fn new(options: Options) -> Self {
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        let out = Screen {
            paint: Paint::detect(&stdout),
            width: || terminal_width(&std::io::stdout(), terminal_size_of(std::io::stdout())),
        };
        let err = Screen {
            paint: Paint::detect(&stderr),
            width: || terminal_width(&std::io::stderr(), terminal_size_of(std::io::stderr())),
        };
        Self::over(options, out, err, Printer::new(stdout, stderr))
    }

    fn over(options: Options, out: Screen, err: Screen, printer: Printer) -> Self {
        Self {
            options,
            out,
            err,
            asking: Mutex::default(),
            before: Mutex::default(),
            printer: Mutex::new(printer),
            copying: Mutex::default(),
            held: Mutex::default(),
        }
    }

    /// Where tracing writes: lines for stderr, redacted and escaped as all others.
    pub fn tracer(self: &Arc<Self>) -> Tracer {
        Tracer(Arc::clone(self))
    }

    /// Whether stdout is a terminal with colours.
    pub fn is_coloured(&self) -> bool {
        self.out.paint.on
    }

    /// Prints the report of a failure to stderr: with `--json` as one line.
    pub fn report(&self, report: &Report) {
        let width = (self.err.width)().unwrap_or(UNKNOWN_WIDTH);
        let text = if self.options.format == Format::Json {
            report.json()
        } else {
            report.render(width, self.err.paint)
        };
        locked(&self.printer).print(Output::Err, text);
    }

    /// Prints help to stdout.
    pub fn print(&self, text: &str) {
        let text = format!("{}\n", escape::block(text.trim_end()));
        locked(&self.printer).print(Output::Out, text);
    }

    fn show(&self, shown: &Table) {
        let style = self.style(self.options.format, Expanded::Auto);
        let text = if style.format == Format::Aligned {
            results::render(shown, style)
        } else {
            results::render(&redacted(shown), style)
        };
        locked(&self.printer).print(Output::Out, text);
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
        self: &Arc<Self>,
        columns: &[Column],
        format: Format,
        expanded: Expanded,
    ) -> std::io::Result<Writer> {
        let style = self.style(format, expanded);
        let out = if style.width.is_some() {
            locked(&self.printer).clear_status();
            let console = Arc::clone(self);
            results::Output::paged(Pager::new(terminal_height(), move |taken| {
                let mut printer = locked(&console.printer);
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

    fn page(&self, shown: &Page) {
        let text = if self.options.format == Format::Json {
            escape::json(&shown.document.to_string()) + "\n"
        } else {
            page::render(
                shown,
                (self.out.width)().unwrap_or(UNKNOWN_WIDTH),
                self.out.paint,
            )
        };
        locked(&self.printer).print(Output::Out, text);
    }

    /// How far something is.
    fn status(&self, lines: &[String]) {
        let width = (self.err.width)();
        let pause = if width.is_some() { LIVE } else { LOGGED };
        if !self.options.quiet {
            locked(&self.printer).status(lines, width, pause);
        }
    }

    fn line(&self, text: &str, weight: Weight) {
        if weight == Weight::Told || !self.options.quiet {
            locked(&self.printer).print_indented(text);
        }
    }

    /// The line of a table that is done. On a terminal those of a larger copy are in the report at its end.
    fn copied(&self, event: &Event, table: &str, rows: u64, bytes: u64) {
        let mut copying = locked(&self.copying);
        copying.finish(table, rows, bytes);
        let Some((text, weight)) = lines::of(event, self.err.paint) else {
            return;
        };
        let in_report = copying.are_several() && copying.knows(table);
        if in_report && (self.err.width)().is_some() {
            locked(&self.held).push(text);
            self.status(&copying.lines());
        } else {
            self.line(&text, weight);
        }
    }

    /// Without a report, what is done by itself is told after all.
    fn copy_ended(&self, report: Option<&Table>) {
        let held = std::mem::take(&mut *locked(&self.held));
        locked(&self.copying).end();
        match report {
            Some(report) => self.table_report(report),
            None => held
                .iter()
                .for_each(|text| self.line(text, Weight::Progress)),
        }
    }

    fn table_report(&self, report: &Table) {
        let indent = locked(&self.printer).indent().len();
        let width = (self.err.width)().map(|width| width.saturating_sub(indent));
        let style = Style {
            width,
            paint: self.err.paint,
            ..Style::plain(Format::Aligned, Expanded::Off)
        };
        self.line(&results::render(report, style), Weight::Progress);
    }
}

impl Progress for Console {
    fn event(&self, event: &Event) {
        if let Event::StepFinished { depth, .. } = event {
            locked(&self.printer).depth = *depth;
        }
        match event {
            Event::CopyBegan { tables } => locked(&self.copying).begin(tables),
            Event::Copying {
                table,
                rows,
                bytes,
                seconds,
            } => {
                let mut copying = locked(&self.copying);
                copying.passed(table, *rows, *bytes, *seconds);
                self.status(&copying.lines());
            }
            Event::Copied {
                table, rows, bytes, ..
            } => self.copied(event, table, *rows, *bytes),
            Event::CopyEnded { report } => self.copy_ended(report.as_ref()),
            Event::Moving { file, bytes, total } => {
                self.status(&[lines::moving(file, *bytes, *total)]);
            }
            Event::Print(text) if self.options.format != Format::Aligned => {
                self.line(&escape::block(text), Weight::Told);
            }
            Event::Print(text) => {
                let text = format!("{}\n", escape::block(text));
                locked(&self.printer).print(Output::Out, text);
            }
            Event::Show(table) => self.show(table),
            Event::Page(page) => self.page(page),
            Event::Report(table) => self.table_report(table),
            _ => {
                if let Some((text, weight)) = lines::of(event, self.err.paint) {
                    self.line(&text, weight);
                }
            }
        }
        // Under `--quiet` the steps are not seen, and nothing stands under them.
        if let (Event::StepStarted { depth, .. }, false) = (event, self.options.quiet) {
            locked(&self.printer).depth = depth + 1;
        }
    }

    fn ask(&self, question: &Question) -> Result<Secret, AskError> {
        let _turn = locked(&self.asking);
        locked(&self.printer).hold();
        *locked(&self.before) = terminal::Modes::now();
        let answer = prompt::ask(question);
        locked(&self.before).take();
        locked(&self.printer).release();
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
        locked(&self.printer).clear_status();
        Ok(Box::new(Shown(stdout)))
    }

    fn withdraw(&self) {
        let mut printer = locked(&self.printer);
        if let Some(modes) = locked(&self.before).take() {
            modes.restore();
            // What comes next does not stand behind the question.
            printer.break_line();
        }
        printer.release();
    }
}

/// A terminal, which rows of others must not steer.
struct Shown(Stdout);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = escape::block(&String::from_utf8_lossy(bytes));
        self.0.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
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

fn terminal_height() -> usize {
    const UNKNOWN_HEIGHT: usize = 24;
    terminal_size_of(std::io::stdout()).map_or(UNKNOWN_HEIGHT, |(_, height)| height.0.into())
}

fn terminal_width(stream: &impl IsTerminal, size: Option<(Width, Height)>) -> Option<usize> {
    let width = size.map_or(UNKNOWN_WIDTH, |(width, _)| width.0.into());
    stream.is_terminal().then_some(width)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::progress::{Cell, Column};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            locked(&self.0).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What stdout and stderr got.
    fn printed(options: Options, width: fn() -> Option<usize>, events: &[Event]) -> [String; 2] {
        let (out, err) = (Written::default(), Written::default());
        let screen = || Screen {
            paint: Paint { on: false },
            width,
        };
        let console = Console::over(
            options,
            screen(),
            screen(),
            Printer::new(out.clone(), err.clone()),
        );
        for event in events {
            console.event(event);
        }
        [out, err].map(|written| String::from_utf8(locked(&written.0).clone()).unwrap())
    }

    fn run() -> Vec<Event> {
        let table = || Table {
            title: String::new(),
            columns: vec![Column::right("n")],
            rows: vec![vec![Cell::plain("1")]],
        };
        let name = "promote".to_owned();
        vec![
            Event::Route {
                target: "prod".into(),
                hops: vec!["jump".into(), "pg".into()],
                why: "ssh".into(),
            },
            Event::StepStarted {
                name: name.clone(),
                depth: 0,
            },
            Event::Copying {
                table: "lat".into(),
                rows: 12_000,
                bytes: 3_100_000,
                seconds: 0.3,
            },
            Event::Copied {
                table: "lat".into(),
                summary: "12,000 rows".into(),
                rows: 12_000,
                bytes: 3_100_000,
                seconds: 0.4,
            },
            Event::Warning("two\nlines\u{1b}".into()),
            Event::Report(table()),
            Event::StepFinished {
                name,
                depth: 0,
                seconds: 1.5,
                failed: true,
            },
            Event::Log("done".into()),
            Event::Show(table()),
        ]
    }

    #[test]
    fn a_run_reads_as_a_tree_and_its_results_go_to_stdout() {
        let [out, err] = printed(Options::default(), || None, &run());
        assert_eq!(out, "n\n─\n1\n");
        let expected = "\
prod: jump → pg (ssh)
▸ promote
  lat: 12,000 rows 0.4 s
  warning: two
  lines\\u{1b}
  n
  ─
  1
✗ promote 1.5 s
done
";
        assert_eq!(err, expected);
    }

    #[test]
    fn quiet_leaves_warnings_and_the_playbooks_own_words() {
        let options = Options {
            quiet: true,
            format: Format::Json,
        };
        let [out, err] = printed(options, || Some(80), &run());
        assert_eq!(out, "{\"n\":1}\n");
        assert_eq!(err, "warning: two\nlines\\u{1b}\ndone\n");
    }

    #[test]
    fn on_a_terminal_the_status_of_a_copy_is_wiped_by_what_follows() {
        let [_, err] = printed(Options::default(), || Some(16), &run());
        let wiped = "▸ promote\n  lat: 12,000 ro\r\u{1b}[2K  lat: 12,000 rows 0.4 s\n";
        assert!(err.contains(wiped), "{err:?}");
    }

    fn copy(report: Option<Table>) -> Vec<Event> {
        let tables = ["a", "b"].map(|name| (name.to_owned(), Some(100)));
        let mut events = vec![Event::CopyBegan {
            tables: tables.to_vec(),
        }];
        for table in ["a", "b"] {
            events.push(Event::Copying {
                table: table.into(),
                rows: 50,
                bytes: 500,
                seconds: 0.2,
            });
            events.push(Event::Copied {
                table: table.into(),
                summary: "100 rows".into(),
                rows: 100,
                bytes: 1000,
                seconds: 0.4,
            });
        }
        events.push(Event::CopyEnded { report });
        events
    }

    fn report() -> Table {
        Table {
            title: "all".into(),
            columns: vec![Column::right("rows")],
            rows: vec![vec![Cell::plain("200")]],
        }
    }

    #[test]
    fn on_a_terminal_tables_under_way_stand_below_each_other_and_their_report_comes_at_the_end() {
        let [_, err] = printed(Options::default(), || Some(80), &copy(Some(report())));
        let first = "a: 50%, 50 rows, 500 B\n0 of 2 tables, 50 rows, 500 B, ";
        assert!(err.starts_with(first), "{err:?}");
        assert!(err.ends_with("\u{1b}[2Kall\nrows\n────\n 200\n"), "{err:?}");
        assert!(!err.contains("a: 100 rows 0.4 s"), "{err:?}");
        let [_, err] = printed(Options::default(), || Some(80), &copy(None));
        assert!(
            err.ends_with("a: 100 rows 0.4 s\nb: 100 rows 0.4 s\n"),
            "{err:?}"
        );
    }

    #[test]
    fn elsewhere_every_table_has_its_line_when_it_is_done() {
        let [_, err] = printed(Options::default(), || None, &copy(Some(report())));
        let expected = "a: 100 rows 0.4 s\nb: 100 rows 0.4 s\nall\nrows\n────\n 200\n";
        assert_eq!(err, expected);
    }
}
