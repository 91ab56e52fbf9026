//! What happens while somebody types stands above the line, which is drawn again below it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustyline::ExternalPrinter;

use super::editor::Line;
use crate::ui::Console;

/// The texts that are to be shown, in their order.
#[derive(Default)]
struct Waiting {
    texts: Mutex<VecDeque<String>>,
    came: Condvar,
}

impl Waiting {
    fn locked(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, text: String) {
        self.locked().push_back(text);
        self.came.notify_one();
    }

    fn next(&self) -> String {
        let mut texts = self.locked();
        loop {
            if let Some(text) = texts.pop_front() {
                return text;
            }
            texts = self
                .came
                .wait(texts)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

pub struct Above {
    console: Arc<Console>,
    /// Nothing on a terminal that cannot draw a line again.
    waiting: Option<Arc<Waiting>>,
}

impl Above {
    pub fn start(editor: &mut Line, console: &Arc<Console>) -> Self {
        let waiting = editor.create_external_printer().ok().and_then(serve);
        Self {
            console: Arc::clone(console),
            waiting,
        }
    }

    /// Has all that is printed while `read` reads a line stand above it.
    pub fn during<T>(&self, read: impl FnOnce() -> T) -> T {
        let Some(waiting) = &self.waiting else {
            return read();
        };
        let to = Arc::clone(waiting);
        self.console
            .lead_away(Some(Box::new(move |text| to.put(text))));
        let typed = read();
        self.console.lead_away(None);
        // What came with the last key.
        let left = std::mem::take(&mut *waiting.locked());
        for text in left {
            self.console.print_as_it_is(text);
        }
        typed
    }
}

/// On a thread of its own, since the line editor takes one text at a time, and none between two lines: whoever has
/// something to tell must not wait for that.
fn serve(mut printer: impl ExternalPrinter + Send + 'static) -> Option<Arc<Waiting>> {
    let waiting = Arc::new(Waiting::default());
    let texts = Arc::clone(&waiting);
    let thread = std::thread::Builder::new().name("above the prompt".to_owned());
    let started = thread.spawn(move || {
        // Fails with the terminal, or with the editor.
        while printer.print(texts.next()).is_ok() {}
    });
    started.ok().map(|_| waiting)
}
