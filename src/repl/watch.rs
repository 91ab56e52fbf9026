//! `\watch`: a statement again and again, until Ctrl-C.

use std::time::Duration;

use super::command::Words;
use super::sql::is_stopped;
use super::{Flow, Result, Trouble, session::Session};
use crate::interrupt::race;

/// How often, where nothing is said.
const EVERY: f64 = 2.0;

/// `[SECONDS] [c=COUNT]`, as psql has them.
struct Pace {
    seconds: f64,
    count: Option<u64>,
}

impl Pace {
    fn read(words: &Words) -> Result<Self> {
        let mut pace = Self {
            seconds: EVERY,
            count: None,
        };
        for word in words.text.split_whitespace() {
            let wrong = || {
                Trouble::usage(format!(
                    "`\\watch` takes seconds and `c=COUNT`, got `{word}`"
                ))
            };
            if let Some(count) = word.strip_prefix("c=") {
                pace.count = Some(count.parse().map_err(|_| wrong())?);
                continue;
            }
            let seconds: f64 = word.trim_start_matches("i=").parse().map_err(|_| wrong())?;
            // A day is longer than anybody watches.
            if !(0.0..=86_400.0).contains(&seconds) {
                return Err(wrong());
            }
            pace.seconds = seconds;
        }
        Ok(pace)
    }
}

pub async fn run(session: &mut Session, text: &str, words: &Words) -> Result<Flow> {
    let pace = Pace::read(words)?;
    let results = session.results.clone();
    let mut left = pace.count;
    while left != Some(0) {
        left = left.map(|left| left - 1);
        let now = jiff::Timestamp::now().round(jiff::Unit::Second);
        let now = now.map(|now| now.to_string()).unwrap_or_default();
        results.print(&format!("{now} (every {} s)", pace.seconds))?;
        let handle = session.db()?.handle().clone();
        let shown = match handle.run_typed(text).await {
            Ok(answers) => results.answers(text, answers).await,
            Err(error) => Err(error.into()),
        };
        match shown {
            Ok(_) => {}
            Err(trouble) if is_stopped(&trouble) => break,
            Err(trouble) => return Err(trouble),
        }
        let pause = tokio::time::sleep(Duration::from_secs_f64(pace.seconds));
        if left != Some(0) && race(pause).await.is_err() {
            break;
        }
    }
    Ok(Flow::GoesOn)
}
