//! A `pg_dump` that runs where the server does.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWrite};

use super::DumpError;
use crate::config::Secret;
use crate::copy::Result;
use crate::copy::files::Output;
use crate::pg::Session;

/// What the program writes to.
pub type Pipe = Box<dyn AsyncWrite + Send + Unpin>;

/// Runs `pg_dump` elsewhere, and ends it there when nobody waits for it any more.
pub trait Inside: Send + Sync {
    /// The place, for messages.
    fn words(&self) -> String;

    /// Runs it with these arguments and variables, none of which anybody sees.
    fn run(
        &self,
        major: i64,
        arguments: Vec<String>,
        environment: Vec<(String, String)>,
        out: Pipe,
    ) -> BoxFuture<'_, std::result::Result<(), DumpError>>;
}

/// The variables that lead it to the server beside it.
pub struct Environment {
    major: i64,
    variables: Vec<(String, String)>,
}

pub fn environment(from: &Session) -> Environment {
    let dsn = &from.connector().target().dsn;
    let server = dsn.first();
    let folder = server.host.as_deref().filter(|host| host.starts_with('/'));
    let password = server.password.as_ref().map(Secret::expose);
    let variables = [
        ("PGHOST", folder),
        ("PGPASSWORD", password),
        ("PGOPTIONS", dsn.options.as_deref()),
        ("PGUSER", Some(dsn.user.as_str())),
        ("PGDATABASE", Some(dsn.database.as_str())),
        ("PGAPPNAME", Some(from.connector().application_name())),
    ];
    let given = variables.into_iter();
    let given = given.filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let port = ("PGPORT".to_owned(), server.port.to_string());
    Environment {
        major: from.server().version_num / 10000,
        variables: given.chain([port]).collect(),
    }
}

pub async fn run(
    inside: &dyn Inside,
    arguments: Vec<String>,
    environment: Environment,
    output: &mut Output,
) -> Result<()> {
    // Either end notices that the other is gone.
    let (mut reader, writer) = tokio::io::duplex(64 * 1024);
    let running = inside.run(
        environment.major,
        arguments,
        environment.variables,
        Box::new(writer),
    );
    let taking = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut bytes).await {
                Ok(0) | Err(_) => break,
                Ok(length) => output.write(&bytes[..length]).await?,
            }
        }
        // Dropped, it tells the other end that nothing more is taken.
        drop(reader);
        Ok::<_, crate::copy::Error>(())
    };
    let (ran, taken) = tokio::join!(running, taking);
    taken?;
    Ok(ran?)
}
