//! The one integration binary: the real program against real servers, which `support` starts and shares.
#![cfg(unix)]

mod direct;
mod fixtures;
mod lua_specs;
mod playbooks;
mod readme;
mod routes;
mod sandbox;
mod script;
mod send;
mod support;
mod trigger;
mod verify;
mod watermark;
