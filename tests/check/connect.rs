//! `runner check --connect`: what only the servers know.

use super::checked;
use crate::support::{Database, Sshd, dev};

/// Lines with what is told of each: the column in its SQL, and the message.
const LINES: &[(&str, &str)] = &[
    ("local marks = watermark.open { db = dev, name = 'm' }", ""),
    (
        "copy.tables { from = dev, to = dev, where = { law = \"titel = 'x'\" } }",
        "1: column \"titel\" does not exist",
    ),
    (
        "copy.tables { from = dev, to = dev, where = { law = { 'idd > $1', 5 } } }",
        "1: column \"idd\" does not exist",
    ),
    (
        "copy.tables { from = dev, to = dev, where = { ['lwa'] = 'true' } }",
        "null: no table `lwa` on `dev`, did you mean `law`",
    ),
    (
        "copy.tables { from = dev, to = dev, tables = 'law', where = 'id >' }",
        "null: syntax error at or near \")\"",
    ),
    (
        "copy.tables { from = dev, to = dev, columns = { law = { 'id', 'titel' } } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "copy.tables { from = dev, to = dev, columns = { law = { except = { 'titel' } } } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "copy.tables { from = dev, to = dev, mask = { law = { titel = 'NULL' } } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "copy.tables { from = dev, to = dev, mask = { law = { title = 'uper(title)', id = false } } }",
        "1: function uper(text) does not exist",
    ),
    (
        "copy.tables { from = dev, to = dev, order_by = { law = 'id, titel' } }",
        "5: column \"titel\" does not exist",
    ),
    (
        "copy.tables { from = dev, to = dev, rename = { law = { titel = 'name' } } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "copy.subset { from = dev, to = dev, roots = { law = 'idd = 1' } }",
        "1: column \"idd\" does not exist",
    ),
    (
        "copy.export { from = dev, sql = 'SELECT idd FROM law', to = 'x.csv' }",
        "8: column \"idd\" does not exist",
    ),
    (
        "copy.export { from = dev, table = 'law', columns = { 'titel' }, to = 'x.csv' }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "copy.import { from = 'x.csv', to = dev, table = 'law', columns = { 'titel' } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "marks:changed(dev, 'lwa')",
        "null: no table `lwa` on `dev`, did you mean `law`",
    ),
    (
        "marks:changed(dev, 'law', { column = 'titel' })",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "marks:changed(dev, 'law', { where = 'idd = 1' })",
        "1: column \"idd\" does not exist",
    ),
    (
        "verify.tables { from = dev, to = dev, except = { law = 'titel' } }",
        "null: `law` has no column `titel`, did you mean `title`",
    ),
    (
        "verify.foreign_keys { to = dev, tables = 'lwa' }",
        "null: no table `lwa` on `dev`, did you mean `law`",
    ),
    (
        "verify.query { from = dev, to = dev, sql = 'SELECT idd FROM law' }",
        "8: column \"idd\" does not exist",
    ),
    (
        "trigger.disabled(dev, 'lwa', function(tx) end)",
        "null: no table `lwa` on `dev`, did you mean `law`",
    ),
    // All of this is right.
    (
        "copy.tables { from = dev, to = dev, where = { law = { 'id > $1 -- the newer', 5 }, ['l*'] = 'x' }, limit = { law = 5 } }",
        "",
    ),
    (
        "copy.tables { from = dev, to = dev, tables = '\"Mixed\"', columns = { ['\"Mixed\"'] = { 'Case' } }, mask = { law = { title = { mask = 'hash' } } } }",
        "",
    ),
    (
        "copy.tables { from = dev, to = dev, tables = { 'law' }, where = \"title LIKE '%x%'\", order_by = 'id DESC' }",
        "",
    ),
];

#[test]
fn with_connect_tables_and_columns_are_looked_up_and_nothing_is_run() {
    let database = Database::with(
        dev(),
        "CREATE TABLE law (id integer PRIMARY KEY, title text); CREATE FUNCTION boom() RETURNS integer LANGUAGE sql AS 'SELECT 1/0';",
    );
    let before = database.state();
    checked(
        "local dev = connect 'dev'
dev:query('SELECT id FROM laws')
dev:transaction(function(tx)
  tx:execute([[
    UPDATE law
       SET titel = $1]], 'x')
end)
copy.tables { from = dev, to = dev, tables = { 'law', 'lwa', 'l*' } }
dev:query 'SELECT boom()'
dev:execute 'DELETE FROM law'
dev:query 'SELEC 1'
dev:execute 'CREATE TABLE made (n integer)'
dev:query 'SELECT n FROM made'
",
    )
    .target("dev", &database)
    .args(["--connect", "--quiet"])
    .stdout("")
    .stderr(
        "\
error: relation \"laws\" does not exist
  at playbook.lua:2
  2 | dev:query('SELECT id FROM laws')
    |           ^
  at SQL line 1
  1 | SELECT id FROM laws
    |                ^
  target: dev
  sqlstate: 42P01
  help: did you mean `law`
error: column \"titel\" of relation \"law\" does not exist
  at playbook.lua:4
  4 | tx:execute([[
    |            ^
  at SQL line 2
  2 |        SET titel = $1
    |            ^
  target: dev
  sqlstate: 42703
  help: did you mean `title`
error: no table `lwa` on `dev`, did you mean `law`
  at playbook.lua:8
  8 | copy.tables { from = dev, to = dev, tables = { 'law', 'lwa', 'l*' } }
    |                                                       ^
  target: dev
error: syntax error at or near \"SELEC\"
  at playbook.lua:11
  11 | dev:query 'SELEC 1'
     |           ^
  at SQL line 1
  1 | SELEC 1
    | ^
  target: dev
  sqlstate: 42601
",
    )
    .code(1);
    database.assert_as_before(&before);
    database.assert_left();
}

/// Each line of `lua` behind the first has one thing wrong, which is told as the one of `expected` that stands with it.
#[track_caller]
fn each_line_is_told(database: &Database, lines: &[(&str, &str)]) {
    let mut lua = String::from("local dev = connect 'dev'\n");
    for (line, _) in lines {
        lua += line;
        lua.push('\n');
    }
    let run = checked(&lua)
        .target("dev", database)
        .args(["--connect", "--json", "--quiet"])
        .code(1);
    let told: Vec<String> = run
        .stderr
        .lines()
        .map(|line| {
            let told: serde_json::Value = serde_json::from_str(line).unwrap();
            let (line, column) = (&told["line"], &told["sql"]["column"]);
            let message = told["message"].as_str().unwrap();
            format!("{line}/{column}: {message}")
        })
        .collect();
    let expected: Vec<String> = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, message))| !message.is_empty())
        .map(|(place, (_, message))| format!("{}/{message}", place + 2))
        .collect();
    assert_eq!(told, expected, "{lua}");
}

#[test]
fn with_connect_what_options_name_inside_of_tables_is_looked_up() {
    let database = Database::with(
        dev(),
        "CREATE TABLE law (id integer PRIMARY KEY, title text); CREATE TABLE \"Mixed\" (\"Case\" integer);",
    );
    each_line_is_told(&database, LINES);
    database.assert_left();
}

#[test]
fn with_connect_what_was_found_is_told_beside_a_server_that_cannot_be_asked() {
    let database = Database::with(dev(), "CREATE TABLE law (id integer PRIMARY KEY)");
    let run = checked("local far = connect 'far'\nfar:query 'SELECT 1'\nconnect('dev'):query 'SELECT idd FROM law'\nlgo 'x'")
        .toml("[targets.far]\nurl = 'postgres://x@127.0.0.1:1/x'\n")
        .target("dev", &database)
        .args(["--connect", "--quiet"])
        .stderr_has("error: cannot reach `far`: `127.0.0.1:1` refuses connections; is anything listening there?\n")
        .stderr_has("error: column \"idd\" does not exist\n")
        .stderr_has("error: there is no global `lgo`, did you mean `log`\n")
        .code(1);
    assert_eq!(run.stderr.matches("error: ").count(), 3, "{}", run.stderr);
}

#[test]
fn with_connect_nothing_is_left_of_the_way_to_a_server_that_cannot_be_asked() {
    let sshd = Sshd::start("");
    let run = checked("connect('far'):query 'SELECT 1'")
        .toml(&format!(
            "[ssh]\nconfig = \"{}\"\n[targets.far]\nurl = \"postgres://x@127.0.0.1:1/x\"\nssh = \"jump\"\n",
            sshd.config().display()
        ))
        .args(["--connect", "--quiet"])
        .stderr_has("error: cannot reach `far`: ")
        .code(1);
    run.assert_left();
    sshd.assert_left();
}
