//! What the program tells about itself: help, declarations for editors, lists, completions, man pages.

mod examples;
mod help;
