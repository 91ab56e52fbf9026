//! What is on the other end of an output: a terminal of some size, a file, a pipe.

use std::io::IsTerminal;

use terminal_size::{Height, Width, terminal_size_of};

use super::UNKNOWN_WIDTH;
use crate::ui::paint::Paint;

/// What is on the other end of an output.
#[derive(Clone, Copy)]
pub struct Screen {
    pub paint: Paint,
    /// The width of the terminal, which changes; `None` for a file or a pipe.
    pub width: fn() -> Option<usize>,
    pub height: fn() -> usize,
    /// What stands there can be drawn again.
    pub live: bool,
}

impl Screen {
    pub fn stdout() -> Self {
        let stdout = std::io::stdout();
        Self {
            paint: Paint::detect(&stdout),
            width: || terminal_width(&std::io::stdout(), terminal_size_of(std::io::stdout())),
            height: || terminal_height(terminal_size_of(std::io::stdout())),
            live: is_live(&stdout),
        }
    }

    pub fn stderr() -> Self {
        let stderr = std::io::stderr();
        Self {
            paint: Paint::detect(&stderr),
            width: || terminal_width(&std::io::stderr(), terminal_size_of(std::io::stderr())),
            height: || terminal_height(terminal_size_of(std::io::stderr())),
            live: is_live(&stderr),
        }
    }
}

/// Whether a terminal can draw a line again.
fn is_live(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn terminal_height(size: Option<(Width, Height)>) -> usize {
    const UNKNOWN_HEIGHT: usize = 24;
    size.map_or(UNKNOWN_HEIGHT, |(_, height)| height.0.into())
}

fn terminal_width(stream: &impl IsTerminal, size: Option<(Width, Height)>) -> Option<usize> {
    let width = size.map_or(UNKNOWN_WIDTH, |(width, _)| width.0.into());
    stream.is_terminal().then_some(width)
}
