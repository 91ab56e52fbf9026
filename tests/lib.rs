//! The one integration binary: the real program against real servers, which `support` starts and shares.
#![cfg(unix)]

mod direct;
mod fixtures;
mod lua_specs;
mod protection;
mod readme;
mod reports;
mod routes;
mod sandbox;
mod script;
mod support;
mod trigger;
mod watermark;
