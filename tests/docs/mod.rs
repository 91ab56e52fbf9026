//! What the program tells about itself: help, declarations for editors, lists, completions, man pages.

mod completions;
mod examples;
mod help;
mod list;
mod man;
mod types;
