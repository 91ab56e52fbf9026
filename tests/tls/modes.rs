//! What each `sslmode` checks of the server's certificate, and that all of a session is encrypted.

use std::path::Path;

use super::{COMMON_NAME, SELF_SIGNED, SERVER, asking, error_of, refused, root};
use crate::support::{Database, Runner, dev, sshd, wait_until};

#[test]
fn every_mode_that_can_be_met_is() {
    let database = Database::empty(SERVER.cluster);
    let authority = root(&SERVER.root);
    for (host, parameters, version) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), "none\n"),
        ("127.0.0.1", "sslmode=allow".to_owned(), "none\n"),
        ("127.0.0.1", "sslmode=prefer".to_owned(), "TLSv1.3\n"),
        ("127.0.0.1", "sslmode=require".to_owned(), "TLSv1.3\n"),
        // The certificate says `localhost`, which only `verify-full` minds.
        (
            "127.0.0.1",
            format!("sslmode=require&{authority}"),
            "TLSv1.3\n",
        ),
        (
            "127.0.0.1",
            format!("sslmode=verify-ca&{authority}"),
            "TLSv1.3\n",
        ),
        (
            "localhost",
            format!("sslmode=verify-full&{authority}"),
            "TLSv1.3\n",
        ),
    ] {
        asking(&database, host, &parameters)
            .stdout(version)
            .success();
    }
    database.assert_left();
}

/// The certificate names `localhost`, so that an address is refused.
#[track_caller]
fn refused_by_address(database: &Database, root: &str) {
    refused(
        database,
        "127.0.0.1",
        &format!("sslmode=verify-full&{root}"),
        "cannot connect to `prod`: the server's certificate is for `localhost`, not for `127.0.0.1`; put that name in \
         the url, or use `sslmode=verify-ca` to check only who signed it",
    );
}

fn signed_by_nobody_in(roots: &Path) -> String {
    format!(
        "cannot connect to `prod`: the server's certificate is signed by nobody in `{}`; set `sslrootcert` to the \
         certificate of whoever signed it",
        roots.display()
    )
}

#[test]
fn a_certificate_is_checked_as_the_mode_says() {
    let database = Database::empty(SERVER.cluster);
    let (ours, stranger) = (root(&SERVER.root), root(&SERVER.stranger));
    refused_by_address(&database, &ours);
    let nobody = signed_by_nobody_in(&SERVER.stranger);
    for mode in ["require", "verify-ca", "verify-full"] {
        refused(
            &database,
            "localhost",
            &format!("sslmode={mode}&{stranger}"),
            &nobody,
        );
    }
}

#[test]
fn a_certificate_that_signed_itself_is_its_own_root() {
    let database = Database::empty(SELF_SIGNED.cluster);
    let (ours, stranger) = (root(&SELF_SIGNED.root), root(&SELF_SIGNED.stranger));
    for (host, mode) in [("127.0.0.1", "verify-ca"), ("localhost", "verify-full")] {
        let parameters = format!("sslmode={mode}&{ours}");
        asking(&database, host, &parameters)
            .stdout("TLSv1.3\n")
            .success();
    }
    refused_by_address(&database, &ours);
    let nobody = signed_by_nobody_in(&SELF_SIGNED.stranger);
    refused(
        &database,
        "localhost",
        &format!("sslmode=verify-ca&{stranger}"),
        &nobody,
    );
}

#[test]
fn a_common_name_counts_where_there_is_no_other() {
    let database = Database::empty(COMMON_NAME.cluster);
    let parameters = format!("sslmode=verify-full&{}", root(&COMMON_NAME.root));
    asking(&database, "localhost", &parameters)
        .stdout("TLSv1.3\n")
        .success();
    refused(
        &database,
        "127.0.0.1",
        &parameters,
        "cannot connect to `prod`: the server's certificate is for another host, not for `127.0.0.1`; put that name in \
         the url, or use `sslmode=verify-ca` to check only who signed it",
    );
}

#[test]
fn without_tls_at_the_server_a_mode_that_needs_it_is_refused() {
    let database = Database::empty(dev());
    asking(&database, "127.0.0.1", "sslmode=prefer")
        .stdout("none\n")
        .success();
    refused(
        &database,
        "127.0.0.1",
        "sslmode=require",
        "cannot connect to `prod`: the server does not speak TLS, which `sslmode=require` asks for; turn `ssl` on at the \
         server, or, where the way there is safe, use `sslmode=prefer`",
    );
}

#[test]
fn a_file_of_certificates_that_is_none_is_named() {
    let database = Database::empty(SERVER.cluster);
    let key = SERVER.root.with_extension("key");
    for (file, reason) in [
        (
            Path::new("/no/such/file.crt"),
            "No such file or directory (os error 2)",
        ),
        (&key, "there is no certificate in it"),
    ] {
        let message = format!(
            "cannot connect to `prod`: `sslrootcert` `{}` cannot be used: {reason}",
            file.display()
        );
        refused(
            &database,
            "localhost",
            &format!("sslmode=verify-full&{}", root(file)),
            &message,
        );
    }
}

#[test]
fn behind_ssh_the_name_of_the_url_is_the_one_that_counts() {
    let database = Database::empty(SERVER.cluster);
    let behind = |host: &str| {
        let parameters = format!("sslmode=verify-full&{}", root(&SERVER.root));
        asking(&database, host, &parameters).toml(&format!(
            "ssh = \"jump\"\n[ssh]\nconfig = \"{}\"",
            sshd().config().display()
        ))
    };
    behind("localhost").stdout("TLSv1.3\n").success();
    let ran = behind("127.0.0.1").code(1);
    let error = error_of(&ran);
    assert!(
        error.contains("is for `localhost`, not for `127.0.0.1`"),
        "{error}"
    );
}

#[test]
fn a_cancel_request_is_encrypted_too() {
    let database = Database::empty(SERVER.cluster);
    let url = database.url();
    let running = Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}?sslmode=require\""))
        .playbook(r#"connect("prod"):query "SELECT pg_sleep(1000)""#)
        .start();
    let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1000)%' AND state = 'active' AND pid <> pg_backend_pid()";
    wait_until("the statement runs", || database.query(sleeps) == "1");
    running.signal(rustix::process::Signal::INT);
    running.finish(130);
    database.assert_left();
}

#[test]
fn a_refused_row_stops_a_copy_that_is_encrypted() {
    let rows =
        "CREATE TABLE t AS SELECT g AS id, repeat('x', 2000) AS x FROM generate_series(1, 60000) g";
    let source = Database::with(dev(), rows);
    let target = Database::with(
        SERVER.cluster,
        // What the source does not know cannot be refused beforehand.
        "CREATE FUNCTION only_here(boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1';
         CREATE TABLE t (id int CHECK (only_here(id < 0)), x text)",
    );
    let lua = r#"
      local from, to = connect "dev", connect("prod", { write = true })
      local _, told = pcall(copy.tables, { from = from, to = to, mode = "append" })
      local rows = tonumber((told.message:match "after ([%d,]+) rows?":gsub(",", "")))
      print(told.sqlstate, rows < 10000, to:value "SELECT 1")"#;
    let (from, to) = (source.url(), target.url());
    Runner::new()
        .toml(&format!(
            "[targets.dev]\nurl = \"{from}\"\n[targets.prod]\nurl = \"{to}?sslmode=require\""
        ))
        .playbook(lua)
        .stdout("23514\ttrue\t1\n")
        .success();
    target.assert_left();
}
