//! Why a link ended: the words behind "connection closed".

use std::time::Duration;

use crate::ssh::SessionEnd;
use crate::ssh::process::{Ending, Exit};

/// The end of a session comes a little after the last byte, if it is what ended the link; else not at all.
const SESSION_LIMIT: Duration = Duration::from_millis(200);
/// A relay ends with its link, and its exit status passes through an engine that may be busy.
const RELAY_LIMIT: Duration = Duration::from_secs(3);

/// What is known about the end of a link. Clones watch the same link.
#[derive(Debug, Clone, Default)]
pub struct Fate {
    session: Option<(String, SessionEnd)>,
    relay: Option<(String, Ending)>,
}

impl Fate {
    pub(super) fn of_session(alias: &str, end: &SessionEnd) -> Self {
        Self {
            session: Some((alias.to_owned(), end.clone())),
            relay: None,
        }
    }

    pub(super) fn with_relay(self, name: String, ending: Ending) -> Self {
        Self {
            relay: Some((name, ending)),
            ..self
        }
    }

    /// Why the link ended, once it has; `None` where there is nothing to add, or the link still stands.
    ///
    /// Waits up to 3 s for a relay to say how it ended.
    pub async fn describe(&self) -> Option<String> {
        let relay = async {
            let (name, ending) = self.relay.as_ref()?;
            let exit = ending.wait(RELAY_LIMIT).await?;
            in_words(name, &exit, &ending.stderr())
        };
        let session = async {
            let (alias, end) = self.session.as_ref()?;
            let reason = end.reason(SESSION_LIMIT).await?;
            Some(format!("the ssh connection to `{alias}` is lost: {reason}"))
        };
        // The loss of the session is what ended the relay, so it comes first where both are known.
        let (relay, session) = tokio::join!(relay, session);
        session.or(relay)
    }
}

fn in_words(name: &str, exit: &Exit, stderr: &str) -> Option<String> {
    match (exit, stderr) {
        // The server closed the connection, and the relay ended as it should.
        (Exit::Code(0) | Exit::Unknown, "") => None,
        (exit, "") => Some(format!("{name} {exit}")),
        (exit, stderr) => Some(format!("{name} {exit}: {stderr}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_ended_well_explains_nothing() {
        assert_eq!(in_words("the relay", &Exit::Code(0), ""), None);
        assert_eq!(
            in_words("the relay", &Exit::Code(137), "no memory"),
            Some("the relay was killed (exit code 137): no memory".to_owned())
        );
    }
}
