//! Sessions of the library itself on a test's database, for what is tested below the playbook.

use std::future::Future;
use std::sync::{Arc, Mutex};

use runner::config::{Dsn, Endpoint, Secret, Target};
use runner::pg::{Access, Connector, Session};
use runner::progress::{AskError, Event, Progress, Question, Reporter};

use crate::support::Database;

/// Keeps what is reported.
#[derive(Default)]
pub struct Heard(Mutex<Vec<Event>>);

impl Progress for Heard {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }

    fn ask(&self, _: &Question) -> Result<Secret, AskError> {
        Err(AskError::Interrupted)
    }
}

impl Heard {
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// The texts of notes and warnings, in order.
    pub fn notes(&self) -> Vec<String> {
        let note = |event| match event {
            Event::Note(text) | Event::Warning(text) => Some(text),
            _ => None,
        };
        self.events().into_iter().filter_map(note).collect()
    }
}

/// Runs a test's asynchronous part.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

/// Opens sessions on the database; what they report is kept.
pub fn connector(database: &Database) -> (Connector, Arc<Heard>) {
    connector_as(database, &database.url())
}

/// The same as another role, by url.
pub fn connector_as(database: &Database, url: &str) -> (Connector, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let reporter: Reporter = Arc::<Heard>::clone(&heard);
    let target = Target {
        name: database.name().to_owned(),
        dsn: dsn(url),
        ssh: None,
        ssh_config: None,
        docker: None,
        compose: None,
        protect: None,
    };
    let connector = Connector::new(target, "runner test", reporter).unwrap();
    (connector, heard)
}

/// A session that may write, and what is reported about it.
pub async fn open(database: &Database) -> (Session, Arc<Heard>) {
    let (connector, heard) = connector(database);
    (connector.open(Access::ReadWrite).await.unwrap(), heard)
}

fn dsn(url: &str) -> Dsn {
    let rest = url.strip_prefix("postgres://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (place, database) = rest.split_once('/').unwrap();
    let (host, port) = place.split_once(':').unwrap();
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let server = Endpoint {
        host: Some(host.to_owned()),
        port: port.parse().unwrap(),
        password: (!password.is_empty()).then(|| Secret::new(password)),
        ..Endpoint::default()
    };
    Dsn::of(vec![server], user, database)
}
