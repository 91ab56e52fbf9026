//! The certificate we show, and lists of those that were revoked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::login::url_as;
use super::{SERVER, error_of, openssl, root};
use crate::support::{Database, Runner, must};

/// Made once for the run, beside what signs them.
static FILES: LazyLock<Files> = LazyLock::new(Files::make);

struct Files {
    /// `.crt` and `.key` for the role `shows_certificate`.
    ours: PathBuf,
    /// The same key, encrypted with the password `open sesame`.
    encrypted: PathBuf,
    /// In OpenSSL's own way.
    encrypted_old: PathBuf,
    /// Signed by nobody the server knows.
    stranger: PathBuf,
    /// A list with nothing in it, and one with the server's certificate.
    none_revoked: PathBuf,
    revoked: PathBuf,
}

impl Files {
    fn make() -> Self {
        let authority = &SERVER.root;
        let folder = authority.parent().unwrap();
        let ours = folder.join("client");
        let (certificate, key) = (path(authority), path(&authority.with_extension("key")));
        let name = "shows_certificate";
        let signed = ["-CA", &certificate, "-CAkey", &key];
        openssl(name, &ours, &signed);
        let stranger = folder.join("strange-client");
        openssl(name, &stranger, &[]);
        let key = ours.with_extension("key");
        let encrypted = folder.join("encrypted.key");
        let encrypted_old = folder.join("encrypted-old.key");
        let password = ["-passout", "pass:open sesame"];
        must(
            Command::new("openssl")
                .args([
                    "pkcs8",
                    "-topk8",
                    "-in",
                    &path(&key),
                    "-out",
                    &path(&encrypted),
                ])
                .args(password),
        );
        must(
            Command::new("openssl")
                .args([
                    "ec",
                    "-aes128",
                    "-in",
                    &path(&key),
                    "-out",
                    &path(&encrypted_old),
                ])
                .args(password),
        );
        for file in [
            &key,
            &encrypted,
            &encrypted_old,
            &stranger.with_extension("key"),
        ] {
            fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self {
            ours: ours.with_extension("crt"),
            encrypted,
            encrypted_old,
            stranger: stranger.with_extension("crt"),
            none_revoked: list(folder, "none", None),
            revoked: list(
                folder,
                "some",
                Some(&SERVER.cluster.data_folder().join("server.crt")),
            ),
        }
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// The list of what the authority has revoked.
fn list(folder: &Path, name: &str, revoked: Option<&Path>) -> PathBuf {
    let place = folder.join(name);
    fs::create_dir(&place).unwrap();
    fs::write(place.join("index"), "").unwrap();
    fs::write(place.join("number"), "01\n").unwrap();
    let config = place.join("config");
    let text = format!(
        "[ca]\ndefault_ca = ours\n[ours]\ndatabase = {index}\ncrlnumber = {number}\ndefault_md = sha256\n\
         default_crl_days = 2\n",
        index = path(&place.join("index")),
        number = path(&place.join("number"))
    );
    fs::write(&config, text).unwrap();
    let authority = || {
        let mut openssl = Command::new("openssl");
        openssl
            .args([
                "ca",
                "-config",
                &path(&config),
                "-cert",
                &path(&SERVER.root),
            ])
            .args(["-keyfile", &path(&SERVER.root.with_extension("key"))]);
        openssl
    };
    if let Some(revoked) = revoked {
        must(authority().args(["-revoke", &path(revoked)]));
    }
    let list = folder.join(format!("{name}.crl"));
    must(authority().args(["-gencrl", "-out", &path(&list)]));
    list
}

fn run(database: &Database, words: &str) -> Runner {
    let url = url_as(
        database,
        "shows_certificate",
        &format!("sslmode=require&{words}"),
    );
    Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}\""))
        .playbook("print(connect('prod'):value 'SELECT current_user')")
}

fn cert(file: &Path, key: &Path) -> String {
    format!("sslcert={}&sslkey={}", file.display(), key.display())
}

#[track_caller]
fn refused(database: &Database, words: &str, message: &str) {
    let ran = run(database, words).args(["--quiet"]).code(1);
    assert_eq!(error_of(&ran), message);
}

