//! Everything a person sees: tables, progress, prompts, error reports. The only place that prints.
//!
//! All text that is not ours passes [`escape`] before a terminal sees it.

#[cfg(unix)]
mod askpass;
mod console;
mod copying;
mod error;
pub mod escape;
mod excerpt;
mod lines;
mod page;
mod pager;
mod paint;
mod printer;
mod prompt;
pub mod results;
mod terminal;

#[cfg(unix)]
pub use askpass::askpass;
pub use console::{Console, Options};
pub use error::{Report, SourceSpan, SqlSpan};
pub use terminal::Modes;
