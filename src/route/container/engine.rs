//! The program that knows the container: docker, or podman where that is what a host has.

use std::fmt;

use super::compose;
use super::inspect::{self, Inspected};
use super::place::Place;
use crate::config::Service;
use crate::route::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Docker,
    Podman,
}

impl Engine {
    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}

/// Which container is meant.
#[derive(Debug)]
pub enum Wanted {
    Name(String),
    Service(Service),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Service(Service { folder, name }) => write!(f, "service {name} of {folder}"),
        }
    }
}

/// A container that was found, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub engine: Engine,
    pub name: String,
}

/// Asks docker, then podman, for the container; it must run.
pub async fn find(wanted: &Wanted, place: &Place<'_>) -> Result<(Found, Inspected), Error> {
    let mut failed = None;
    for engine in [Engine::Docker, Engine::Podman] {
        let name = match wanted {
            Wanted::Name(name) => Ok(name.clone()),
            Wanted::Service(service) => compose::container(engine, service, place).await,
        };
        let looked = match name {
            Ok(name) => inspect::inspect(engine, &name, place)
                .await
                .map(|inspected| (Found { engine, name }, inspected)),
            Err(error) => Err(error),
        };
        match looked {
            Ok(found) => return Ok(found),
            Err(error) if !error.other_engine_may_help() => return Err(error),
            // What an engine that is there says tells more than that another is not there.
            Err(error) => match &failed {
                None | Some(Error::NoEngine { .. }) => failed = Some(error),
                Some(_) => {}
            },
        }
    }
    Err(failed.unwrap_or_else(|| place.no_engine()))
}
