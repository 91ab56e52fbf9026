//! The one integration binary: the real program against real servers, which `support` starts and shares.
#![cfg(unix)]

mod direct;
mod fixtures;
mod lua_specs;
mod reports;
mod sandbox;
mod script;
mod support;
