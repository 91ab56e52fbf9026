//! An ssh client over russh that behaves as the user's own OpenSSH would.
//!
//! [`Host::resolve`] reads the user's configuration, [`Host::connect`] opens a [`Session`], and a session forwards
//! streams and runs commands. One session carries one bulk stream: russh delivers the channels of a session one
//! after the other, so a stream nobody reads stops every other one on that session.
//!
//! What russh cannot do (`ProxyCommand`, GSSAPI, passwords and one-time codes, keys on hardware) is left to the user's
//! own `ssh`: [`config::OnlyOpenssh`] has the reasons.

mod agent;
mod auth;
mod channel;
mod client;
mod config;
mod destination;
mod end;
mod error;
mod exec;
mod forward;
mod handler;
mod handshake;
mod identities;
mod keys;
mod known_hosts;
mod leader;
mod native;
#[cfg(unix)]
mod openssh;
mod pattern;
pub mod process;
mod queue;
mod quote;
mod refusal;
mod session;
pub mod sftp;
mod signer;
mod tail;
pub mod tcp;
pub mod wait;

pub use client::Host;
pub use end::SessionEnd;
pub use error::Error;
pub use leader::{Leader, Pipes};
pub use quote::{remote_command, sh_words};
pub use session::{Session, SessionStream};
pub use tail::Tail;
