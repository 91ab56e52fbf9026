//! Whether a container is there and runs.

use serde::Deserialize;

use super::place::Place;
use crate::route::Error;
use crate::ssh::process::Exit;

/// The parts of `docker inspect` that matter here. An image has no state.
#[derive(Debug, Deserialize)]
struct Inspected {
    #[serde(rename = "State")]
    state: Option<State>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    running: bool,
    #[serde(default)]
    paused: bool,
    #[serde(default)]
    status: String,
}

/// Succeeds if the container runs.
pub async fn inspect(name: &str, place: &Place<'_>) -> Result<(), Error> {
    let output = place.output(&["docker", "inspect", name]).await?;
    let missing = || Error::ContainerMissing {
        name: name.to_owned(),
        place: place.words(),
    };
    let complaint = output.complaint();
    match output.exit {
        Exit::Code(0) => {}
        Exit::Code(127) => return Err(place.not_installed()),
        _ if complaint.contains("No such object") || complaint.contains("No such container") => {
            return Err(missing());
        }
        _ => return Err(place.no_docker(complaint)),
    }
    // A login shell may have something to say first.
    let json = output.stdout.find('[').map(|start| &output.stdout[start..]);
    let inspected: Vec<Inspected> = serde_json::from_str(json.unwrap_or("")).map_err(|error| {
        place.no_docker(&format!("`docker inspect` is not understood: {error}"))
    })?;
    let state = inspected.into_iter().find_map(|it| it.state);
    match state.ok_or_else(missing)? {
        State {
            running: true,
            paused: false,
            ..
        } => Ok(()),
        state => Err(Error::ContainerStopped {
            name: name.to_owned(),
            place: place.words(),
            state: state.status,
        }),
    }
}
