//! The words of a database address, and how libpq's defaults complete them.
//!
//! A url, a text of pairs, a service and the keys of a target all become [`Words`]; [`finish`]
//! makes the [`Dsn`] of them. A further word of libpq is one line in `words` and one field here.

mod choices;
mod conninfo;
mod hosts;
mod link;
mod login;
mod pgpass;
mod problem;
mod service;
mod tls;
mod url;
mod words;

use std::path::Path;
use std::time::Duration;

pub use choices::{
    CertMode, ChannelBinding, LoadBalance, SessionAttrs, SslMode, SslNegotiation, TlsVersion,
};
use choices::{Choice, GssEncMode};
pub use hosts::Endpoint;
pub use link::KeepAlive;
pub use login::LoginMethod;
pub use problem::Problem;
pub use tls::{ClientCertificate, SYSTEM_ROOTS, Tls};
pub use words::{WORDS, Words};

use super::Secret;
use super::env::Env;

/// A database address with every word of libpq's that we honour, all defaults filled in.
#[derive(Debug, Clone)]
pub struct Dsn {
    /// The servers, in the order given; at least one.
    pub endpoints: Vec<Endpoint>,
    pub user: String,
    pub database: String,
    pub tls: Tls,
    pub channel_binding: ChannelBinding,
    /// The only ways to log in; `None` for any.
    pub require_auth: Option<Vec<LoginMethod>>,
    pub session_attrs: SessionAttrs,
    pub load_balance: LoadBalance,
    /// Shown in front of our own name.
    pub application_name: Option<String>,
    /// Command line options for the backend: `-c search_path=app`.
    pub options: Option<String>,
    /// How long reaching one server may take.
    pub connect_timeout: Option<Duration>,
    pub keep_alive: KeepAlive,
}

impl Dsn {
    /// The address of these servers, at least one, with nothing else said about it.
    pub fn of(endpoints: Vec<Endpoint>, user: &str, database: &str) -> Self {
        Self {
            endpoints,
            user: user.to_owned(),
            database: database.to_owned(),
            tls: Tls::default(),
            channel_binding: ChannelBinding::default(),
            require_auth: None,
            session_attrs: SessionAttrs::default(),
            load_balance: LoadBalance::default(),
            application_name: None,
            options: None,
            connect_timeout: None,
            keep_alive: KeepAlive::default(),
        }
    }

    /// The server named first.
    pub fn first(&self) -> &Endpoint {
        &self.endpoints[0]
    }
}

/// The words of what stands in `url`: a url, or a text of pairs.
pub fn parse(text: &str) -> Result<Words, Problem> {
    let text = text.trim();
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let is_url = scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    if is_url || !text.contains('=') {
        url::parse(text)
    } else {
        conninfo::parse(text)
    }
}

/// Where an address is used, for what it leaves open.
pub struct Surroundings<'a> {
    pub env: &'a Env,
    /// Whether the server is reached from this machine, without ssh or a container.
    pub direct: bool,
    /// Where relative files start.
    pub root: &'a Path,
}

/// Fills in what is missing, as libpq would, and checks the whole.
pub fn finish(mut words: Words, around: &Surroundings<'_>) -> Result<Dsn, Problem> {
    let Surroundings { env, direct, root } = *around;
    let service_file = words.take_with_default("servicefile", env, direct);
    if let Some(service) = words.take_with_default("service", env, direct) {
        let file = service_file.map(|file| env.path(&file, root));
        service::apply(&mut words, &service, file, env)?;
    }
    words.set_variables(env, direct)?;
    let mut endpoints = hosts::endpoints(&mut words)?;
    let user = words.take("user").or_else(os_user).ok_or(Problem::NoUser)?;
    let database = words.take("dbname").unwrap_or_else(|| user.clone());
    give_passwords(&mut endpoints, &mut words, around, (&user, &database))?;
    let tls = tls::read(&mut words, &tls::Files { env, root })?;
    if tls.mode == SslMode::VerifyFull
        && endpoints
            .iter()
            .any(|it| it.host.is_none() && it.address.is_some())
    {
        return Err(Problem::NoNameToVerify);
    }
    if words
        .take(GssEncMode::WORD)
        .map(|mode| GssEncMode::parse(&mode))
        .transpose()?
        == Some(GssEncMode::Require)
    {
        return Err(Problem::GssEncryption);
    }
    link::check_protocol(&mut words)?;
    let fallback_name = words.take("fallback_application_name");
    Ok(Dsn {
        endpoints,
        user,
        database,
        tls,
        channel_binding: tls::choice(&mut words)?,
        require_auth: words
            .take("require_auth")
            .map(|list| login::methods(&list))
            .transpose()?,
        session_attrs: tls::choice(&mut words)?,
        load_balance: tls::choice(&mut words)?,
        application_name: words.take("application_name").or(fallback_name),
        options: words.take("options"),
        connect_timeout: link::connect_timeout(&mut words)?,
        keep_alive: link::keep_alive(&mut words)?,
    })
}

/// One password is that of all servers; else each has its own in the file of passwords.
fn give_passwords(
    endpoints: &mut [Endpoint],
    words: &mut Words,
    around: &Surroundings<'_>,
    (user, database): (&str, &str),
) -> Result<(), Problem> {
    let one = words.take("password");
    let file = words.take("passfile");
    let file = file.map(|file| around.env.path(&file, around.root));
    for endpoint in endpoints {
        let password = match &one {
            Some(password) => Some(password.clone()),
            // Behind ssh or in a container without a host there is no name to look up; `localhost`
            // is another server.
            None if endpoint.name().is_none() && !around.direct => None,
            None => {
                let login = pgpass::Login {
                    host: endpoint.name(),
                    port: endpoint.port,
                    database,
                    user,
                };
                pgpass::password(around.env, file.as_deref(), &login)?
            }
        };
        endpoint.password = password.map(|password| secret(password, user, database));
    }
    Ok(())
}

fn os_user() -> Option<String> {
    whoami::username().ok().filter(|name| !name.is_empty())
}

/// `postgres` as the password of `postgres` gives nothing away, and blanking it out would take the
/// user, the database and half of every message with it.
fn secret(password: String, user: &str, database: &str) -> Secret {
    if password == user || password == database {
        Secret::unlisted(password)
    } else {
        Secret::new(password)
    }
}

#[cfg(test)]
mod tests;
