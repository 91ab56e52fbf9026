//! `tunnel.open` in a playbook.

use std::net::TcpListener;

use super::{own_port, password, program};
use crate::support::{Database, Runner, container, dev, sshd};

/// Lua that asks through a tunnel `t` with psql.
fn ask() -> String {
    format!(
        r#"
        local function ask(t, sql)
          local words = {{}}
          for name, value in pairs(t.env) do words[#words + 1] = name .. "='" .. value .. "'" end
          local psql = io.popen("env " .. table.concat(words, " ") .. " {} -XqAtc \"" .. sql .. "\" 2>&1")
          local answer = psql:read "a"
          psql:close()
          return (answer:gsub("%s+$", ""))
        end
        "#,
        program("psql")
    )
}

#[test]
fn a_close_variable_ends_with_its_block() {
    let database = Database::empty(dev());
    let (password, name) = (password(&database), database.name());
    let port = own_port();
    let lua = format!("local port = {port}\n")
        + &ask()
        + r#"
        local passfile
        do
          local t <close> = tunnel.open { target = "prod", local_port = port }
          passfile = t.env.PGPASSFILE
          print(ask(t, "SELECT current_database()"), t, t.port == port, t.url)
          assert(io.open(passfile))
        end
        assert(not io.open(passfile))
        local again <close> = tunnel.open { target = "prod", local_port = port }
        local env = again.env
        print(ask(again, "SELECT 2"))
        again:close()
        again:close()
        print(ask({ env = env }, "SELECT 3"):match("Connection refused"))
        print((select(2, pcall(function() return again.env end))).message)
        print(pcall(function() return again.prot end))
        "#;
    let ran = Runner::new()
        .target("prod", &database)
        .playbook(&lua)
        .shows_nowhere(&password)
        .stdout(&format!(
            "{name}\ttunnel prod\ttrue\tpostgres://postgres@127.0.0.1:{port}/{name}\n2\nConnection refused\n\
             `prod` is already closed\ntrue\tnil\n"
        ))
        .success();
    ran.assert_left();
    database.assert_left();
}

#[test]
fn what_is_left_open_is_closed_with_the_run() {
    let database = Database::empty(container());
    let lua = ask()
        + r#"
        t = tunnel.open { target = "prod" }
        print(ask(t, "SELECT 1"))
        coroutine.wrap(function() local u <close> = tunnel.open { target = "prod" }; coroutine.yield() end)()
        error("over")
        "#;
    let ran = Runner::new()
        .container_target("prod", &database)
        .playbook(&lua)
        .stdout("1\n")
        .stderr_has("error: over")
        .code(1);
    ran.assert_left();
    database.assert_left();
}

#[test]
fn a_target_may_be_given_by_its_keys() {
    let database = Database::empty(dev());
    let (port, name) = (dev().port(), database.name());
    let lua = ask()
        + &format!(
            r#"
            local one = tunnel.open {{ ssh = "jump", host = "127.0.0.1", port = {port} }}
            local two = tunnel.open {{ url = "{}" }}
            local free <close> = tunnel.open {{ host = "{}", port = {port}, user = "postgres", database = "{name}" }}
            print(one.port ~= two.port, ask(two, "SELECT 2"), ask(free, "SELECT 3"))
            "#,
            database.url(),
            dev().socket_folder().display(),
        );
    Runner::new()
        .toml(&format!(
            "[ssh]\nconfig = \"{}\"",
            sshd().config().display()
        ))
        .playbook(&lua)
        .stdout("true\t2\t3\n")
        .stderr_has("the tunnel is for clients that may log in")
        .success();
    database.assert_left();
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let database = Database::empty(dev());
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let taken = taken.local_addr().unwrap().port();
    for (options, error) in [
        ("{}", "`tunnel.open`: option `target` is missing".to_owned()),
        (
            "{ tagret = 'prod' }",
            "`tunnel.open`: unknown option `tagret`, did you mean `target`".to_owned(),
        ),
        (
            "{ target = 'prod', ssh = 'jump' }",
            "`tunnel.open`: `target` says it all; `ssh` goes without it".to_owned(),
        ),
        (
            "{ target = 'prod', local_port = 70000 }",
            "`tunnel.open`: option `local_port` must be from 1 to 65535".to_owned(),
        ),
        (
            &format!("{{ target = 'prod', local_port = {taken} }}"),
            format!("no tunnel to `prod`: port {taken} of 127.0.0.1 is taken by another program"),
        ),
    ] {
        Runner::new()
            .target("prod", &database)
            .playbook(&format!("tunnel.open {options}"))
            .stderr_has(&error)
            .code(1);
    }
    database.assert_left();
}

#[test]
fn a_protected_server_asks_once_for_all_its_uses() {
    let database = Database::empty(dev());
    let lua = "local db = connect('prod', { write = true })\ntunnel.open { target = 'prod' }\nprint 'open'";
    let prod = || Runner::new().target("prod", &database).protected("GO ON");
    prod()
        .playbook("tunnel.open { target = 'prod' }\nprint 'never'")
        .stdout("")
        .stderr_has("`prod` is protected and there is no terminal to ask its phrase on")
        .code(1);
    let terminal = prod().playbook(lua).terminal();
    terminal.wait_for("To write to `prod`, type GO ON:");
    terminal.type_line("GO ON");
    let (code, screen) = terminal.finish();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.ends_with("open"), "{screen}");
}

#[test]
fn in_a_dry_run_nothing_passes() {
    let database = Database::empty(dev());
    let lua = ask()
        + r#"
        local t <close> = tunnel.open { target = "prod" }
        print(ask(t, "CREATE TABLE law ()"))
        "#;
    let before = database.state();
    Runner::new()
        .target("prod", &database)
        .protected("GO ON")
        .playbook(&lua)
        .args(["--dry-run"])
        .stdout_has("FATAL:  runner: this is a dry run: nothing passes the tunnel\n")
        .stderr_has("tunnel to `prod`: this is a dry run: nothing passes the tunnel\n")
        .success();
    database.assert_as_before(&before);
}
