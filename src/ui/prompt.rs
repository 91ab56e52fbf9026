//! Questions to the operator, on the terminal itself: stdout may be a file, and is never written
//! to.

use std::io::{ErrorKind, IsTerminal};

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Behavior, Config, Editor};

use super::escape;
use crate::config::Secret;
use crate::progress::{AskError, Question};

/// Blocks until the answer is given. End of input and Ctrl-C are both an interruption: neither is
/// an answer.
pub fn ask(question: &Question) -> Result<Secret, AskError> {
    if !std::io::stdin().is_terminal() {
        return Err(no_terminal(question));
    }
    let prompt = format!("{} ", escape::block(question.prompt.trim_end()));
    if question.secret {
        hidden(&prompt).map_err(|error| match error.kind() {
            ErrorKind::Interrupted | ErrorKind::UnexpectedEof => AskError::Interrupted,
            _ => no_terminal(question),
        })
    } else {
        visible(&prompt).map_err(|error| match error {
            ReadlineError::Interrupted | ReadlineError::Eof => AskError::Interrupted,
            _ => no_terminal(question),
        })
    }
}

fn hidden(prompt: &str) -> std::io::Result<Secret> {
    rpassword::prompt_password(prompt).map(Secret::new)
}

fn visible(prompt: &str) -> rustyline::Result<Secret> {
    // Nothing may be switched on in the terminal that a question which is withdrawn would leave on.
    let config = Config::builder()
        .behavior(Behavior::PreferTerm)
        .bracketed_paste(false)
        .build();
    let mut editor = Editor::<(), _>::with_history(config, MemHistory::new())?;
    editor
        .readline(prompt)
        .map(|answer| Secret::unlisted(answer.trim()))
}

fn no_terminal(question: &Question) -> AskError {
    AskError::NoTerminal {
        prompt: question.prompt.clone(),
        instead: question.instead.clone(),
    }
}
