//! Hosts reached by the user's own `ssh`: what russh cannot do (`ProxyCommand`, GSSAPI, keys on hardware, passwords and
//! one-time codes), and hosts to which a master connection of the user's is open.
//!
//! One [`Master`] per host logs in, so that whoever has to answer a question or touch a key does so once per run. All
//! else goes over it, as `ssh -W` and `ssh -L` would. It ends with the last that needs it, and soon after us where
//! we are killed.

mod askpass;
mod channel;
mod forward;
mod log;
mod login;
mod master;
mod mux;
mod share;

pub use channel::MuxStream;
pub use master::Master;
pub use share::Share;
