//! Waiting until a container is healthy.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Container;
use crate::interrupt;
use crate::machine::Error;

/// A container that is healthy, and what it took to see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    pub tries: u32,
    pub seconds: f64,
}

impl Container {
    /// Looks at the container's own health check up to `tries` times, `every` so often. One that has ended, or has
    /// no check, is an error at once.
    pub async fn wait_healthy(&self, tries: u32, every: Duration) -> Result<Health, Error> {
        let begun = Instant::now();
        let mut last = String::new();
        for tried in 1..=tries {
            let state = self.inspect().await?["State"].take();
            let health = &state["Health"];
            match health["Status"].as_str() {
                Some("healthy") => {
                    return Ok(Health {
                        tries: tried,
                        seconds: begun.elapsed().as_secs_f64(),
                    });
                }
                _ if state["Running"] != true => {
                    return Err(self.unhealthy(tried, &state, text(&state["Status"])));
                }
                None | Some("none" | "") => {
                    return Err(Error::NoHealthCheck {
                        name: self.0.name.clone(),
                        place: self.0.machine.words(),
                    });
                }
                Some(status) => status.clone_into(&mut last),
            }
            if tried == tries {
                return Err(self.unhealthy(tries, &state, last));
            }
            interrupt::race(tokio::time::sleep(every)).await?;
        }
        Err(self.unhealthy(0, &Value::Null, last))
    }

    fn unhealthy(&self, tries: u32, state: &Value, status: String) -> Error {
        let checks = state["Health"]["Log"].as_array();
        let output = checks
            .and_then(|checks| checks.last())
            .map(|check| text(&check["Output"]));
        let code = &state["ExitCode"];
        let complaint = match output.map(|output| output.trim().to_owned()) {
            Some(output) if !output.is_empty() => output,
            _ if state["Running"] == false => format!("it ended with code {code}; see its `logs`"),
            _ => String::new(),
        };
        Error::Unhealthy {
            name: self.0.name.clone(),
            place: self.0.machine.words(),
            state: status,
            tries,
            complaint,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("unknown").to_owned()
}
