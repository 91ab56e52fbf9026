//! Words of an address that say how a session is, and the ways to write them down.

use crate::support::{Database, Runner, dev};

/// The parts of a database's url: host, port, user, password.
fn parts(database: &Database) -> [String; 4] {
    let url = database.url();
    let rest = url.strip_prefix("postgres://").unwrap();
    let (login, rest) = rest.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (place, _) = rest.split_once('/').unwrap();
    let (host, port) = place.split_once(':').unwrap();
    [host, port, user, password].map(str::to_owned)
}

const SHOW: &str = r#"
  local db = connect "dev"
  local name = db:value "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"
  print(db:value "SHOW search_path", name:match "^%S+ %S+" == "billing runner", #name <= 63)"#;
const SHOWN: &str = "apart\ttrue\ttrue\n";

#[test]
fn options_and_name_are_taken_however_they_are_written() {
    let database = Database::empty(dev());
    let [host, port, user, password] = parts(&database);
    let name = database.name();
    let section = format!(
        "host={host}\nport={port}\nuser={user}\npassword={password}\ndbname={name}\n\
         options=-csearch_path=apart\napplication_name=billing\n"
    );
    let services = format!("[other]\nhost=nowhere\n[ours]\n{section}");
    let pairs = format!(
        "host={host} port = {port} user='{user}' password={password} dbname={name} \
         options='-c search_path=apart' application_name=billing"
    );
    let toml = |lines: &str| {
        Runner::new()
            .file("services.conf", &services)
            .toml(&format!("[targets.dev]\n{lines}"))
            .playbook(SHOW)
    };
    let url = database.url();
    let file = "servicefile=services.conf";
    for run in [
        toml(&format!(
            "url = \"{url}?options=-c%20search_path%3Dapart&application_name=billing\""
        )),
        toml(&format!("url = \"{pairs}\"")),
        toml(&format!(
            "url = \"{url}\"\noptions = \"-c search_path=apart\"\napplication_name = \"billing\""
        )),
        toml(&format!("url = \"service=ours {file}\"")),
        toml("url = \"postgres://\"")
            .env("PGSERVICE", "ours")
            .env("PGSERVICEFILE", "services.conf"),
        toml(&format!("url = \"{url}\""))
            .env("PGOPTIONS", "-c search_path=apart")
            .env("PGAPPNAME", "billing"),
    ] {
        run.stdout(SHOWN).shows_nowhere(&password).success();
    }
    database.assert_left();
}

#[test]
fn what_cannot_be_honoured_is_refused_with_its_reason() {
    for (url, message) in [
        (
            "postgres://db/app?replication=database",
            "`replication` is a word of libpq that runner does not take: a session of runner runs statements, which one \
             for replication does not",
        ),
        (
            "host=db krbsrvname=postgres",
            "`krbsrvname` is a word of libpq that runner does not take: runner does not speak GSSAPI",
        ),
        (
            "host=db sslmod=require",
            "unknown word `sslmod`, did you mean `sslmode`",
        ),
        (
            "postgres://u:caf%E9@db/app",
            "the password in `url` is not UTF-8 once its `%` signs are decoded; `%` stands before the bytes of UTF-8, so \
             `é` is `%C3%A9`",
        ),
        (
            "host=db password=hunter two",
            "`url` holds something that is not of the form `word=value`; a value with spaces stands in single quotes",
        ),
        (
            "service=nowhere servicefile=/no/such/file",
            "the service file `/no/such/file` cannot be read: No such file or directory (os error 2)",
        ),
    ] {
        let ran = Runner::new()
            .toml(&format!("[targets.dev]\nurl = \"{url}\""))
            .playbook("connect 'dev'")
            .args(["--quiet"])
            .shows_nowhere("hunter")
            .code(2);
        let first = ran.stderr.lines().next().unwrap();
        let expected = format!("error: `runner.toml:2`, target `dev`: {message}");
        assert_eq!(first, expected);
    }
}
