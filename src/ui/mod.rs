//! Everything a person sees: tables, progress, prompts, error reports. The only place that prints.
//!
//! All text that is not ours passes [`escape`] before a terminal sees it.

#[cfg(unix)]
mod askpass;
mod chart;
mod console;
mod copying;
mod doing;
mod error;
pub mod escape;
mod excerpt;
mod lines;
mod log;
mod page;
mod pager;
mod paint;
mod printer;
mod prompt;
pub mod results;
mod terminal;
mod ticker;

#[cfg(unix)]
pub use askpass::askpass;
pub use console::{Console, Options, TraceTo};
pub use error::{Report, SourceSpan, SqlSpan};
pub use log::Log;
pub use printer::Elsewhere;
pub use terminal::Modes;
