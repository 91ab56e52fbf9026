//! Ways that lead nowhere: each pins the whole report, and checks that nothing changed and nothing is left.

use std::fs;

use crate::support::{Database, Ran, Runner, Sshd, dev, free_port, sshd, user};

const WRITE: &str = r#"connect("prod", { write = true }):execute "DELETE FROM t""#;
pub const TABLE: &str = "CREATE TABLE t (n integer); INSERT INTO t VALUES (1), (2);";
/// What is said of a database that is missing.
pub const DATABASE_HINT: &str = "  sqlstate: 3D000\n  hint: the database is the last part of the \
     target's url; every server has one named `postgres`, where `SELECT datname FROM pg_database` lists the others\n";
/// Nobody is meant to be reached by it.
pub const NOWHERE: &str = "url = \"postgres://postgres@/nowhere\"";

/// A database whose one table the playbook would empty, and what it holds.
struct Kept {
    database: Database,
    before: String,
}

impl Kept {
    fn new() -> Self {
        let database = Database::with(dev(), TABLE);
        let before = database.state();
        Self { database, before }
    }

    /// Its url with the one part replaced by the other.
    fn url(&self, part: &str, other: &str) -> String {
        let url = self.database.url();
        assert!(url.contains(part), "{url} lacks {part}");
        format!("url = \"{}\"", url.replace(part, other))
    }

    /// Runs the playbook against `runner`'s target `prod`, which must end with this report, and leave nothing.
    #[track_caller]
    fn refused(&self, runner: Runner, way: &str, message: &str) -> Ran {
        let ran = refused(runner, way, message);
        self.database.assert_as_before(&self.before);
        ran
    }
}

#[track_caller]
pub fn refused(runner: Runner, way: &str, message: &str) -> Ran {
    let ran = runner.playbook(WRITE).stdout("").code(1);
    let (message, fields) = message.split_once('\n').unwrap_or((message, ""));
    // Only where a server was there to say something, and no other has been tried.
    let alone = fields.starts_with("  sqlstate: ") && message.starts_with("`prod` refused ");
    let route = way.rsplit_once(" (").filter(|_| alone);
    let route = route.map_or(String::new(), |(hops, _)| format!("  route: {hops}\n"));
    let expected = format!(
        "prod: {way}\nerror: {message}\n  at playbook.lua:1\n  1 | {WRITE}\n    | ^\n  target: prod\n{route}{fields}"
    );
    assert_eq!(ran.stderr, expected);
    ran.assert_left();
    ran
}

pub fn direct(rest: &str) -> Runner {
    Runner::new().toml(&format!("[targets.prod]\n{rest}"))
}

pub fn behind(sshd: &Sshd, alias: &str, rest: &str) -> Runner {
    direct(&format!(
        "ssh = \"{alias}\"\n{rest}\n[ssh]\nconfig = \"{}\"",
        sshd.config().display()
    ))
}

