//! Where tracing writes: lines redacted and escaped as all others.

use std::io::Write;
use std::sync::Arc;

use super::{Console, locked};
use crate::ui::escape;
use crate::ui::printer::Output;

/// One write is one event of tracing.
pub struct Tracer {
    console: Arc<Console>,
    to: TraceTo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceTo {
    Stderr,
    Log,
}

impl Write for Tracer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        match self.to {
            TraceTo::Stderr => {
                let text = escape::block(&text);
                locked(&self.console.state).printer.print(Output::Err, text);
            }
            TraceTo::Log => self.console.log(&text),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Console {
    /// Where tracing writes: lines redacted and escaped as all others.
    pub fn tracer(self: &Arc<Self>, to: TraceTo) -> Tracer {
        Tracer {
            console: Arc::clone(self),
            to,
        }
    }
}
