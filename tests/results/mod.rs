//! Results as programs read them, beside psql's, and charts.

use std::fs::read_to_string;

use crate::repl::Screen;
use crate::support::{Database, Runner, dev, must};

const ROWS: &str = "CREATE TABLE r (id integer, t text);
    INSERT INTO r VALUES (1, 'plain'), (2, NULL), (3, ''), (4, 'a \"b\", c'), (5, E'two\nlines'), (6, E'tab\\tand \\\\'),
        (7, E'\\\\.'), (8, ' 漢字 ');";
const QUERY: &str = "SELECT id, t FROM r ORDER BY id";

fn shown(database: &Database, args: &[&str]) -> String {
    let lua = format!("show(connect('dev'):query '{QUERY}')");
    let run = Runner::new().target("dev", database).playbook(&lua);
    run.args(args.iter().copied()).success().stdout
}

#[test]
fn csv_and_tsv_are_byte_for_byte_those_of_the_server_and_psql() {
    let database = Database::with(dev(), ROWS);
    let psql = |args: &[&str]| must(database.client("psql").arg("-X").args(args));
    assert_eq!(shown(&database, &["--csv"]), psql(&["--csv", "-c", QUERY]));
    let copied = psql(&["-c", &format!("COPY ({QUERY}) TO STDOUT")]);
    assert_eq!(shown(&database, &["--tsv"]), format!("id\tt\n{copied}"));
}

#[test]
fn only_one_form_of_results_can_be_chosen() {
    Runner::new()
        .playbook("show(1)")
        .args(["--csv", "--json"])
        .stderr_has("cannot be used with")
        .code(2);
}

#[test]
fn a_report_is_shown_with_the_lists_that_it_holds() {
    Runner::new()
        .playbook("show({ rows = 3, tables = { { table = 'a', rows = 3 } } }, 'copied')")
        .stdout("copied\nkey   value\n────  ─────\nrows      3\ntables\nrows  table\n────  ─────\n   3  a\n")
        .success();
}

#[test]
fn what_a_playbook_puts_into_rows_of_a_result_is_shown_behind_its_columns() {
    let database = Database::empty(dev());
    let lua = "
        local rows = connect('dev'):query 'SELECT 2 AS b, 1 AS a UNION ALL SELECT NULL, 3'
        rows[2].about = 'late'
        table.insert(rows, { c = 4 })
        show(rows)";
    Runner::new()
        .target("dev", &database)
        .playbook(lua)
        .args(["--csv"])
        .stdout("b,a,about,c\n2,1,,\n,3,late,\n,,,4\n")
        .success();
}

const CHARTED: &str = "local rows = { { code = 'uksi', count = 20 }, { code = 'ukpga', count = 5 }, { code = null, count = null } }\n";

#[test]
fn a_chart_is_plain_where_there_is_no_terminal_and_rows_where_programs_read() {
    let lua = format!("{CHARTED}show.chart(rows, {{ title = 'laws' }})");
    let stdout = Runner::new().playbook(&lua).success().stdout;
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "laws");
    let bar = |line: &str| line.matches('█').count();
    // A quarter of the other, to the nearest character.
    assert!(
        bar(lines[2]) > 0 && bar(lines[1]).abs_diff(4 * bar(lines[2])) <= 2,
        "{stdout}"
    );
    assert!(
        lines[3].starts_with("<null>") && lines[3].ends_with("<null>"),
        "{stdout}"
    );
    assert!(!stdout.contains('\u{1b}'));
    Runner::new()
        .playbook(&lua)
        .args(["--json"])
        .stdout("{\"code\":\"uksi\",\"count\":20}\n{\"code\":\"ukpga\",\"count\":5}\n{\"code\":null,\"count\":null}\n")
        .success();
}

fn prompt(pager: &str) -> (Screen, Database) {
    let database = Database::empty(dev());
    let runner = Runner::new().target("dev", &database).env("PAGER", pager);
    let screen = Screen::start(runner, &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    (screen, database)
}

#[test]
fn what_is_longer_than_the_terminal_goes_through_the_pager_and_what_fits_does_not() {
    let (mut screen, _database) = prompt("tee paged");
    let paged = screen.project.path().join("paged");
    screen.type_line("select generate_series(1, 20) as few;");
    screen.wait_for("the rows are there", |screen| {
        screen.contains("few") && screen.ends_with("dev=>")
    });
    assert!(!paged.exists());
    screen.type_line("select generate_series(1, 3000) as many;");
    screen.wait_for("all rows have passed", |screen| {
        screen.contains("3000") && screen.ends_with("dev=>")
    });
    let text = read_to_string(paged).unwrap();
    let numbers = text
        .lines()
        .filter_map(|line| line.trim().parse::<u32>().ok());
    assert_eq!(numbers.collect::<Vec<_>>(), (1..=3000).collect::<Vec<_>>());
}

#[test]
fn a_pager_that_is_quit_ends_the_statement_and_nothing_else() {
    let (mut screen, database) = prompt("head -n 3");
    // It would go on for hours, and fill any memory.
    screen.type_line(
        "select a.n from generate_series(1, 100000) as a (n), generate_series(1, 100000);",
    );
    screen.wait_for("the pager has been read", |screen| {
        screen.lines().any(|line| line.trim() == "1") && screen.ends_with("dev=>")
    });
    assert!(!screen.text().contains("error"), "{}", screen.text());
    screen.type_line("select 'it ' || 'goes on' as t;");
    screen.wait_text("it goes on");
    drop(screen);
    database.assert_left();
}
