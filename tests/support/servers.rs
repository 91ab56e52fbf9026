//! Two throw-away `PostgreSQL` clusters, shared by the run: what a playbook calls `dev` and `prod`.

use std::os::unix::fs::PermissionsExt;
use std::sync::LazyLock;

use runner::sandbox::{Bin, Cluster, Options};

use super::reaper;

static DEV: LazyLock<Cluster> = LazyLock::new(|| start("dev"));
static PROD: LazyLock<Cluster> = LazyLock::new(|| start("prod"));

pub fn dev() -> &'static Cluster {
    &DEV
}

pub fn prod() -> &'static Cluster {
    &PROD
}

/// Another cluster, ended with the run.
pub fn start(name: &str) -> Cluster {
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
        .block_on(Cluster::start(
            &Bin::find().unwrap(),
            &folder.join(name),
            &options,
        ))
        .unwrap();
    reaper::at_end(&format!(
        "end {}; rm -rf {}",
        cluster.pid(),
        super::sh_word(&folder)
    ));
    cluster
}
