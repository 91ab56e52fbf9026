//! Results, on stdout for people or for programs.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex};

use super::{Console, State, UNKNOWN_WIDTH, locked};
use crate::config::redact;
use crate::docs::Page;
use crate::progress::{Column, Content, NoStdout, Table};
use crate::ui::lines::Weight;
use crate::ui::pager::Pager;
use crate::ui::printer::Output;
use crate::ui::results::{self, Expanded, Format, Style, Writer};
use crate::ui::{escape, page};

impl Console {
    pub(super) fn show(&self, shown: &Table) {
        let style = self.style(self.options.format, Expanded::Auto);
        let text = if style.format == Format::Aligned {
            results::render(shown, style)
        } else {
            results::render(&redacted(shown), style)
        };
        self.put(Output::Out, text);
    }

    pub(super) fn style(&self, format: Format, expanded: Expanded) -> Style {
        Style {
            format,
            expanded,
            width: (self.out.width)(),
            paint: self.out.paint,
        }
    }

    /// What a playbook writes by itself: exact but for secrets where it is no terminal.
    pub(super) fn written(&self, bytes: &[u8], stderr: bool) {
        // Where results are for programs, stdout is for them alone.
        let to_stderr = stderr || self.options.format != Format::Aligned;
        let (to, screen) = if to_stderr {
            (Output::Err, self.err)
        } else {
            (Output::Out, self.out)
        };
        if (screen.width)().is_some() {
            self.put(to, escape::block(&String::from_utf8_lossy(bytes)));
            return;
        }
        let printer = &mut locked(&self.state).printer;
        match std::str::from_utf8(bytes) {
            Ok(text) => printer.print_bytes(to, redact(text).as_bytes()),
            Err(_) => printer.print_bytes(to, bytes),
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

    pub(super) fn page(&self, shown: &Page) {
        let text = if self.options.format == Format::Json {
            escape::json(&shown.document.to_string()) + "\n"
        } else {
            let width = (self.out.width)().unwrap_or(UNKNOWN_WIDTH);
            page::render(shown, width, self.out.paint)
        };
        self.put(Output::Out, text);
    }

    pub(super) fn table_report(&self, report: &Table) {
        let indent = locked(&self.state).printer.indent().len();
        let width = (self.err.width)().map(|width| width.saturating_sub(indent));
        let style = Style {
            width,
            paint: self.err.paint,
            ..Style::plain(Format::Aligned, Expanded::Off)
        };
        self.line(&results::render(report, style), Weight::Progress);
    }

    pub(super) fn open_stdout(&self, content: Content) -> Result<Box<dyn Write + Send>, NoStdout> {
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

/// A playbook shows what it likes, and its output is kept: in logs, and by whoever runs it.
fn redacted(table: &Table) -> Table {
    let mut table = table.clone();
    for cell in table.rows.iter_mut().flatten() {
        cell.text = cell.text.as_deref().map(redact);
    }
    table
}
