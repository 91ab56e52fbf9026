//! Secrets and hostile text: what must not be shown, and what must not reach a terminal as it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Database, Runner, dev};

const PASSWORD: &str = "p@ss w/ord%&'x";
const ENCODED: &str = "p%40ss%20w%2Ford%25%26%27x";

/// A database whose role `keeper` logs in with [`PASSWORD`], and the url with it.
fn with_password(password: &str) -> (Database, String) {
    let database = Database::empty(dev());
    let role = format!("keeper_{}", database.name());
    let literal = PASSWORD.replace('\'', "''");
    database.query(&format!("CREATE ROLE {role} LOGIN PASSWORD '{literal}'"));
    let url = database.url();
    let (_, place) = url.split_once('@').unwrap();
    let url = format!("postgres://{role}:{password}@{place}");
    (database, url)
}

fn drop_role(database: &Database) {
    database.query(&format!("DROP ROLE keeper_{}", database.name()));
}

/// No form of the password may be seen, however much is told.
fn shows_no_password(run: Runner) -> Runner {
    run.args(["-vv"])
        .shows_nowhere(PASSWORD)
        .shows_nowhere("ss w/ord")
        .shows_nowhere(ENCODED)
        .shows_nowhere(&STANDARD.encode(PASSWORD))
}

#[test]
fn a_password_is_shown_nowhere() {
    let (database, url) = with_password(ENCODED);
    let run = Runner::new()
        .toml("[targets.dev]\nurl = \"${DEV_URL}\"")
        .file(".env", format!("DEV_URL='{url}'\n"))
        .playbook("local dev = connect 'dev'\nprint(dev:value 'SELECT 1')\nfor row in dev:rows 'SELECT 1' do end\ndev:query 'SELECT 1 / 0'");
    shows_no_password(run).stdout("1\n").code(1);
    let (host, _) = url.split_once('@').unwrap();
    let (_, rest) = url.split_once('@').unwrap();
    let place = rest.split('?').next().unwrap();
    let user = host.rsplit("//").next().unwrap().split(':').next().unwrap();
    let run = Runner::new()
        .toml(&format!(
            "[targets.dev]\nurl = \"postgres://{user}@{place}\"\npassword = \"${{DEV_PASSWORD}}\""
        ))
        .file(".env", format!("DEV_PASSWORD=\"{PASSWORD}\"\n"))
        .playbook("print(connect('dev'):value 'SELECT 1')");
    shows_no_password(run).stdout("1\n").success();
    drop_role(&database);
}

#[test]
fn a_wrong_password_is_refused_and_shown_nowhere() {
    let (database, url) = with_password("wr0ng%20pass");
    Runner::new()
        .toml("[targets.dev]\nurl = \"${DEV_URL}\"")
        .file(".env", format!("DEV_URL='{url}'\n"))
        .playbook("connect 'dev'")
        .args(["-vv"])
        .shows_nowhere("wr0ng")
        .stderr_has(&format!(
            "error: `dev` refused the connection: password authentication failed for user \"keeper_{}\"\n  \
             at playbook.lua:1\n",
            database.name()
        ))
        .stderr_has("sqlstate: 28P01")
        .code(1);
    drop_role(&database);
}

