//! How bytes reach a server: direct, over ssh, into a container.
//!
//! A [`Route`] opens any number of [`Link`]s, each an ssh session of its own; cancel requests and commands
//! go over one control session per host.
