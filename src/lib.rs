//! `runner`: Lua playbooks for operating `PostgreSQL`.
//!
//! The layers, top to bottom; a layer knows only those below it:
//!
//! - [`cli`]: one file per subcommand; [`ui`]: the only place that prints
//! - [`repl`]: the prompt, where Lua and SQL are typed
//! - [`api`]: one file per Lua global; [`host`]: the Lua machine
//! - [`check`]: what can be told of a playbook without running it
//! - [`sandbox`]: throw-away servers
//! - [`machine`]: commands, files and containers, here or behind ssh
//! - [`copy`], [`watermark`], [`trigger`]: what is done with rows
//! - [`pg`]: sessions, values, catalogue, errors
//! - [`webhook`]: what is told to other programs
//! - [`route`], [`ssh`]: how bytes reach a server
//! - [`config`], [`progress`], [`interrupt`], [`human`], [`bug`], [`docs`]: the ground floor

pub mod bug;
pub mod config;
pub mod docs;
pub mod human;
pub mod interrupt;
pub mod progress;

pub mod api;
pub mod check;
pub mod cli;
pub mod copy;
pub mod host;
pub mod machine;
pub mod pg;
pub mod repl;
pub mod route;
#[cfg(unix)]
pub mod sandbox;
pub mod ssh;
pub mod trigger;
pub mod ui;
pub mod watermark;
pub mod webhook;