#[test]
fn an_ssh_host_that_cannot_be_trusted_or_reached_is_refused() {
    let (kept, sshd) = (Kept::new(), Sshd::start(""));
    let url = kept.url("", "");
    let file = |name: &str| sshd.file(name).display().to_string();
    let (ssh, user, config) = (sshd.port(), user(), file("config"));
    let host_key = format!("ssh-ed25519 {}", sshd.fingerprint("host_key"));
    let refused_key = format!("ssh-ed25519 {}", sshd.fingerprint("refused_key"));
    let closed = port_of(&sshd, "closed-port");
    let port = ssh.to_string();
    for (alias, host, port, message) in [
        (
            "unknown-host",
            "127.0.0.1",
            &port,
            format!(
                "the host key of `[127.0.0.1]:{ssh}`, {host_key}, is not known; compare the fingerprint with the \
                 host's own, then run `ssh -F {config} -o StrictHostKeyChecking=ask unknown-host true` to record it"
            ),
        ),
        (
            "changed-host",
            "127.0.0.1",
            &port,
            format!(
                "the host key of `[127.0.0.1]:{ssh}`, {host_key}, has changed: {known}:1 records another; somebody may \
                 be in between; if the host was reinstalled, run `ssh-keygen -R '[127.0.0.1]:{ssh}' -f {known}` and \
                 record the new key",
                known = file("known_hosts_changed")
            ),
        ),
        (
            "refused-key",
            "127.0.0.1",
            &port,
            format!(
                "ssh host `refused-key` refused every key for user `{user}`; tried: `{}` ({refused_key}) refused; name \
                 the right key with `IdentityFile`, or have one of these added to `authorized_keys` there",
                file("refused_key")
            ),
        ),
        (
            "closed-port",
            "127.0.0.1",
            &closed,
            format!(
                "cannot reach ssh host `closed-port`: `127.0.0.1:{closed}` refuses connections; is anything listening \
                 there?"
            ),
        ),
        (
            "no-such-name",
            "no-such-name.invalid",
            &port,
            "cannot reach ssh host `no-such-name`: the name `no-such-name.invalid` does not resolve (Name or service \
             not known); is it spelled right?"
                .to_owned(),
        ),
    ] {
        let way = format!(
            "ssh {alias} ({host}:{port}) → 127.0.0.1:{} (the url names a host, as the ssh host sees it)",
            dev().port()
        );
        let message = format!("cannot reach `prod`: {message}");
        kept.refused(behind(&sshd, alias, &url), &way, &message);
    }
    sshd.assert_left();
}

#[test]
fn without_a_key_an_ssh_host_is_refused_with_what_to_do() {
    let runner = direct(&format!(
        "ssh = \"no-key\"\n{NOWHERE}\n[ssh]\nconfig = \"ssh_config\""
    ));
    let host = format!(
        "Host no-key\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile no-such-key\n  UserKnownHostsFile {}\n",
        sshd().port(),
        sshd().file("known_hosts").display()
    );
    sshd().config_with(&runner.path().join("ssh_config"), &host);
    let way = format!(
        "ssh no-key (127.0.0.1:{}) → /var/run/postgresql/.s.PGSQL.5432 (the url names no host: the ssh host's own \
         socket, or else its loopback)",
        sshd().port()
    );
    let message = format!(
        "cannot reach `prod`: ssh host `no-key` refused every key for user `{}`; tried: none, as neither an agent nor \
         a key file offers one; name a key with `IdentityFile`",
        user()
    );
    refused(runner, &way, &message);
}

#[test]
fn a_server_that_cannot_be_reached_is_named() {
    let kept = Kept::new();
    let (open, closed) = (dev().port().to_string(), free_port().to_string());
    let refusing = format!(
        "cannot reach `prod`: `127.0.0.1:{closed}` refuses connections; is anything listening there?"
    );
    kept.refused(
        direct(&kept.url(&open, &closed)),
        &format!("127.0.0.1:{closed} (the url names a host)"),
        &refusing,
    );
    kept.refused(
        direct(&kept.url("127.0.0.1", "no-such-name.invalid")),
        &format!("no-such-name.invalid:{open} (the url names a host)"),
        "cannot reach `prod`: the name `no-such-name.invalid` does not resolve (Name or service not known); is it \
         spelled right?",
    );
    kept.refused(
        direct("url = \"postgres://postgres@/x?host=/no/such/folder\""),
        "/no/such/folder/.s.PGSQL.5432 (the url names a folder of sockets)",
        "cannot reach `prod`: there is no socket at `/no/such/folder/.s.PGSQL.5432`; is the server running, and does it \
         listen there?",
    );
}

#[test]
fn a_server_that_the_ssh_host_cannot_reach_is_named_as_it_sees_it() {
    let (kept, sshd) = (Kept::new(), Sshd::start(""));
    let (open, closed) = (dev().port().to_string(), free_port().to_string());
    let folder = "url = \"postgres://postgres@/x?host=/no/such/folder\"".to_owned();
    for (url, server, why, reason) in [
        (
            kept.url(&open, &closed),
            format!("127.0.0.1:{closed}"),
            "the url names a host",
            "it refuses connections; is anything listening there?",
        ),
        (
            kept.url("127.0.0.1", "no-such-name.invalid"),
            format!("no-such-name.invalid:{open}"),
            "the url names a host",
            "the name does not resolve there; one that only Docker knows needs `docker`",
        ),
        (
            folder,
            "/no/such/folder/.s.PGSQL.5432".to_owned(),
            "the url names a folder of sockets",
            "nothing accepts connections there; is the server running, and does the host's sshd allow it \
             (`AllowStreamLocalForwarding`)?",
        ),
    ] {
        let way = format!(
            "ssh jump (127.0.0.1:{}) → {server} ({why}, as the ssh host sees it)",
            sshd.port()
        );
        let message = format!(
            "cannot reach `prod`: from ssh host `jump`, `{server}` cannot be reached: {reason}"
        );
        kept.refused(behind(&sshd, "jump", &url), &way, &message);
    }
    sshd.assert_left();
}

