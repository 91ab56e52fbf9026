//! The prompt.

mod describe;
