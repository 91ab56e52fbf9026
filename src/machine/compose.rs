//! A compose project on a machine. There is no call that removes a volume.

use super::command::{Command, Ran};
use super::container::Container;
use super::engine::Engine;
use super::{Error, Machine};

/// The programs that may be there, the newest first.
const PROGRAMS: [&[&str]; 4] = [
    &["docker", "compose"],
    &["docker-compose"],
    &["podman", "compose"],
    &["podman-compose"],
];

/// The project of a folder.
#[derive(Clone)]
pub struct Compose {
    machine: Machine,
    folder: String,
}

/// How services are brought up; always in the background.
#[derive(Debug, Clone, Copy, Default)]
pub struct Up {
    /// Makes containers anew though nothing has changed. Their volumes stay.
    pub force_recreate: bool,
    /// Leaves alone what the services depend on.
    pub no_deps: bool,
}

impl Compose {
    pub(super) fn new(machine: &Machine, folder: &str) -> Result<Self, Error> {
        // Refused here, not at the first call.
        machine.path(folder)?;
        Ok(Self {
            machine: machine.clone(),
            folder: folder.to_owned(),
        })
    }

    pub fn folder(&self) -> &str {
        &self.folder
    }

    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The containers of the project, those that do not run included, each as `docker inspect` tells of it.
    pub async fn ps(&self, services: &[String]) -> Result<Vec<serde_json::Value>, Error> {
        let ids = self.ids(&["--all"], services).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let words: Vec<&str> = ids.iter().map(String::as_str).collect();
        let engine = self.engine().await?;
        let command = engine.command(&[&["inspect", "--type", "container"], &words[..]].concat());
        let mut list = self.machine.run(command).await?.checked()?.json()?;
        Ok(std::mem::take(
            list.as_array_mut().unwrap_or(&mut Vec::new()),
        ))
    }

    pub async fn pull(&self, services: &[String]) -> Result<Ran, Error> {
        self.call(&["pull"], services).await
    }

    pub async fn up(&self, services: &[String], up: Up) -> Result<Ran, Error> {
        let mut words = vec!["up", "--detach"];
        if up.force_recreate {
            words.push("--force-recreate");
        }
        if up.no_deps {
            words.push("--no-deps");
        }
        self.call(&words, services).await
    }

    pub async fn stop(&self, services: &[String]) -> Result<Ran, Error> {
        self.call(&["stop"], services).await
    }

    pub async fn restart(&self, services: &[String]) -> Result<Ran, Error> {
        self.call(&["restart"], services).await
    }

    /// The last `tail` lines that each service printed, or all.
    pub async fn logs(&self, services: &[String], tail: Option<u64>) -> Result<Ran, Error> {
        let tail = tail.map_or("all".to_owned(), |lines| lines.to_string());
        self.call(&["logs", "--no-color", "--tail", &tail], services)
            .await
    }

    /// Runs a command in the first running container of a service.
    pub async fn exec(&self, service: &str, command: Command) -> Result<Ran, Error> {
        let ids = self
            .ids(&[], std::slice::from_ref(&service.to_owned()))
            .await?;
        let missing = || Error::NoService {
            service: service.to_owned(),
            place: self.machine.words(),
        };
        let id = ids.first().ok_or_else(missing)?;
        let container = Container::shown_as(&self.machine, id, service)?;
        match container.run(command).await {
            // The old program lists those that have ended, too.
            Err(Error::NotRunning { .. }) => Err(missing()),
            ran => ran,
        }
    }

    async fn ids(&self, options: &[&str], services: &[String]) -> Result<Vec<String>, Error> {
        let command = self
            .command(&[&["ps", "-q"], options].concat(), services)
            .await?;
        let text = self.machine.run(command).await?.checked()?.text();
        let ids = text.lines().map(str::trim).filter(|id| !id.is_empty());
        Ok(ids.map(str::to_owned).collect())
    }

    async fn call(&self, words: &[&str], services: &[String]) -> Result<Ran, Error> {
        let command = self.command(words, services).await?.told();
        self.machine.run(command).await?.checked()
    }

    async fn command(&self, words: &[&str], services: &[String]) -> Result<Command, Error> {
        if let Some(name) = services
            .iter()
            .find(|name| name.is_empty() || name.starts_with('-'))
        {
            return Err(Error::BadName {
                what: "compose service",
                name: name.clone(),
            });
        }
        let program = self.program().await?;
        let services = services.iter().map(String::as_str);
        let argv = program
            .iter()
            .copied()
            .chain(words.iter().copied())
            .chain(services);
        Ok(Command {
            cwd: Some(self.folder.clone()),
            ..Command::new(argv)
        })
    }

    async fn engine(&self) -> Result<Engine, Error> {
        Ok(match self.program().await?[0] {
            "docker" | "docker-compose" => Engine::Docker,
            _ => Engine::Podman,
        })
    }

    async fn program(&self) -> Result<&[&'static str], Error> {
        let looking = || self.machine.find_compose();
        let program = self.machine.0.compose.get_or_try_init(looking).await?;
        Ok(program)
    }
}

impl Machine {
    async fn find_compose(&self) -> Result<Vec<&'static str>, Error> {
        let mut reasons = Vec::new();
        for program in PROGRAMS {
            let words = program.iter().copied().chain(["version"]);
            match self.run(Command::new(words)).await {
                Ok(ran) if ran.succeeded() => return Ok(program.to_vec()),
                Ok(ran) => reasons.push(ran.complaint()),
                Err(error @ Error::NoProgram { .. }) => reasons.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        Err(Error::NoCompose {
            place: self.words(),
            reason: reasons.join("; "),
        })
    }
}