#[test]
fn a_login_that_the_server_refuses_says_what_to_correct() {
    let kept = Kept::new();
    let way = format!("127.0.0.1:{} (the url names a host)", dev().port());
    let url = kept.database.url();
    let password = url.split([':', '@']).nth(2).unwrap();
    let password_hint = "  sqlstate: 28P01\n  hint: the password is that of the target's url, its `password`, or \
                         `~/.pgpass`\n";
    let wrong = direct(&kept.url(password, "not-the-password")).shows_nowhere("not-the-password");
    kept.refused(
        wrong,
        &way,
        &format!(
            "`prod` refused the connection: password authentication failed for user \"postgres\"\n{password_hint}"
        ),
    );
    kept.refused(
        direct(&kept.url("//postgres:", "//stranger:")),
        &way,
        &format!(
            "`prod` refused the connection: password authentication failed for user \"stranger\"\n{password_hint}"
        ),
    );
    kept.refused(
        direct(&kept.url(&format!(":{password}@"), "@")),
        &way,
        "cannot connect to `prod`: the server asks for a password, and the target has none; put one in its url, its \
         `password`, or `~/.pgpass`",
    );
    kept.refused(
        direct(&kept.url(kept.database.name(), "no_such_database")),
        &way,
        &format!("`prod` refused the connection: database \"no_such_database\" does not exist\n{DATABASE_HINT}"),
    );
}

#[test]
fn no_terminal_sees_an_escape_that_a_server_sent() {
    let kept = Kept::new();
    let way = format!("127.0.0.1:{} (the url names a host)", dev().port());
    let named = direct(&kept.url(kept.database.name(), "a%1B[2Jb%C2%9Bc%07"));
    kept.refused(
        harmless(named),
        &way,
        &format!(
            "`prod` refused the connection: database \"a\\u{{1b}}[2Jb\\u{{9b}}c\\u{{7}}\" does not exist\n\
             {DATABASE_HINT}"
        ),
    );
    let raise = r#"connect("prod"):query [[DO $$ BEGIN
      RAISE WARNING E'a\x1b[2Jb';
      RAISE EXCEPTION USING MESSAGE = E'c\x1b[2Jd', DETAIL = E'e\x1b]0;f\x07', HINT = E'g\u009bh';
    END $$]]"#;
    let ran = harmless(direct(&kept.url("", "")).playbook(raise)).code(1);
    for line in [
        "prod: WARNING: a\\u{1b}[2Jb\n",
        "error: c\\u{1b}[2Jd\n",
        "  detail: e\\u{1b}]0;f\\u{7}\n",
        "  hint: g\\u{9b}h\n",
    ] {
        assert!(ran.stderr.contains(line), "{line}\n{}", ran.stderr);
    }
    kept.database.assert_as_before(&kept.before);
}

/// Expects no character that a terminal obeys.
pub fn harmless(runner: Runner) -> Runner {
    let obeyed = ["\u{1b}", "\u{9b}", "\u{7}"];
    obeyed.into_iter().fold(runner, Runner::shows_nowhere)
}

/// The port of a host in the server's ssh configuration.
fn port_of(sshd: &Sshd, alias: &str) -> String {
    let config = fs::read_to_string(sshd.config()).unwrap();
    let host = config.split_once(&format!("Host {alias}\n")).unwrap().1;
    let port = host.split_once("Port ").unwrap().1;
    port.lines().next().unwrap().to_owned()
}
