//! Throw-away servers, to run a playbook against as if for real: two `PostgreSQL` clusters, `dev` and `prod`,
//! and an ssh jump host in front of prod with a `docker` that knows prod as a container.
//!
//! Everything lives in one folder of the system's temporary folder and goes with it. What a killed sandbox
//! leaves behind, the next one removes.

mod account;
mod error;
mod exec;
mod files;
mod find;
mod folder;
mod jump;
mod keeper;
mod postgres;
mod process;

use std::path::{Path, PathBuf};

pub use error::Error;
pub use files::path_beginning_with;
pub use find::Bin;
pub use postgres::{Cluster, Options};

use crate::interrupt;
use crate::progress::{Event, Reporter};
use exec::Shell;
use folder::Folder;
use jump::JumpHost;

const DEV_DATABASE: &str = "sertantai_legal_dev";
const PROD_DATABASE: &str = "sertantai_legal_prod";
const CONTAINER: &str = "shared_postgres";

const SCHEMA: &str = include_str!("schema.sql");
const GENERATE: &str = include_str!("generate.sql");
const ROWS: &str = include_str!("rows.sql");
const DEV: &str = include_str!("dev.sql");
const PROD: &str = include_str!("prod.sql");

/// The running servers and their folder. Fields are dropped in order: the folder last.
#[derive(Debug)]
pub struct Sandbox {
    jump: JumpHost,
    dev: Cluster,
    prod: Cluster,
    project: PathBuf,
    folder: Folder,
}

impl Sandbox {
    /// Removes what dead sandboxes left behind, then starts and fills the servers. Interrupted, it leaves
    /// nothing behind.
    pub async fn start(reporter: &Reporter) -> Result<Self, Error> {
        let bin = Bin::find()?;
        for swept in folder::sweep(&bin).await? {
            reporter.event(&match swept {
                Ok(path) => Event::Note(format!(
                    "removed {}, which a sandbox that was killed left behind",
                    path.display()
                )),
                Err(error) => Event::Warning(error.to_string()),
            });
        }
        interrupt::race(Self::set_up(&bin, reporter))
            .await
            .unwrap_or(Err(Error::Interrupted))
    }

    async fn set_up(bin: &Bin, reporter: &Reporter) -> Result<Self, Error> {
        let folder = Folder::make()?;
        let project = folder.path().join("project");
        files::private_folder(&project)?;
        reporter.event(&Event::Note(format!(
            "sandbox: starting two PostgreSQL clusters and an ssh jump host in {}",
            folder.path().display()
        )));
        let (dev, prod) = tokio::try_join!(
            start_dev(bin, folder.path(), &project),
            start_prod(bin, folder.path())
        )?;
        let (host_key, user_key) = (files::new_key()?, files::new_key()?);
        let shell = jump_shell(bin, folder.path(), &prod)?;
        let allowed = user_key.public_key().clone();
        let jump = JumpHost::start(host_key.clone(), allowed, shell).await?;
        let written = files::Project {
            dev: &dev,
            prod: &prod,
            jump_port: jump.port(),
            host_key: &host_key,
            user_key: &user_key,
        };
        written.write(&project)?;
        reporter.event(&Event::Note(format!(
            "sandbox: `dev` on 127.0.0.1:{}, `prod` in the container `{CONTAINER}` behind ssh on 127.0.0.1:{}",
            dev.port(),
            jump.port()
        )));
        Ok(Self {
            jump,
            dev,
            prod,
            project,
            folder,
        })
    }

    /// The folder of the sandbox's `runner.toml`.
    pub fn project_dir(&self) -> &Path {
        &self.project
    }

    /// Ends the jump host's sessions, shuts the servers down and removes everything.
    pub async fn stop(self) -> Result<(), Error> {
        self.jump.stop().await;
        let (dev, prod) = tokio::join!(self.dev.stop(), self.prod.stop());
        self.folder.remove()?;
        dev.and(prod)
    }
}

/// Dev has more than prod. The snapshot is of what both had at the last promotion, so that every section in
/// it finds its law on prod.
async fn start_dev(bin: &Bin, folder: &Path, project: &Path) -> Result<Cluster, Error> {
    let options = Options {
        tcp: true,
        ..Options::default()
    };
    let dev = Cluster::start(bin, &folder.join("dev"), &options).await?;
    dev.create_database(DEV_DATABASE).await?;
    dev.run_sql(DEV_DATABASE, &[SCHEMA, GENERATE, ROWS].concat())
        .await?;
    let snapshots = project.join("snapshots");
    files::private_folder(&snapshots)?;
    dev.dump_table(DEV_DATABASE, "lat", &snapshots.join("lat.dump"))
        .await?;
    dev.run_sql(DEV_DATABASE, &[GENERATE, DEV].concat()).await?;
    Ok(dev)
}

/// Prod listens on its socket only: the jump host and the container are the one way to it.
async fn start_prod(bin: &Bin, folder: &Path) -> Result<Cluster, Error> {
    let prod = Cluster::start(bin, &folder.join("prod"), &Options::default()).await?;
    prod.create_database(PROD_DATABASE).await?;
    prod.run_sql(PROD_DATABASE, &[SCHEMA, GENERATE, ROWS, PROD].concat())
        .await?;
    Ok(prod)
}

fn jump_shell(bin: &Bin, folder: &Path, prod: &Cluster) -> Result<Shell, Error> {
    let home = folder.join("jump");
    files::private_folder(&home)?;
    let programs = home.join("bin");
    files::write_docker(&programs)?;
    let environment = vec![
        ("PATH", path_beginning_with(&[programs])),
        ("HOME", home.clone().into()),
        ("USER", "operator".into()),
        ("LANG", "C.UTF-8".into()),
        ("SANDBOX_CONTAINER", CONTAINER.into()),
        ("SANDBOX_DATA", prod.data_folder().into()),
        ("SANDBOX_SOCKET", prod.socket_folder().into()),
        ("SANDBOX_PATH", path_beginning_with(&[bin.folder().into()])),
    ];
    Ok(Shell { home, environment })
}
