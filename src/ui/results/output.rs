//! Where a result goes.

use std::io::{self, BufWriter, Write};

use crate::ui::pager::Pager;

pub struct Output(To);

enum To {
    Stream(BufWriter<Box<dyn Write + Send>>),
    Pager(Pager),
}

impl Output {
    /// A file, or a pipe.
    pub fn stream(stream: impl Write + Send + 'static) -> Self {
        const BUFFER: usize = 64 * 1024;
        Self(To::Stream(BufWriter::with_capacity(
            BUFFER,
            Box::new(stream),
        )))
    }

    /// The terminal, a screenful at a time.
    pub fn paged(pager: Pager) -> Self {
        Self(To::Pager(pager))
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            To::Stream(stream) => stream.write_all(bytes),
            To::Pager(pager) => pager.write_all(bytes),
        }
    }

    /// What has been written is to be seen, though more may come.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        match &mut self.0 {
            To::Stream(stream) => stream.flush(),
            To::Pager(pager) => pager.settle(),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self.0 {
            To::Stream(mut stream) => stream.flush(),
            To::Pager(pager) => pager.finish(),
        }
    }
}
