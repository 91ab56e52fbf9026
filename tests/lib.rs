//! The one integration binary: the real program against real servers, which `support` starts and shares.
#![cfg(unix)]

mod check;
mod claim;
mod configuration;
mod copy;
mod direct;
mod docs;
mod dry_run;
mod endings;
mod errors;
mod fixtures;
mod house;
mod lua_specs;
mod machine;
mod parameters;
mod parsed;
mod playbooks;
mod protection;
mod readme;
mod repl;
mod reports;
mod routes;
mod sandbox;
mod schema;
mod script;
mod secrets;
mod send;
mod servers;
mod ssh;
mod support;
mod tls;
mod trigger;
mod tunnel;
mod verify;
mod watermark;