#[test]
fn a_secret_of_the_playbook_is_shown_nowhere() {
    let database = Database::empty(dev());
    let run = Runner::new()
        .target("dev", &database)
        .file(".env", format!("API_TOKEN=\"{PASSWORD}\"\n"))
        .playbook(
            "local token = secret 'API_TOKEN'
             print(#token, token)
             log('the token is', token)
             show({ { token = token } })
             step('with ' .. token, function() end)
             pcall(retry, { times = 2, delay = 0 }, function() error(token) end)
             local dev = connect 'dev'
             dev:query(\"SELECT set_config('x.token', $1, false)\", token)
             dev:execute \"DO $$ BEGIN RAISE NOTICE '%', current_setting('x.token'); END $$\"
             dev:query(query.format('SELECT %L::int', token))",
        );
    shows_no_password(run)
        .stdout_has("14\t[secret]\n")
        .stderr_has("the token is [secret]\n")
        .stderr_has("with [secret]")
        .stderr_has("NOTICE: [secret]")
        .stderr_has("error: invalid input syntax for type integer: \"[secret]\"")
        .stderr_has("1 | SELECT '[secret]'::int")
        .code(1);
}

#[test]
fn a_mangled_url_is_not_quoted() {
    for url in [
        "postgres://u:hunter2@x@127.0.0.1/db",
        "postgres://u:hunter2%zz@127.0.0.1/db",
        "mysql://u:hunter2@127.0.0.1/db",
        "postgres://u:hunter2@127.0.0.1:port/db",
        "postgres://u:hunter2@127.0.0.1/db?sslmod=require",
    ] {
        Runner::new()
            .toml("[targets.dev]\nurl = \"${DEV_URL}\"")
            .file(".env", format!("DEV_URL='{url}'\n"))
            .playbook("connect 'dev'")
            .args(["-vv"])
            .shows_nowhere("hunter2")
            .stderr_has("error: `runner.toml:2`, target `dev`: ")
            .code(2);
    }
}

const ESCAPE: &str = "\u{1b}]0;title\u{7}\u{1b}[31mred\u{202e}\rx";
const SHOWN: &str = r"\u{1b}]0;title\u{7}\u{1b}[31mred\u{202e}\rx";

/// Runs `lua`, in which `ESC` is a text that would steer a terminal; it may reach none.
#[track_caller]
fn hostile(lua: &str, code: i32, expect: impl FnOnce(Runner) -> Runner) {
    let sql = format!("CREATE TABLE texts (t text); INSERT INTO texts VALUES ('{ESCAPE}')");
    let database = Database::with(dev(), &sql);
    let lua = format!(
        "local ESC = '\\27]0;title\\7\\27[31mred\\u{{202e}}\\rx'\nlocal dev = connect 'dev'\n{lua}"
    );
    let run = Runner::new().target("dev", &database).playbook(&lua);
    let steers = ["\u{1b}", "\u{7}", "\u{202e}", "\r"];
    let run = steers.iter().fold(run, |run, text| run.shows_nowhere(text));
    expect(run).code(code);
}

#[test]
fn hostile_rows_and_column_names_are_shown_escaped() {
    hostile("print(dev:value 'SELECT t FROM texts')", 0, |run| {
        run.stdout(&format!("{SHOWN}\n"))
    });
    for lua in [
        "show(dev:query 'SELECT t FROM texts')",
        "show(dev:query(query.format('SELECT 1 AS %I', ESC)))",
        "show({ { [ESC] = 1 } })",
        "show({}, ESC)",
    ] {
        hostile(lua, 0, |run| run.stdout_has(SHOWN));
    }
    hostile("show(dev:query 'SELECT t FROM texts')", 0, |run| {
        run.args(["--json"])
            .stdout("{\"t\":\"\\u001b]0;title\\u0007\\u001b[31mred\\u202e\\rx\"}\n")
    });
}

#[test]
fn hostile_notices_are_shown_escaped() {
    for severity in ["NOTICE", "WARNING"] {
        let lua = format!(
            "dev:execute \"DO $$ BEGIN RAISE {severity} '%', (SELECT t FROM texts); END $$\""
        );
        hostile(&lua, 0, |run| {
            run.stderr_has(&format!("dev: {severity}: {SHOWN}"))
        });
    }
}

#[test]
fn hostile_errors_are_shown_escaped() {
    let raise = "dev:execute [[DO $$ BEGIN RAISE '%', (SELECT t FROM texts)
        USING DETAIL = (SELECT t FROM texts), HINT = (SELECT t FROM texts), CONSTRAINT = (SELECT t FROM texts); END $$]]";
    hostile(raise, 1, |run| {
        ["error", "detail", "hint", "constraint"]
            .iter()
            .fold(run, |run, name| run.stderr_has(&format!("{name}: {SHOWN}")))
    });
    for (lua, code, shown) in [
        (
            "dev:query(query.format('SELECT %I', ESC))",
            1,
            SHOWN.to_owned(),
        ),
        (
            "dev:query('SELECT nothing -- ' .. ESC)",
            1,
            format!("1 | SELECT nothing -- {SHOWN}"),
        ),
        ("error(ESC)", 1, format!("error: {SHOWN}")),
        ("connect(ESC)", 2, format!("there is no target `{SHOWN}`")),
        ("require(ESC)", 1, SHOWN.to_owned()),
        ("log(ESC)", 0, SHOWN.to_owned()),
        ("step(ESC, function() end)", 0, format!("▸ {SHOWN}")),
    ] {
        hostile(lua, code, |run| run.stderr_has(&shown));
    }
}
