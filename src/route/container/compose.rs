//! The container of a compose service, found by the labels that compose puts on it.
//!
//! No `docker compose` is needed for that, and podman-compose writes the same labels.

use super::engine::Engine;
use super::inspect::{Inspected, parse};
use super::place::Place;
use crate::config::Service;
use crate::route::Error;
use crate::ssh::process::Exit;

const FOLDER: &str = "com.docker.compose.project.working_dir";
const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
/// `True` for what `docker compose run` has started beside the service.
const ONE_OFF: &str = "com.docker.compose.oneoff";

/// The name of the service's only container, or of the only one that runs.
pub async fn container(
    engine: Engine,
    service: &Service,
    place: &Place<'_>,
) -> Result<String, Error> {
    let all = containers(engine, place).await?;
    let project = full_folder(&service.folder, place).await;
    let of_project = |it: &&Inspected| {
        let is = |label: &str, value: &str| it.label(label) == Some(value);
        let folder = it.label(FOLDER).unwrap_or_default();
        let in_folder = project.iter().any(|full| full == folder);
        (in_folder || is(PROJECT, &service.folder)) && !is(ONE_OFF, "True")
    };
    let (mine, others): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(of_project)
        .partition(|it| it.label(SERVICE) == Some(&service.name));
    let running = mine.iter().filter(|it| it.runs());
    let candidates: Vec<&str> = match running.clone().count() {
        // One that is stopped is refused with its state later.
        0 => mine.iter().take(1).map(|it| short(&it.name)).collect(),
        _ => running.map(|it| short(&it.name)).collect(),
    };
    match candidates[..] {
        [name] => Ok(name.to_owned()),
        [] => {
            let mut services: Vec<_> = others.iter().filter_map(|it| it.label(SERVICE)).collect();
            services.sort_unstable();
            services.dedup();
            Err(Error::ServiceMissing {
                engine,
                service: service.clone(),
                place: place.words(),
                services: services.into_iter().map(str::to_owned).collect(),
            })
        }
        _ => Err(Error::ServiceScaled {
            service: service.clone(),
            place: place.words(),
            containers: candidates.into_iter().map(str::to_owned).collect(),
        }),
    }
}

/// Docker's names begin with a slash.
fn short(name: &str) -> &str {
    name.trim_start_matches('/')
}

/// All containers of compose projects, in the order of their names.
async fn containers(engine: Engine, place: &Place<'_>) -> Result<Vec<Inspected>, Error> {
    let program = engine.program();
    let filter = format!("label={SERVICE}");
    let listing = [program, "ps", "--all", "--quiet", "--filter", &filter];
    let listed = place.output(&listing).await?;
    match listed.exit {
        Exit::Code(0) => {}
        Exit::Code(127) => return Err(place.no_engine()),
        _ => return Err(place.unusable(engine, listed.complaint())),
    }
    // What a login shell says is no id.
    let is_id = |word: &&str| word.len() >= 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let ids: Vec<&str> = listed.stdout.lines().filter(is_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let inspecting = [&[program, "inspect"], &ids[..]].concat();
    let inspected = place.output(&inspecting).await?;
    let mut containers = parse(engine, &inspected, place)?;
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(containers)
}

/// The folder as it may stand in a label: as it was given, and as the host's shell sees it, links resolved or not.
/// A relative one starts at the home of an ssh host.
async fn full_folder(folder: &str, place: &Place<'_>) -> Vec<String> {
    let script = r#"cd "$1" && pwd && pwd -P"#;
    let from_home = folder.strip_prefix("~/").unwrap_or(folder);
    let output = place.output(&["sh", "-c", script, "sh", from_home]).await;
    // Where the folder cannot be entered, or there is no sh, the text itself may still be it.
    let seen = output.map(|output| output.stdout).unwrap_or_default();
    let mut all: Vec<String> = seen.lines().map(str::to_owned).collect();
    all.push(folder.trim_end_matches('/').to_owned());
    all
}
