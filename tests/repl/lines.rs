//! What lines do, told by a program that types them: `echo '...' | runner repl`.

use std::io::Write;

use crate::support::{Database, Ran, Runner, dev};

/// Runs lines; the exit code has to be this.
#[track_caller]
pub fn run(runner: Runner, args: &[&str], lines: &str, code: i32) -> Ran {
    let mut running = runner
        .args(["repl", "--quiet"])
        .args(args.iter().copied())
        .start();
    running.stdin().write_all(lines.as_bytes()).unwrap();
    running.finish(code)
}

/// Runs lines on a database; gives stdout.
#[track_caller]
pub fn on(database: &Database, lines: &str) -> String {
    run(Runner::new().target("dev", database), &["dev"], lines, 0).stdout
}

/// Runs lines of Lua; gives stdout.
#[track_caller]
pub fn lua(lines: &str) -> String {
    run(Runner::new(), &[], lines, 0).stdout
}

#[test]
fn results_of_lua_are_echoed() {
    assert_eq!(
        lua("1 + 1\n'a', nil, 2.5\nx = 1\nprint 'p'\n= x\n"),
        "2\na\tnil\t2.5\np\n1\n"
    );
    assert_eq!(lua("{ { a = 1, b = 'x' } }\n"), "a  b\n─  ─\n1  x\n");
    assert_eq!(lua("{}, 1, {}\n"), "{}\t1\t{}\n");
    assert_eq!(lua("2 * 3\n_ + 1\n"), "6\n7\n");
    assert_eq!(lua("f = function()\nreturn 4\nend\nf()\n"), "4\n");
}

#[test]
fn locals_stay_from_line_to_line_as_the_very_variables_they_are() {
    assert_eq!(lua("local x = 1\nx = x + 1\nx\n"), "2\n");
    assert_eq!(
        lua(
            "local n = 0\nlocal function count() n = n + 1 return n end\ncount()\ncount()\nn\nn = 10\ncount()\n"
        ),
        "1\n2\n2\n11\n"
    );
    // Declared again, it is another one: who knew the first still does.
    assert_eq!(
        lua("local x = 1\nlocal function old() return x end\nlocal x = 2\nold(), x\n"),
        "1\t2\n"
    );
    assert_eq!(lua("local a, b = 1\na, b\n"), "1\tnil\n");
    assert_eq!(lua("local x = 1 return x\nx\n"), "1\n1\n");
    assert_eq!(
        lua("local x <const> = 1\nx\nglobal_one = x\nglobal_one\n"),
        "1\n1\n"
    );
    let ran = run(Runner::new(), &[], "local x <const> = 1\nx = 2\n", 1);
    assert!(
        ran.stderr
            .contains("attempt to assign to const variable 'x'"),
        "{}",
        ran.stderr
    );
    let closing = "local t <close> = setmetatable({}, { __close = function() sleep(0) print 'closed' end })\nt ~= nil\n";
    assert_eq!(lua(closing), "true\nclosed\n");
    let ran = run(Runner::new(), &[], "local t <close> = 42\n", 1);
    assert!(
        ran.stderr.contains("variable 't' got a non-closable value"),
        "{}",
        ran.stderr
    );
    // A local hides a global, and neither is lost.
    assert_eq!(
        lua("y = 'global'\nlocal y = 'local'\ny, _G.y\n"),
        "local\tglobal\n"
    );
}

