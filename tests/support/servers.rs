//! Two throw-away `PostgreSQL` clusters, shared by the run: what a playbook calls `dev` and `prod`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use runner::sandbox::{Bin, Cluster, Options};

use super::reaper;

const NEWER_BIN: &str = "/opt/postgresql-18/bin";

static DEV: LazyLock<Cluster> = LazyLock::new(|| start("dev"));
static PROD: LazyLock<Cluster> = LazyLock::new(|| start("prod"));

pub fn dev() -> &'static Cluster {
    &DEV
}

pub fn prod() -> &'static Cluster {
    &PROD
}

/// A cluster of a newer major version, which `tests/setup --tests` has put here.
pub fn newer() -> &'static Cluster {
    static NEWER: LazyLock<Cluster> = LazyLock::new(|| {
        let bin = Bin::of(NEWER_BIN.into()).unwrap();
        start_with("newer", &bin)
    });
    &NEWER
}

/// A client program of the newer version, which knows older servers too.
pub fn newer_program(name: &str) -> PathBuf {
    Path::new(NEWER_BIN).join(name)
}

/// Another cluster, ended with the run.
pub fn start(name: &str) -> Cluster {
    start_with(name, &Bin::find().unwrap())
}

fn start_with(name: &str, bin: &Bin) -> Cluster {
    let folder = tempfile::Builder::new()
        .prefix("runner-test-")
        .tempdir()
        .unwrap()
        .keep();
    // The server's own user passes through it.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o711)).unwrap();
    let options = Options {
        tcp: true,
        settings: vec![
            "max_connections=200".into(),
            "max_prepared_transactions=5".into(),
        ],
    };
    let cluster = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(Cluster::start(bin, &folder.join(name), &options))
        .unwrap();
    reaper::at_end(&format!(
        "end {}; rm -rf {}",
        cluster.pid(),
        super::sh_word(&folder)
    ));
    cluster
}
