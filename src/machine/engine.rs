//! The container engine of a machine: docker or podman, whichever answers.

use super::command::Command;
use super::{Error, Machine};
use crate::ssh::process::Exit;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Docker,
    Podman,
}

impl Engine {
    const ALL: [Self; 2] = [Self::Docker, Self::Podman];

    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// The start of a command of its client.
    pub fn command(self, words: &[&str]) -> Command {
        Command::new([&[self.program()], words].concat())
    }
}

/// What an engine says of a container.
enum Answer {
    Known(serde_json::Value),
    Unknown,
    /// There is no such engine, or it does not run.
    None(String),
}

impl Machine {
    /// The engine that knows the container, and what it says of it.
    pub(super) async fn engine_of(&self, name: &str) -> Result<(Engine, serde_json::Value), Error> {
        let mut answers = None;
        let mut reasons = Vec::new();
        for engine in Engine::ALL {
            match self.ask(engine, name).await? {
                Answer::Known(value) => return Ok((engine, value)),
                Answer::Unknown => answers = answers.or(Some(engine)),
                Answer::None(reason) => reasons.push(reason),
            }
        }
        let place = self.words();
        Err(match answers {
            Some(engine) => Error::NoContainer {
                name: name.to_owned(),
                place,
                engine: engine.program(),
            },
            None => Error::NoEngine {
                place,
                reason: reasons.join("; "),
            },
        })
    }

    /// What `engine` says of a container it knows.
    pub(super) async fn inspect(
        &self,
        engine: Engine,
        name: &str,
    ) -> Result<serde_json::Value, Error> {
        match self.ask(engine, name).await? {
            Answer::Known(value) => Ok(value),
            Answer::Unknown => Err(Error::NoContainer {
                name: name.to_owned(),
                place: self.words(),
                engine: engine.program(),
            }),
            Answer::None(reason) => Err(Error::NoEngine {
                place: self.words(),
                reason,
            }),
        }
    }

    async fn ask(&self, engine: Engine, name: &str) -> Result<Answer, Error> {
        let command = engine.command(&["inspect", "--type", "container", name]);
        let ran = match self.run(command).await {
            Ok(ran) => ran,
            Err(error @ Error::NoProgram { .. }) => return Ok(Answer::None(error.to_string())),
            Err(error) => return Err(error),
        };
        let complaint = ran.complaint();
        match ran.exit {
            Exit::Code(0) => {}
            _ if is_unknown(&complaint) => return Ok(Answer::Unknown),
            _ => return Ok(Answer::None(complaint)),
        }
        let first = ran.json()?.as_array_mut().and_then(Vec::pop);
        Ok(first.map_or(Answer::Unknown, Answer::Known))
    }
}

fn is_unknown(complaint: &str) -> bool {
    let complaint = complaint.to_lowercase();
    complaint.contains("no such container") || complaint.contains("no such object")
}
