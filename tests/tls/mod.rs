//! TLS to a server as `sslmode` says, with certificates made by OpenSSL for the run.

mod certificates;
mod direct;
mod login;
mod modes;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use runner::sandbox::Cluster;

use crate::support::{Database, Ran, Runner, must, servers, wait_until};

/// One that shows a certificate for `localhost`, signed by an authority.
pub static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start("tls", &Shows::Signed));
/// One whose certificate signed itself.
static SELF_SIGNED: LazyLock<Server> =
    LazyLock::new(|| Server::start("self-signed", &Shows::SelfSigned));
/// One like that whose certificate has a common name only, as PostgreSQL's documentation makes them.
static COMMON_NAME: LazyLock<Server> =
    LazyLock::new(|| Server::start("common-name", &Shows::CommonName));

enum Shows {
    Signed,
    SelfSigned,
    CommonName,
}

pub struct Server {
    pub cluster: &'static Cluster,
    /// What vouches for its certificate.
    pub root: PathBuf,
    /// What does not.
    stranger: PathBuf,
}

impl Server {
    fn start(name: &str, shows: &Shows) -> Self {
        let cluster: &'static Cluster = Box::leak(Box::new(servers::start(name)));
        let data = cluster.data_folder();
        let folder = data.parent().unwrap();
        let (root, stranger) = (folder.join("root"), folder.join("stranger"));
        openssl("stranger", &stranger, &[]);
        let server = data.join("server");
        match shows {
            Shows::Signed => {
                openssl("authority", &root, &[]);
                let authority = root.display().to_string();
                let (certificate, key) = (format!("{authority}.crt"), format!("{authority}.key"));
                let signed = ["-CA", &certificate, "-CAkey", &key, "-addext"];
                let kind = ["basicConstraints=critical,CA:FALSE"];
                openssl("localhost", &server, &[&signed[..], &kind].concat());
            }
            Shows::SelfSigned => openssl("localhost", &server, &[]),
            Shows::CommonName => certificate("localhost", &server, &[]),
        }
        if !matches!(shows, Shows::Signed) {
            fs::copy(server.with_extension("crt"), root.with_extension("crt")).unwrap();
        }
        give_to_server(&data, &data.join("server"));
        login::let_in(&data);
        let psql = || cluster.client("psql", "postgres");
        let authority = root.with_extension("crt");
        let on = [
            "-Xqc",
            "ALTER SYSTEM SET ssl = on",
            "-c",
            &format!(
                "ALTER SYSTEM SET ssl_ca_file = '{}'",
                authority_for(&data, &authority)
            ),
            "-c",
            login::ROLES,
            "-c",
            "SELECT pg_reload_conf()",
        ];
        must(psql().args(on));
        wait_until("the server speaks TLS", || {
            must(psql().args(["-XAtc", "SHOW ssl"])) == "on\n"
        });
        Self {
            cluster,
            root: root.with_extension("crt"),
            stranger: stranger.with_extension("crt"),
        }
    }
}

/// An authority in `folder`, and what it has signed for a server at `address`, whose key lies beside it.
pub fn signed_for_address(folder: &Path, address: &str) -> (PathBuf, PathBuf) {
    let (root, leaf) = (folder.join("root"), folder.join("server"));
    openssl("authority", &root, &[]);
    let authority = root.with_extension("crt");
    let key = root.with_extension("key");
    let (authority_file, key) = (authority.display().to_string(), key.display().to_string());
    let name = format!("subjectAltName=IP:{address}");
    let signed = ["-CA", &authority_file, "-CAkey", &key, "-addext", &name];
    let kind = ["-addext", "basicConstraints=critical,CA:FALSE"];
    certificate("server", &leaf, &[&signed[..], &kind].concat());
    (authority, leaf.with_extension("crt"))
}

/// Makes `path.key` and `path.crt`, for `name`.
fn openssl(name: &str, path: &Path, more: &[&str]) {
    let name_too = format!("subjectAltName=DNS:{name}");
    certificate(name, path, &[&["-addext", &name_too], more].concat());
}

/// The same with no name but the common one.
fn certificate(name: &str, path: &Path, more: &[&str]) {
    must(
        Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-subj", &format!("/CN={name}")])
            .arg("-keyout")
            .arg(path.with_extension("key"))
            .arg("-out")
            .arg(path.with_extension("crt"))
            .args(more),
    );
}

fn give_to_server(data: &Path, name: &Path) {
    let owner = fs::metadata(data).unwrap();
    for extension in ["key", "crt"] {
        let file = name.with_extension(extension);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
}

/// Puts what may have signed the certificates of clients where the server can read it.
fn authority_for(data: &Path, authority: &Path) -> &'static str {
    fs::copy(authority, data.join("clients.crt")).unwrap();
    fs::set_permissions(data.join("clients.crt"), fs::Permissions::from_mode(0o644)).unwrap();
    "clients.crt"
}

/// A run over TCP with these parameters in the url, that prints the version of TLS or `none`.
fn asking(database: &Database, host: &str, parameters: &str) -> Runner {
    let url = database.url().replace("127.0.0.1", host);
    let lua = r#"print(connect("prod"):value [[
      SELECT coalesce(version, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid()
    ]])"#;
    Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}?{parameters}\""))
        .playbook(lua)
}

#[track_caller]
fn refused(database: &Database, host: &str, parameters: &str, message: &str) {
    let before = database.state();
    let ran = asking(database, host, parameters).code(1);
    assert_eq!(error_of(&ran), message);
    database.assert_as_before(&before);
}

/// The first line of the report.
#[track_caller]
fn error_of(ran: &Ran) -> &str {
    let mut lines = ran.stderr.lines();
    lines
        .find_map(|line| line.strip_prefix("error: "))
        .unwrap_or_else(|| panic!("{}", ran.stderr))
}

fn root(file: &Path) -> String {
    format!("sslrootcert={}", file.display())
}
