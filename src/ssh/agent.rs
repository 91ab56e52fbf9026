//! The user's ssh agent.

use std::path::Path;

use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};

use super::config::HostConfig;
use super::handler::Handler;

pub type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin>>;

/// The agent of the host's configuration and the keys it holds; `None` where there is no agent to talk to, which
/// is no error: the key files are tried instead.
pub async fn open(
    config: &HostConfig,
    handle: &Handle<Handler>,
) -> Option<(Agent, Vec<AgentIdentity>)> {
    let mut agent = connect(config.agent.as_deref()?).await?;
    if let Some(binding) = handle.agent_session_binding() {
        // Shows the agent which host it signs for, which keys restricted to certain hosts need. Older agents
        // refuse, and have no such keys.
        let _ = agent.bind_session(binding, false).await;
    }
    let identities = agent.request_identities().await.ok()?;
    Some((agent, identities))
}

#[cfg(unix)]
async fn connect(socket: &Path) -> Option<Agent> {
    let agent = AgentClient::connect_uds(socket).await.ok()?;
    Some(agent.dynamic())
}

#[cfg(windows)]
async fn connect(pipe: &Path) -> Option<Agent> {
    let agent = AgentClient::connect_named_pipe(pipe).await.ok()?;
    Some(agent.dynamic())
}

#[cfg(not(any(unix, windows)))]
async fn connect(_: &Path) -> Option<Agent> {
    None
}
