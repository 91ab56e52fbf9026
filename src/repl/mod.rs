//! The prompt: Lua and SQL, and what is known of the server one is at.

pub mod catalogue;
pub mod classify;
pub mod complete;
pub mod describe;
pub mod highlight;
pub mod names;
mod tokens;
