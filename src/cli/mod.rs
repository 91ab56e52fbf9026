//! The command line: one file per subcommand.

#[cfg(unix)]
pub mod sandbox;
