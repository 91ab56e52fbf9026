//! `--dry-run`: statements are checked by the server, told, and not run.

use crate::support::{Database, Runner, prod};

const TABLES: &str = "CREATE TABLE law (id serial PRIMARY KEY, name text);
    INSERT INTO law (name) VALUES ('one');
    CREATE FUNCTION plain() RETURNS integer LANGUAGE sql AS 'INSERT INTO law VALUES (9) RETURNING id';";

/// Runs `lua` (with `prod`, protected) as a dry run that has to change nothing.
#[track_caller]
fn dry(lua: &str, check: impl FnOnce(Runner) -> Runner) -> String {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    let run = Runner::new()
        .target("prod", &database)
        .protected("GO")
        .playbook(&format!(
            "local prod = connect('prod', {{ write = true }})\n{lua}"
        ))
        .args(["--dry-run"]);
    let ran = check(run).success();
    database.assert_as_before(&before);
    // What comes before the first statement is of no interest here.
    let (_, told) = ran.stderr.split_once("system ").unwrap();
    told.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn execute_and_script_are_checked_and_told() {
    let told = dry(
        "print(prod:execute \"UPDATE law SET name = 'x'\", prod:execute('DELETE FROM law WHERE id = $1', 1))
         print(prod:execute \"\\n  UPDATE law\\n  SET name = 'x'\")
         print(prod:script 'DELETE FROM law; TRUNCATE law')",
        |run| run.stdout("0\t0\n0\n0\n"),
    );
    assert_eq!(
        told,
        "would run on `prod`: UPDATE law SET name = 'x'\n\
         would run on `prod`: DELETE FROM law WHERE id = $1\n\
         would run on `prod`: UPDATE law ...\n\
         would run on `prod`: DELETE FROM law; TRUNCATE law (2 statements)\n"
    );
}

#[test]
fn a_wrong_statement_is_as_wrong_as_without() {
    for (lua, report) in [
        (
            "prod:execute 'UPDATE laws SET id = 1'",
            "relation \"laws\" does not exist",
        ),
        ("prod:execute 'UPDAT'", "syntax error at or near \"UPDAT\""),
        (
            "prod:query 'SELECT nothing FROM law'",
            "column \"nothing\" does not exist",
        ),
        ("prod:execute 'COMMIT'", "`COMMIT` would end or nest"),
        (
            "prod:transaction(function(tx) tx:execute 'UPDATE law SET no = 1' end)",
            "column \"no\" of relation \"law\" does not exist",
        ),
    ] {
        let database = Database::with(prod(), TABLES);
        Runner::new()
            .target("prod", &database)
            .playbook(&format!("local prod = connect 'prod'\n{lua}"))
            .args(["--dry-run"])
            .stderr_has(&format!("error: {report}"))
            .code(1);
        database.assert_left();
    }
}

#[test]
fn a_transaction_runs_its_function_and_changes_nothing() {
    let told = dry(
        "print(prod:transaction(function(tx)
           tx:execute 'DELETE FROM law'
           tx:transaction(function(inner) inner:execute 'DELETE FROM law WHERE id = 2' end)
           return tx:value 'SELECT count(*) FROM law'
         end))",
        |run| run.stdout("1\n"),
    );
    assert_eq!(
        told,
        "would run on `prod`: DELETE FROM law\nwould run on `prod`: DELETE FROM law WHERE id = 2\n"
    );
}

#[test]
fn a_query_that_would_write_is_told_and_gives_nothing() {
    let queries = "local function all(db)
           print(#db:query \"INSERT INTO law (name) VALUES ('two') RETURNING id\", db:one 'DELETE FROM law RETURNING id')
           print(db:value \"SELECT nextval('law_id_seq')\", db:value 'SELECT plain()', db:value 'SELECT count(*) FROM law')
         end\n";
    let notes = "would run on `prod`: INSERT INTO law (name) VALUES ('two') RETURNING id\n\
                 would run on `prod`: DELETE FROM law RETURNING id\n\
                 would run on `prod`: SELECT nextval('law_id_seq')\n\
                 would run on `prod`: SELECT plain()\n";
    let results = "0\tnil\nnil\tnil\t1\n";
    let told = dry(&format!("{queries} all(prod)"), |run| run.stdout(results));
    assert_eq!(told, notes);
    let told = dry(&format!("{queries} prod:transaction(all)"), |run| {
        run.stdout(results)
    });
    assert_eq!(told, notes);
}

#[test]
fn what_depends_on_a_statement_that_was_only_told_is_told_too() {
    let statements = "local function all(db)
           db:execute 'CREATE TABLE fresh (n integer)'
           print(db:execute 'INSERT INTO fresh VALUES (1)', #db:query 'SELECT * FROM fresh', db:value 'SELECT count(*) FROM law')
         end\n";
    let notes = "would run on `prod`: CREATE TABLE fresh (n integer)\n\
                 would run on `prod`: INSERT INTO fresh VALUES (1) (not checked: relation \"fresh\" does not exist)\n\
                 would run on `prod`: SELECT * FROM fresh (not checked: relation \"fresh\" does not exist)\n";
    for lua in ["all(prod)", "prod:transaction(all)"] {
        let told = dry(&format!("{statements} {lua}"), |run| {
            run.stdout("0\t0\t1\n")
        });
        assert_eq!(told, notes);
    }
    let rows = "for _ in prod:rows 'SELECT * FROM fresh' do print 'never' end";
    let told = dry(&format!("{statements} all(prod)\n{rows}"), |run| {
        run.stdout("0\t0\t1\n")
    });
    let last = notes.lines().last().unwrap();
    assert_eq!(told, format!("{notes}{last}\n"));
}

#[test]
fn nothing_is_asked_and_nothing_is_tried_twice() {
    let told = dry(
        "print(confirm 'Really?')
         local tries = 0
         pcall(retry, { times = 5, delay = '1h' }, function() tries = tries + 1 error 'no' end)
         print(tries, prod:info().read_only)",
        |run| run.stdout("true\n1\ttrue\n"),
    );
    assert_eq!(told, "would ask: Really?\n");
}
