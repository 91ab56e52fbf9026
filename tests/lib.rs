//! The one integration binary: the real program against real servers, which `support` starts and shares.
#![cfg(unix)]

mod copy;
mod direct;
mod fixtures;
mod lua_specs;
mod readme;
mod sandbox;
mod script;
mod support;
mod trigger;
mod watermark;