#[test]
fn the_first_failure_ends_it_with_1_and_tells_its_place() {
    let database = Database::empty(dev());
    let target = || Runner::new().target("dev", &database);
    for (lines, message) in [
        (
            "select 1;\nselect\n nope;\nselect 2;",
            "at stdin:3\n  3 |  nope\n    |  ^",
        ),
        ("x = 1\nlocal y = x.a.b\nprint 'not run'", "at stdin:2"),
        ("x = = 1", "unexpected symbol near '='"),
        ("if true then", "'end' expected near <eof>"),
        ("x = 1\n\\nope", "unknown command `nope`\n  at stdin:2\n"),
        (
            "x = 1\nfunction f()\n  error 'deep'\nend\nf()",
            "error: deep\n  at stdin:3\n  3 | error 'deep'",
        ),
        ("\\timin", "did you mean `timing`"),
        ("\\e x.sql", "`\\e` takes nothing, got `x.sql`"),
        (
            "selec 1",
            "help: this is read as Lua; as SQL, did you mean `SELECT`",
        ),
        ("local x y", "syntax error near <eof>\n  at stdin:1\n"),
    ] {
        let ran = run(target(), &["dev"], lines, 1);
        assert!(ran.stderr.contains(message), "{lines}\n{}", ran.stderr);
        assert!(
            !ran.stdout.contains('2') || lines.contains("nope;"),
            "{}",
            ran.stdout
        );
    }
    let ran = run(Runner::new().target("dev", &database), &[], "select 1;", 1);
    assert!(
        ran.stderr
            .contains("no target is open: `\\c NAME` opens one of dev"),
        "{}",
        ran.stderr
    );
    run(Runner::new(), &[], "os.exit(7)\nprint 'not run'", 7);
    let ran = run(target(), &["nope"], "", 2);
    assert!(
        ran.stderr.contains("there is no target `nope`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn statements_tell_their_tags_and_their_rows() {
    let database = Database::empty(dev());
    let out = on(
        &database,
        "create table t (a int);\ninsert into t values (1), (2), (3);\nselect a from t where a > 1;\n\
         delete from t where a = 1 returning a; begin; rollback;\nselect a from t where false;\nselect;",
    );
    let expected = "CREATE TABLE\nINSERT 0 3\na\n─\n2\n3\n(2 rows)\na\n─\n1\n(1 row)\nDELETE 1\nBEGIN\nROLLBACK\na\n─\n(0 rows)\n──\n(1 row)\n";
    assert_eq!(out, expected);
}

#[test]
fn a_statement_may_have_very_many_lines_and_the_text_a_mark_before_it() {
    let database = Database::with(dev(), "create table t (a int)");
    let rows: Vec<String> = (0..50_000).map(|n| format!("({n})")).collect();
    let lines = format!(
        "\u{feff}select 1 as a; x = {{\n2 }}\ninsert into t values\n{}\n;\nx[1]\n",
        rows.join(",\n")
    );
    assert_eq!(
        on(&database, &lines),
        "a\n─\n1\n(1 row)\nINSERT 0 50000\n2\n"
    );
}

#[test]
fn copy_reads_and_writes_lines() {
    let database = Database::with(dev(), "create table t (a int, b text)");
    let out = on(
        &database,
        "copy t from stdin;\n1\tone\n2\t\\N\n\\.\ncopy t to stdout;\ncopy (select a from t) to stdout with csv header;\n",
    );
    assert_eq!(out, "COPY 2\n1\tone\n2\t\\N\na\n1\n2\n");
    assert_eq!(database.query("select count(*) from t"), "2");
}

/// What `_` says behind a result that is not kept.
const NOT_THERE: &str = "error: `_` is not there: the last result was too much to be kept, or was left before its end; \
                         `db:query` gives all of one, and `db:rows` one row after the other\n  at stdin:2\n";

#[test]
fn a_row_becomes_variables_and_rows_are_the_last_result() {
    let database = Database::empty(dev());
    assert_eq!(
        on(
            &database,
            "select 7 as id, 'x' as name, null as none \\gset p_\np_id + 1, p_name, p_none\n"
        ),
        "8\tx\tnil\n"
    );
    assert_eq!(
        on(
            &database,
            "select 1 as a union all select 2 order by 1;\n#_, _[2].a\n"
        ),
        "a\n─\n1\n2\n(2 rows)\n2\t2\n"
    );
    // What is too much is not kept, and says so.
    let much = "select repeat('x', 100) from generate_series(1, 200000) \\g much.txt\n";
    for use_it in [
        "#_",
        "_[1]",
        "for _ in ipairs(_) do end",
        "for _ in pairs(_) do end",
    ] {
        let target = Runner::new().target("dev", &database);
        let ran = run(target, &["dev"], &format!("{much}{use_it}\n"), 1);
        assert!(ran.stderr.contains(NOT_THERE), "{}", ran.stderr);
    }
    assert_eq!(
        on(
            &database,
            "select n from generate_series(1, 20000) n \\g much.txt\n#_, _[20000].n\n"
        ),
        "20000\t20000\n"
    );
    for (sql, message) in [
        ("select 1 where false", "no rows"),
        ("values (1), (2)", "more than one row"),
    ] {
        let ran = run(
            Runner::new().target("dev", &database),
            &["dev"],
            &format!("{sql} \\gset"),
            1,
        );
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn a_result_that_was_left_before_its_end_is_not_the_last_result() {
    let database = Database::empty(dev());
    // Less than what is kept, and more than a pipe holds.
    let rows =
        "select repeat('x', 1000) as x from generate_series(1, 10000) \\g |head -n 1 >head.txt\n";
    let target = Runner::new().target("dev", &database);
    let ran = run(target, &["dev"], &format!("{rows}#_\n"), 1);
    assert!(ran.stderr.contains(NOT_THERE), "{}", ran.stderr);
    let head = std::fs::read_to_string(ran.project.path().join("head.txt")).unwrap();
    assert_eq!(head.trim_end(), "x");
}

#[test]
fn what_changes_rows_is_done_although_its_rows_are_not_read_to_their_end() {
    let database = Database::with(dev(), "create table t (x text)");
    let insert = "insert into t select repeat('x', 1000) from generate_series(1, 10000) returning x \\g |head -n 1 >head.txt\n";
    assert_eq!(on(&database, insert), "");
    assert_eq!(database.query("select count(*) from t"), "10000");
}

#[test]
fn a_statement_may_give_several_results_of_which_the_last_one_stays() {
    let sql = "create table r (v int); create table s (v int);
               create rule r1 as on insert to r do also select 1 as x from generate_series(1, 3);
               create rule r2 as on insert to r do also select 1 as p, 2 as q;
               create rule s1 as on insert to s do also select 1 as p, 2 as q;
               create rule s2 as on insert to s do also select 3 as x";
    let database = Database::with(dev(), sql);
    assert_eq!(
        on(
            &database,
            "insert into r values (1);\n#_, _[1].x, _[1].p, _[1].q\n"
        ),
        "x\n─\n1\n1\n1\n(3 rows)\np  q\n─  ─\n1  2\n(1 row)\nINSERT 0 1\n1\tnil\t1\t2\n"
    );
    assert_eq!(
        on(&database, "insert into s values (1);\n#_, _[1].x, _[1].p\n"),
        "p  q\n─  ─\n1  2\n(1 row)\nx\n─\n3\n(1 row)\nINSERT 0 1\n1\t3\tnil\n"
    );
}

#[test]
fn what_a_list_does_not_find_has_the_name_of_what_it_lists() {
    let database = Database::empty(dev());
    for (line, message) in [
        ("\\dD txt", "did not find any domains named `txt`"),
        ("\\da lowr", "did not find any aggregates named `lowr`"),
        (
            "\\drds nobody",
            "did not find any settings of roles named `nobody`",
        ),
    ] {
        let target = Runner::new().target("dev", &database);
        let ran = run(target, &["dev"], line, 1);
        // Without another name behind it: that would be the name of something else.
        let message = format!("error: {message}\n");
        assert!(ran.stderr.contains(&message), "{}", ran.stderr);
    }
}

#[test]
fn results_go_to_files_and_commands() {
    let database = Database::empty(dev());
    let ran = run(
        Runner::new().target("dev", &database),
        &["dev", "--csv"],
        "select 1 as one \\g one.csv\n\\o two.csv\nselect 2 as two;\n\\o\nselect 3 as three;\nselect 4 \\g |cat >four.csv\n",
        0,
    );
    assert_eq!(ran.stdout, "three\n3\n");
    let read = |name: &str| std::fs::read_to_string(ran.project.path().join(name)).unwrap();
    assert_eq!(read("one.csv"), "one\n1\n");
    assert_eq!(read("two.csv"), "two\n2\n");
    assert_eq!(read("four.csv"), "?column?\n4\n");
    let ran = run(
        Runner::new().target("dev", &database),
        &["dev"],
        "select 1 \\g /dev/full\n",
        1,
    );
    assert_eq!(
        ran.stderr,
        "error: cannot write the result: No space left on device (os error 28)\n  at stdin:1\n"
    );
}

#[test]
fn a_statement_is_watched_as_often_as_asked() {
    let database = Database::with(dev(), "create sequence s");
    on(&database, "select nextval('s') \\watch c=3 0.001\n");
    assert_eq!(database.query("select last_value from s"), "3");
}

#[test]
fn files_of_sql_and_lua_are_run_and_errors_tell_their_lines() {
    let database = Database::with(dev(), "create table t (a int)");
    let runner = || {
        Runner::new()
            .target("dev", &database)
            .file(
                "good.sql",
                "insert into t values (1);\ncopy t from stdin;\n2\n\\.\nselect count(*) from t;\n",
            )
            .file("bad.sql", "select 1;\n\n-- a comment\nselect\n  nope;\n")
            .file(
                "x.lua",
                "local n = db:value 'select count(*) from t'\nreturn n\n",
            )
    };
    let ran = run(runner(), &["dev"], "\\i good.sql\n\\i x.lua\n", 0);
    assert_eq!(
        ran.stdout,
        "INSERT 0 1\nCOPY 1\ncount\n─────\n    2\n(1 row)\n2\n"
    );
    let ran = run(runner(), &["dev"], "\\i bad.sql\n", 1);
    assert!(ran.stderr.contains("at bad.sql:5"), "{}", ran.stderr);
    let ran = run(runner(), &["dev"], "\\i none.sql\n", 1);
    assert!(
        ran.stderr.contains("cannot read `none.sql`"),
        "{}",
        ran.stderr
    );
    let ran = run(runner(), &["dev"], "\\i home\n", 1);
    assert!(
        ran.stderr
            .contains("cannot read `home`: line 1: Is a directory"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_editor_gets_the_last_statement_and_what_it_leaves_is_run() {
    let database = Database::empty(dev());
    let runner = Runner::new()
        .target("dev", &database)
        .env("EDITOR", "sed -i s/1/2/");
    let ran = run(runner, &["dev"], "select 1 as n;\n\\e\n", 0);
    assert_eq!(ran.stdout, "n\n─\n1\n(1 row)\nn\n─\n2\n(1 row)\n");
}

#[test]
fn help_tells_what_is_declared() {
    for line in ["help(copy.tables)", "help 'copy.tables'"] {
        let out = lua(line);
        assert!(out.contains("copy.tables") && out.contains("mode"), "{out}");
    }
    assert!(lua("help()").contains("copy"));
    let ran = run(Runner::new(), &[], "help(function() end)", 1);
    let message = "this function is none that is declared; give its name: `help \"copy.tables\"`";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let ran = run(Runner::new(), &[], "help 'copy.table'", 1);
    assert!(
        ran.stderr.contains("did you mean `copy.tables`"),
        "{}",
        ran.stderr
    );
    let out = lua("\\?\n");
    for command in [
        "\\c TARGET",
        "\\record FILE",
        "\\watch [SECONDS]",
        "\\d [NAME]",
    ] {
        assert!(out.contains(command), "{out}");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let database = Database::with(dev(), "create table t (a int)");
    let runner = Runner::new().target("dev", &database);
    let ran = run(
        runner,
        &["dev", "--dry-run"],
        "insert into t values (1);",
        1,
    );
    assert!(
        ran.stderr.contains("read-only transaction"),
        "{}",
        ran.stderr
    );
    assert_eq!(database.query("select count(*) from t"), "0");
}
