//! Why a server let nobody in, and what to do about it.

use std::error::Error as StdError;

use super::{Error, ServerError, server, tls};
use crate::config::{Target, Tls};

const NO_MATCHING_LINE: &str = "28000";
const INVALID_PASSWORD: &str = "28P01";
const INVALID_DATABASE: &str = "3D000";

/// The server's own words, with advice where it gives none.
pub fn of_server(error: &tokio_postgres::error::DbError, tls: &Tls) -> ServerError {
    let mut error = ServerError::read(error);
    if error.hint.is_none() {
        error.hint = match &tls.missing_certificate {
            Some(file) if error.sqlstate == NO_MATCHING_LINE => Some(format!(
                "no certificate was shown, since `sslcert` names `{}`, which is not there",
                file.display()
            )),
            _ => advice(&error.sqlstate).map(str::to_owned),
        };
    }
    error
}

fn advice(sqlstate: &str) -> Option<&'static str> {
    match sqlstate {
        INVALID_PASSWORD => {
            Some("the password is that of the target's url, its `password`, or `~/.pgpass`")
        }
        NO_MATCHING_LINE => Some(
            "the user is that of the target's url; `pg_hba.conf` of the server says who may come from where, and how",
        ),
        INVALID_DATABASE => Some(
            "the database is the last part of the target's url; every server has one named `postgres`, where \
             `SELECT datname FROM pg_database` lists the others",
        ),
        _ => None,
    }
}

/// What went wrong before the server could say anything about it.
pub fn of_driver(error: &tokio_postgres::Error, target: &Target) -> Error {
    let name = target.name.clone();
    // The driver has no types of its own for these.
    let cause = StdError::source(error).map(ToString::to_string);
    let reason = match cause.as_deref() {
        Some("password missing") => return Error::NoPassword { target: name },
        Some("server did not use channel binding") => {
            "the server does not bind the login to the TLS connection, which `channel_binding=require` asks for"
                .to_owned()
        }
        _ => tls::in_words(error, &target.dsn.tls).unwrap_or_else(|| server::text_of(error)),
    };
    Error::Connect {
        target: name,
        reason,
    }
}