#[test]
fn a_certificate_lets_its_owner_in() {
    let database = Database::empty(SERVER.cluster);
    let shown = cert(&FILES.ours, &FILES.ours.with_extension("key"));
    let encrypted = cert(&FILES.ours, &FILES.encrypted);
    for words in [
        shown.clone(),
        format!("{shown}&sslcertmode=require"),
        format!("{encrypted}&sslpassword=open%20sesame"),
    ] {
        run(&database, &words)
            .shows_nowhere("sesame")
            .stdout("shows_certificate\n")
            .success();
    }
    // Where libpq looks by itself.
    let own = |extension: &str| format!("home/.postgresql/postgresql.{extension}");
    let file = |extension: &str| fs::read(FILES.ours.with_extension(extension)).unwrap();
    let run = run(&database, "")
        .file(&own("crt"), file("crt"))
        .file(&own("key"), file("key"));
    let key = run.path().join(own("key"));
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    run.stdout("shows_certificate\n").success();
    database.assert_left();
}

#[test]
fn a_key_that_cannot_be_used_is_named_with_the_reason() {
    let database = Database::empty(SERVER.cluster);
    let start = "cannot connect to `prod`: `sslkey`";
    let encrypted = cert(&FILES.ours, &FILES.encrypted);
    let name = FILES.encrypted.display();
    refused(
        &database,
        &encrypted,
        &format!(
            "{start} `{name}` cannot be used: it is encrypted; give its password as `sslpassword`"
        ),
    );
    refused(
        &database,
        &format!("{encrypted}&sslpassword=wrong"),
        &format!(
            "{start} `{name}` cannot be used: `sslpassword` does not open it, or it is encrypted in a way that is not \
             supported"
        ),
    );
    refused(
        &database,
        &cert(&FILES.ours, &FILES.encrypted_old),
        &format!(
            "{start} `{}` cannot be used: it is encrypted in OpenSSL's old way; `openssl pkcs8 -topk8 -in OLD -out NEW` \
             writes it anew",
            FILES.encrypted_old.display()
        ),
    );
    let other = FILES.stranger.with_extension("key");
    refused(
        &database,
        &cert(&FILES.ours, &other),
        &format!(
            "{start} `{}` cannot be used: it is not the key to the certificate `{}`",
            other.display(),
            FILES.ours.display()
        ),
    );
    database.assert_left();
}

#[test]
fn without_a_certificate_the_server_says_no_and_we_say_why_there_was_none() {
    let database = Database::empty(SERVER.cluster);
    let ran = run(&database, "sslcert=/no/such.crt")
        .args(["--quiet"])
        .code(1);
    assert_eq!(
        error_of(&ran),
        "`prod` refused the connection: connection requires a valid client certificate"
    );
    let hint = "no certificate was shown, since `sslcert` names `/no/such.crt`, which is not there";
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    refused(
        &database,
        &format!(
            "{}&sslcertmode=disable",
            cert(&FILES.ours, &FILES.ours.with_extension("key"))
        ),
        "`prod` refused the connection: connection requires a valid client certificate",
    );
    refused(
        &database,
        "sslcertmode=require",
        "cannot connect to `prod`: there is no certificate to show, which `sslcertmode=require` wants; set `sslcert` and \
         `sslkey`",
    );
    let strange = cert(&FILES.stranger, &FILES.stranger.with_extension("key"));
    let ran = run(&database, &strange).args(["--quiet"]).code(1);
    // The server may have closed the connection before its reason could be read.
    let error = error_of(&ran);
    assert!(error.starts_with("cannot connect to `prod`: "), "{error}");
}

#[test]
fn a_revoked_certificate_of_the_server_is_refused() {
    let database = Database::empty(SERVER.cluster);
    let checked = |crl: &str| {
        let url = format!(
            "{}?sslmode=verify-ca&{}&{crl}",
            database.url(),
            root(&SERVER.root)
        );
        Runner::new()
            .toml(&format!("[targets.prod]\nurl = \"{url}\""))
            .playbook("print(connect('prod'):value 'SELECT 1')")
            .args(["--quiet"])
    };
    checked(&format!("sslcrl={}", FILES.none_revoked.display()))
        .stdout("1\n")
        .success();
    let folder = tempfile::tempdir().unwrap();
    fs::copy(&FILES.revoked, folder.path().join("0123abcd.r0")).unwrap();
    for crl in [
        format!("sslcrl={}", FILES.revoked.display()),
        format!("sslcrldir={}", folder.path().display()),
    ] {
        let ran = checked(&crl).code(1);
        assert_eq!(
            error_of(&ran),
            "cannot connect to `prod`: the server's certificate has been revoked"
        );
    }
    database.assert_left();
}
