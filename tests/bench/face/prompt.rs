//! The prompt in a terminal, beside psql's: from a key to what it brings.

use std::time::Duration;

use crate::measure::{Comparison, Figure, Figures, Limit, from_env};
use crate::scene::Scene;
use crate::terminal::Terminal;
use crate::{PEAK, WALL};

const OURS: &str = "dev=> ";
const THEIRS: &str = "postgres=# ";
/// How long the rows of a huge table are read on behind the first.
const READ_ON: Duration = Duration::from_millis(500);

const fn at_most(seconds: f64) -> Figure {
    Figure {
        limit: Some(Limit::Ours(seconds)),
        ..WALL
    }
}

fn ours(scene: &Scene) -> Terminal {
    let mut runner = scene.runner();
    runner.args(["repl", "dev", "--quiet"]);
    let mut terminal = Terminal::start(&runner);
    terminal.wait(OURS);
    terminal
}

fn theirs(scene: &Scene) -> Terminal {
    let mut terminal = Terminal::start(&scene.psql());
    terminal.wait(THEIRS);
    terminal
}

/// From the command to the first prompt: without a target, and with a session on one.
pub fn first(scene: &Scene) {
    let without = Comparison::of(
        "the first prompt / psql",
        scene.rounds * 4,
        || {
            let mut runner = scene.runner();
            runner.args(["repl", "--quiet"]);
            let mut terminal = Terminal::start(&runner);
            terminal.wait("> ");
            terminal.figures()
        },
        || theirs(scene).figures(),
    );
    without.print(&at_most(0.030));
    let with = Comparison::of(
        "the first prompt at a target / psql",
        scene.rounds * 4,
        || ours(scene).figures(),
        || theirs(scene).figures(),
    );
    with.print(&WALL);
}

/// `\d` of a schema of many tables.
pub fn describe(scene: &Scene) {
    let tables = create_tables(scene);
    let names = (0..tables).map(|table| format!("table_{table}"));
    let end = names.max().unwrap_or_default() + " ";
    let list = |mut terminal: Terminal| {
        terminal.keys("\\d\r");
        terminal.wait(&end);
        terminal.figures()
    };
    let comparison = Comparison::of(
        format!("\\d of {tables} tables / psql"),
        scene.rounds,
        || list(ours(scene)),
        || list(theirs(scene)),
    );
    comparison.print(&at_most(0.100));
}

/// Tab behind the beginning of a table's name, the catalogue being known.
pub fn complete(scene: &Scene) {
    let tables = create_tables(scene);
    scene.sql("CREATE TABLE IF NOT EXISTS only_one_like_it (id bigint)");
    let tab = |mut terminal: Terminal| loop {
        terminal.keys("SELECT * FROM only_on");
        terminal.wait("only_on");
        // A hint may show what Tab would bring, so that a key behind it tells when it has.
        terminal.keys("\t!");
        if terminal.wait("!").contains("e_like_it") {
            break terminal.figures();
        }
        // The catalogue is not here yet. Once more, on an empty line.
        terminal.keys("\x15");
    };
    let comparison = Comparison::of(
        format!("Tab among {tables} tables / psql"),
        scene.rounds,
        || tab(ours(scene)),
        || tab(theirs(scene)),
    );
    comparison.print(&at_most(0.020));
}

/// The first rows of a huge table, and the memory that reading on takes. psql reads a thousand rows at a time.
pub fn huge(scene: &Scene) {
    let rows = from_env("BENCH_HUGE_ROWS", 10_000_000);
    scene.sql(&format!(
        "CREATE TABLE huge AS SELECT i AS id, 'name ' || i AS name, i / 7.0 AS share FROM generate_series(1, {rows}) i"
    ));
    let first = |mut terminal: Terminal| -> Figures {
        terminal.keys("SELECT * FROM huge;\r");
        terminal.wait("name 10 ");
        let first = terminal.figures();
        std::thread::sleep(READ_ON);
        Figures {
            peak_mb: terminal.figures().peak_mb,
            ..first
        }
    };
    let comparison = Comparison::of(
        format!("first of {rows} rows / psql"),
        scene.rounds,
        || first(ours(scene)),
        || {
            let mut terminal = theirs(scene);
            terminal.keys("\\set FETCH_COUNT 1000\r");
            terminal.wait(THEIRS);
            first(terminal)
        },
    );
    comparison.print(&at_most(0.100));
    comparison.print(&Figure {
        limit: Some(Limit::Ours(64.0)),
        ..PEAK
    });
    scene.sql("DROP TABLE huge");
}

/// Tells how many there are.
fn create_tables(scene: &Scene) -> u64 {
    let tables = from_env("BENCH_TABLES", 500);
    scene.sql(&format!(
        "DO $$ BEGIN FOR i IN 0 .. {tables} - 1 LOOP
           EXECUTE format('CREATE TABLE IF NOT EXISTS table_%s (id bigint PRIMARY KEY, name text, at timestamptz, a int, b int, c int, d int, e int, f int)', i);
           IF i % 500 = 499 THEN COMMIT; END IF;
         END LOOP; END $$"
    ));
    tables
}
