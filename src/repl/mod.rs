//! The prompt: Lua and SQL, and what is known of the server one is at.

pub mod describe;
