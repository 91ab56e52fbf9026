//! What is told and done about the servers: targets, backends, tunnels.

use std::process::Stdio;

use super::Screen;
use super::lines::{on, run};
use crate::support::{Database, Runner, dev, wait_until};

#[test]
fn what_goes_on_at_the_server_is_told() {
    let database = Database::with(
        dev(),
        "create table law (a int); create function f() returns trigger language plpgsql as 'begin return new; end';\
         create trigger touch before insert on law for each row execute function f();",
    );
    let mut holder = database.session();
    holder.query("begin; lock table law");
    let mut waiter = database.session();
    waiter.send("set application_name = 'waits'; begin; lock table law;");
    crate::support::wait_until("somebody waits", || {
        database.query("select count(*) from pg_stat_activity where application_name = 'waits' and wait_event_type = 'Lock'") == "1"
    });
    let out = on(
        &database,
        "\\x on\n\\locks\n\\activity\n\\conninfo\n\\watermark\n",
    );
    for part in [
        "AccessExclusiveLock",
        "lock          law",
        "waits_for    Lock: relation",
        "dev: PostgreSQL",
    ] {
        assert!(out.contains(part), "lacks {part:?}:\n{out}");
    }
    let pid = database.query("select pid from pg_stat_activity where application_name = 'waits'");
    let ran = run(
        Runner::new().target("dev", &database),
        &["dev"],
        &format!("\\kill {pid}"),
        1,
    );
    assert!(ran.stderr.contains("no terminal to ask"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains(&format!("Terminate backend {pid}, postgres on")),
        "{}",
        ran.stderr
    );
    holder.query("commit");
    let out = on(&database, "\\trigger law\n");
    assert!(out.contains("touch"), "{out}");
    let ran = run(
        Runner::new().target("dev", &database),
        &["dev"],
        "\\kill 999999",
        1,
    );
    assert!(
        ran.stderr.contains("there is no backend 999999"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_tunnel_stays_open_for_the_session() {
    let database = Database::empty(dev());
    let lines = "local printed = print\nlocal t = tunnel.open { target = 'dev' }\n\\tunnel dev\n\
                 os.execute(\"bash -c 'true </dev/tcp/127.0.0.1/\" .. t.port .. \"'\") ~= nil\n";
    let out = on(&database, lines);
    assert!(out.starts_with("postgres://postgres@127.0.0.1:"), "{out}");
    assert!(out.ends_with("\ntrue\n"), "{out}");
}

#[test]
fn several_targets_stay_open_each_with_its_own_transaction() {
    let (one, two) = (Database::empty(dev()), Database::empty(dev()));
    let runner = Runner::new().target("one", &one).target("two", &two);
    let lines = "begin;\ncreate table t (a int);\n\\c two\nselect count(*) from pg_class where relname = 't';\n\\c one\n\
                 commit;\ndb\nconnect\n";
    let ran = run(runner, &["one", "two"], lines, 0);
    assert!(
        ran.stdout
            .starts_with("BEGIN\nCREATE TABLE\ncount\n─────\n    0\n(1 row)\nCOMMIT\nDb one\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(one.query("select count(*) from t"), "0");
}

#[test]
fn a_backend_is_ended_by_a_yes_and_by_nothing_else() {
    let database = Database::empty(dev());
    let mut other = database.session();
    let pid = other.query("select pg_backend_pid()");
    let lives = || {
        database.query(&format!(
            "select count(*) from pg_stat_activity where pid = {pid}"
        ))
    };
    let mut screen = Screen::start(Runner::new().target("dev", &database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    let ask = |screen: &mut Screen| {
        screen.clear();
        screen.type_line(&format!("\\kill {pid}"));
        screen.wait_text(&format!("Terminate backend {pid}, postgres on"));
        screen.wait_text("[y/N]");
    };
    ask(&mut screen);
    screen.type_line("");
    screen.wait_prompt("dev=>");
    assert_eq!(lives(), "1");
    ask(&mut screen);
    screen.type_line("y");
    screen.wait_text(&format!("backend {pid} was told to end"));
    wait_until("the backend has ended", || lives() == "0");
    screen.wait_prompt("dev=>");
}

#[test]
fn a_tunnel_serves_psql_until_the_prompt_is_left() {
    let database = Database::empty(dev());
    let mut screen = Screen::start(Runner::new().target("dev", &database), &["repl", "dev"]);
    screen.wait_prompt("dev=>");
    let told = screen.answer("\\tunnel", "dev=>");
    let url = told.lines().next().unwrap().to_owned();
    assert!(
        told.contains("it stays until the end of this session"),
        "{told}"
    );
    // The way is open; the password is still asked for.
    let own = database.url();
    let login = own.split('@').next().unwrap();
    let password = login.rsplit_once(':').unwrap().1;
    assert!(!told.contains(password), "{told}");
    let mut psql = database.client("psql");
    let psql = psql.args(["-XAtc", "select current_database()", &url]);
    let psql = psql.env("PGPASSWORD", password);
    let answer = psql.stdin(Stdio::null()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answer.stdout).trim(),
        database.name(),
        "{}",
        String::from_utf8_lossy(&answer.stderr)
    );
    // The prompt goes on beside it.
    assert_eq!(screen.answer("1 + 1", "dev=>"), "2");
    screen.type_line("\\q");
    assert_eq!(screen.finish().0, 0);
    database.assert_left();
}
