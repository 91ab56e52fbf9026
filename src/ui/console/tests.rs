use std::sync::Arc;

use super::*;
use crate::progress::{Cell, Column, Table};

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

/// A console whose streams are files, or terminals 80 wide.
fn console(options: Options, live: bool, out: Written, err: Written) -> Console {
    let width: fn() -> Option<usize> = if live { || Some(80) } else { || None };
    let screen = Screen {
        paint: PLAIN,
        width,
        height: || 24,
        live,
    };
    Console::over(options, screen, screen, Printer::new(out, err))
}

/// What stdout and stderr got.
fn printed(options: Options, events: &[Event]) -> [String; 2] {
    let (out, err) = (Written::default(), Written::default());
    let console = console(options, false, out.clone(), err.clone());
    for event in events {
        console.event(event);
    }
    [out, err].map(|written| String::from_utf8(locked(&written.0).clone()).unwrap())
}

/// What a terminal shows after each of `events`, drawn at once, and in the end.
fn shown(events: &[Event]) -> Vec<String> {
    let written = Written::default();
    let console = console(Options::default(), true, written.clone(), written.clone());
    let screen = || {
        let mut parser = vt100::Parser::new(24, 80, 0);
        let text = String::from_utf8(locked(&written.0).clone()).unwrap();
        // As the line discipline has it.
        parser.process(text.replace('\n', "\r\n").as_bytes());
        parser.screen().contents()
    };
    let mut shown = Vec::new();
    for event in events {
        console.event(event);
        live::draw(&console.state, console.err);
        shown.push(screen());
    }
    console.close();
    shown.push(screen());
    shown
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
    let [out, err] = printed(Options::default(), &run());
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
    let [out, err] = printed(options, &run());
    assert_eq!(out, "{\"n\":1}\n");
    assert_eq!(err, "warning: two\nlines\\u{1b}\ndone\n");
}

#[test]
fn on_a_terminal_what_goes_on_stands_below_what_has_been() {
    let shown = shown(&run());
    let lines = |at: usize| shown[at].lines().collect::<Vec<_>>();
    let begun = lines(1);
    assert_eq!(begun.len(), 2, "{begun:?}");
    assert!(begun[1].contains(" promote "), "{begun:?}");
    let copying = lines(2);
    assert_eq!(copying[2], "  lat: 12,000 rows, 3.1 MB");
    let copied = lines(3);
    assert_eq!(copied[1..3], ["▸ promote", "  lat: 12,000 rows 0.4 s"]);
    assert!(copied[3].contains(" promote "), "{copied:?}");
    let end = "  1\n✗ promote 1.5 s\ndone\nn\n─\n1";
    assert!(shown.last().unwrap().ends_with(end), "{shown:?}");
}

#[test]
fn a_step_that_nothing_stands_under_takes_one_line() {
    let name = || "quick".to_owned();
    let shown = shown(&[
        Event::StepStarted {
            name: name(),
            depth: 0,
        },
        Event::Waiting {
            id: 1,
            target: "dev".into(),
            what: "VACUUM".into(),
            seconds: 1.0,
        },
        Event::Waited { id: 1 },
        Event::StepFinished {
            name: name(),
            depth: 0,
            seconds: 2.0,
            failed: false,
        },
    ]);
    assert!(shown[1].contains("dev: VACUUM 1.0 s"), "{shown:?}");
    assert!(!shown[2].contains("VACUUM"), "{shown:?}");
    assert_eq!(shown[3], "✓ quick 2.0 s");
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
    let first = "a: 50%, 50 rows, 500 B\n0 of 2 tables, 50 rows, 500 B, ";
    let with_report = shown(&copy(Some(report())));
    assert!(with_report[1].starts_with(first), "{with_report:?}");
    assert_eq!(with_report.last().unwrap(), "all\nrows\n────\n 200");
    let without = shown(&copy(None));
    let each = "a: 100 rows 0.4 s\nb: 100 rows 0.4 s";
    assert_eq!(without.last().unwrap(), each);
}

#[test]
fn elsewhere_every_table_has_its_line_when_it_is_done() {
    let [_, err] = printed(Options::default(), &copy(Some(report())));
    let expected = "a: 100 rows 0.4 s\nb: 100 rows 0.4 s\nall\nrows\n────\n 200\n";
    assert_eq!(err, expected);
}

#[test]
fn a_log_has_what_is_not_printed_too_and_each_line_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.log");
    let quiet = Options {
        quiet: true,
        ..Options::default()
    };
    let console = console(quiet, false, Written::default(), Written::default())
        .with_log(Log::open(&path).unwrap());
    for event in run() {
        console.event(&event);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let told: Vec<_> = text
        .lines()
        .map(|line| line.get(25..).unwrap_or(line))
        .collect();
    let expected = [
        "prod: jump → pg (ssh)",
        "▸ promote",
        "lat: 12,000 rows 0.4 s",
        "warning: two",
        "    lines\\u{1b}",
    ];
    assert_eq!(told[..5], expected, "{text}");
    assert!(text.starts_with("20") && text[23..25] == *"Z ", "{text}");
}
