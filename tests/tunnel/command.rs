//! A tunnel around one command: what the command is given, and what its end means.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{PSQL, around, folders, own_port, password, program, tunnel, wait_until_runs};
use crate::support::{Database, Runner, dev, processes};

fn prod(database: &Database) -> Runner {
    Runner::new().target("prod", database)
}

#[test]
fn its_exit_code_is_ours() {
    let database = Database::empty(dev());
    let quiet = |words: &[&str]| tunnel(prod(&database).args(["--quiet"]), words);
    let psql = program("psql");
    let ask = ["--", &psql, "-XqAtc"];
    let whole = |sql| quiet(&[&ask[..], &[sql]].concat());
    whole("SELECT 'here'").stdout("here\n").stderr("").success();
    whole("SELECT nonsense").stdout("").code(1);
    quiet(&["--", "sh", "-c", "exit 7"]).stderr("").code(7);
    quiet(&["--", "sh", "-c", "kill -KILL $$"])
        .stderr("")
        .code(128 + 9);
    quiet(&["--", "no-such-program"])
        .stderr("error: cannot run `no-such-program`: No such file or directory (os error 2)\n")
        .code(127);
    quiet(&["--", "/"])
        .stderr("error: cannot run `/`: Permission denied (os error 13)\n")
        .code(126);
    let ran = quiet(&["--", "true", "--port", "1", "--", "-v"]).success();
    ran.assert_left();
    database.assert_left();
}

#[test]
fn it_reads_our_stdin_and_has_stdout_for_itself() {
    let database = Database::empty(dev());
    let script = format!("echo 'SELECT 6 * 7' | {PSQL}");
    around(prod(&database), &script)
        .stdout("42\n")
        .stderr_has("prod: PostgreSQL")
        .success();
}

#[test]
fn it_is_given_a_socket_and_a_password_that_nobody_else_can_reach() {
    let database = Database::empty(dev());
    let script = format!(
        "env | sed -n 's/^\\(PG[A-Z]*\\)=.*/\\1/p' | sort | tr '\\n' ' '
         stat -c %a \"$PGHOST\" \"$PGPASSFILE\"
         {PSQL} -c 'SELECT current_user, current_database(), inet_client_addr() IS NULL'
         cat \"$PGPASSFILE\"
         echo \"$PGHOST\""
    );
    // What is inherited must not lead elsewhere.
    let url = database.url();
    let runner = Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}?sslmode=prefer\""))
        .env("PGPASSWORD", "wrong")
        .env("PGSSLMODE", "verify-full")
        .env("PGAPPNAME", "mine");
    let ran = around(runner, &script).success();
    let lines: Vec<_> = ran.stdout.lines().collect();
    let [names, modes @ .., answer, passfile, host] = &lines[..] else {
        panic!("{}", ran.stdout)
    };
    assert_eq!(
        *names,
        "PGAPPNAME PGDATABASE PGHOST PGPASSFILE PGPORT PGUSER 700"
    );
    assert_eq!(modes, ["600"]);
    assert_eq!(*answer, format!("postgres|{}|f", database.name()));
    let (port, password) = (dev().port(), password(&database));
    assert_eq!(*passfile, format!("{host}:{port}:*:postgres:{password}"));
    assert!(!fs::exists(host).unwrap(), "{host} is left");
}

#[test]
fn its_password_stands_in_no_argument_list_and_no_environment() {
    let database = Database::empty(dev());
    let script = format!("{PSQL} -c 'SELECT pg_sleep(600)'");
    let password = password(&database);
    let running = around(prod(&database).args(["-vv"]), &script)
        .shows_nowhere(&password)
        .start();
    wait_until_runs(&database, "pg_sleep");
    assert_eq!(processes::with_argument(&password), [""; 0]);
    assert_eq!(processes::with_environment(&password), [""; 0]);
    let folder = folders().into_iter().find(|folder| {
        let file = fs::read_to_string(folder.join("pgpass")).unwrap_or_default();
        file.contains(&password)
    });
    let mode = fs::metadata(folder.unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    running.signal(rustix::process::Signal::TERM);
    running.finish(143);
    database.assert_left();
}

#[test]
fn with_a_port_it_is_given_that() {
    let database = Database::empty(dev());
    let port = own_port().to_string();
    let psql = program("psql");
    let script = "echo $PGHOST $PGHOSTADDR $PGPORT $PGSSLMODE; exec \"$0\" -XqAtc 'SELECT 1'";
    let words = ["--port", &port, "--", "sh", "-c", script, &psql];
    tunnel(prod(&database), &words)
        .stdout(&format!("127.0.0.1 127.0.0.1 {port} prefer\n1\n"))
        .success();
}

#[test]
fn ctrl_c_is_its_own_and_cancels_through_the_tunnel() {
    let database = Database::empty(dev());
    let psql = program("psql");
    let terminal = tunnel(prod(&database), &["--", &psql, "-X"]).terminal();
    terminal.wait_for("=#");
    terminal.type_line("SELECT pg_sleep(600) \\g");
    wait_until_runs(&database, "pg_sleep");
    terminal.press("C-c");
    terminal.wait_for("canceling statement due to user request");
    terminal.type_line("SELECT 'still ' || 'here' \\g");
    terminal.wait_for("still here");
    terminal.type_line("\\q");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 0, "{screen}");
    database.assert_left();
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let database = Database::empty(dev());
    let script = "echo $PGHOST; read line";
    let running = around(prod(&database), script).start();
    running.wait_for_stdout("runner-tunnel-");
    let ran = running.killed();
    let folder = ran.stdout.trim();
    assert!(fs::exists(folder).unwrap());
    // One that lives, and one too young to tell.
    let living = around(prod(&database), script).start();
    living.wait_for_stdout("runner-tunnel-");
    assert!(fs::exists(folder).unwrap());
    crate::support::must(std::process::Command::new("touch").args(["-d", "2 minutes ago", folder]));
    around(prod(&database), "true").success();
    assert!(!fs::exists(folder).unwrap(), "{folder} is left");
    let living = living.finish(1).stdout;
    assert!(!fs::exists(living.trim()).unwrap());
}
