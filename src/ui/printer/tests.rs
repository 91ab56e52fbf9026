use std::sync::{Arc, Mutex};

use super::*;

/// What a terminal of this width shows of what is written to it.
#[derive(Clone)]
struct Screen(Arc<Mutex<vt100::Parser>>);

impl Screen {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(vt100::Parser::new(8, 20, 0))))
    }

    fn shows(&self, expected: &[&str]) {
        let screen = self.0.lock().unwrap().screen().contents();
        assert_eq!(screen.lines().collect::<Vec<_>>(), expected);
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // As the line discipline has it.
        let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
        self.0.lock().unwrap().process(text.as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn a_status_stays_below_what_is_printed_and_is_gone_in_the_end() {
    let screen = Screen::new();
    let mut printer = Printer::new(screen.clone(), screen.clone());
    printer.draw(lines(&["one", "the second is longer than a line"]), 20);
    screen.shows(&["one", "the second is longe"]);
    printer.print(Output::Err, "done\n".to_owned());
    printer.print(Output::Out, "result\n".to_owned());
    printer.draw(lines(&["three"]), 20);
    screen.shows(&["done", "result", "three"]);
    printer.hold();
    printer.print(Output::Err, "later\n".to_owned());
    printer.draw(lines(&["four"]), 20);
    screen.shows(&["done", "result"]);
    printer.release();
    drop(printer);
    screen.shows(&["done", "result", "later"]);
}

#[test]
fn once_it_has_ended_lines_are_printed_and_nothing_is_drawn() {
    let screen = Screen::new();
    let mut printer = Printer::new(screen.clone(), screen.clone());
    printer.draw(lines(&["going on"]), 20);
    printer.end();
    screen.shows(&[]);
    printer.draw(lines(&["going on"]), 20);
    printer.print(Output::Err, "last words\n".to_owned());
    screen.shows(&["last words"]);
}

#[test]
fn nothing_is_drawn_over_a_line_that_is_not_at_its_end() {
    let screen = Screen::new();
    let mut printer = Printer::new(screen.clone(), screen.clone());
    printer.print(Output::Out, "half".to_owned());
    printer.draw(lines(&["status"]), 20);
    screen.shows(&["half"]);
    printer.print(Output::Out, " and half\n".to_owned());
    printer.draw(lines(&["status"]), 20);
    screen.shows(&["half and half", "status"]);
}

#[test]
fn what_follows_on_the_other_output_begins_a_line() {
    let screen = Screen::new();
    let mut printer = Printer::new(screen.clone(), screen.clone());
    printer.print(Output::Out, "half".to_owned());
    printer.print_indented("a step");
    printer.print(Output::Err, "asked:".to_owned());
    printer.print_indented("another");
    screen.shows(&["half", "a step", "asked:", "another"]);
    let mut printer = Printer::new(std::io::sink(), screen.clone()).with_outputs_apart();
    printer.print(Output::Out, "half".to_owned());
    printer.print_indented("a third");
    screen.shows(&["half", "a step", "asked:", "another", "a third"]);
    printer.draw(lines(&["status"]), 20);
    screen.shows(&["half", "a step", "asked:", "another", "a third", "status"]);
}

#[test]
fn lines_that_a_narrower_terminal_has_broken_are_wiped_whole() {
    let mut status = Status {
        lines: lines(&["123456789", "12345"]),
        width: 10,
        ..Status::default()
    };
    assert_eq!(status.drawing(), "123456789\n12345");
    status.width = 4;
    assert_eq!(status.wiping(), "\r\u{1b}[4A\u{1b}[J");
    assert_eq!(status.wiping(), "");
}

#[test]
fn what_waits_for_the_terminal_keeps_its_order_whatever_it_is() {
    let screen = Screen::new();
    let mut printer = Printer::new(screen.clone(), std::io::sink()).with_outputs_apart();
    printer.hold();
    printer.print(Output::Out, "one\n".to_owned());
    printer.print_bytes(Output::Out, b"two\n");
    printer.release();
    screen.shows(&["one", "two"]);
}
