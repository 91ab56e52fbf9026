//! What goes on at the moment, as it stands at the end of a terminal: open steps, each under its own, and below them
//! the copies, files and statements.

use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use super::copying::Copying;
use super::escape::line;
use super::lines;
use super::results::prefix;
use crate::human;

const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// How long each is shown.
const FRAME: Duration = Duration::from_millis(100);
const INDENT: &str = "  ";
/// What stands at the end is never more than half of a usual terminal.
const MOST_LINES: usize = 12;

#[derive(Default)]
pub struct Doing {
    /// Outermost first.
    steps: Vec<Step>,
    pub copying: Copying,
    moving: Option<(String, u64, u64)>,
    waiting: Vec<Waiting>,
}

struct Step {
    name: String,
    depth: usize,
    begun: Instant,
    /// The line of its beginning has been printed.
    told: bool,
}

/// A statement that takes long.
struct Waiting {
    id: u64,
    text: String,
    begun: Instant,
}

impl Doing {
    pub fn begin_step(&mut self, name: &str, depth: usize) {
        self.steps.push(Step {
            name: name.to_owned(),
            depth,
            begun: Instant::now(),
            told: false,
        });
    }

    pub fn end_step(&mut self, name: &str, depth: usize) {
        let is_it = |step: &Step| step.depth == depth && step.name == name;
        if let Some(place) = self.steps.iter().rposition(is_it) {
            self.steps.remove(place);
        }
        self.moving = None;
    }

    /// The steps whose beginning has not been told, which is from now on: something stands under them.
    pub fn untold(&mut self) -> Vec<(String, usize)> {
        let untold = self.steps.iter_mut().filter(|step| !step.told);
        untold
            .map(|step| {
                step.told = true;
                (step.name.clone(), step.depth)
            })
            .collect()
    }

    pub fn moving(&mut self, file: &str, bytes: u64, total: u64) {
        self.moving = (bytes < total).then(|| (file.to_owned(), bytes, total));
    }

    /// A statement goes on that began `seconds` ago.
    pub fn wait(&mut self, id: u64, target: &str, what: &str, seconds: f64) {
        let since = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let now = Instant::now();
        self.waiting.push(Waiting {
            id,
            text: format!("{}: {}", line(target), line(what)),
            begun: now.checked_sub(since).unwrap_or(now),
        });
    }

    pub fn waited(&mut self, id: u64) {
        self.waiting.retain(|waiting| waiting.id != id);
    }

    pub fn is_nothing(&self) -> bool {
        self.steps.is_empty() && self.waiting.is_empty() && self.moving.is_none() && {
            self.copying.is_idle()
        }
    }

    /// How far copies and files are.
    pub fn under_way(&self) -> Vec<String> {
        let moving = self.moving.as_ref();
        let moving = moving.map(|(file, bytes, total)| lines::moving(file, *bytes, *total));
        self.copying.lines().into_iter().chain(moving).collect()
    }

    /// The lines to draw, at most `most`, on a terminal of this width.
    pub fn lines(&self, most: usize, width: usize) -> Vec<String> {
        let mut drawn: Vec<String> = self
            .steps
            .iter()
            .map(|step| {
                let indent = INDENT.repeat(step.depth);
                let room = width.saturating_sub(indent.len());
                indent + &timed(&line(&step.name), step.begun, room)
            })
            .collect();
        let depth = self.steps.last().map_or(0, |step| step.depth + 1);
        let indent = INDENT.repeat(depth);
        let mut below = self.under_way();
        let room = width.saturating_sub(indent.len());
        let waiting = self.waiting.iter();
        below.extend(waiting.map(|waiting| timed(&waiting.text, waiting.begun, room)));
        drawn.extend(below.into_iter().map(|line| indent.clone() + &line));
        let most = most.clamp(1, MOST_LINES);
        // What is innermost is what one waits for.
        drawn.split_off(drawn.len().saturating_sub(most))
    }
}

/// What goes on and since when; a text that is too long loses its end, not the time.
fn timed(text: &str, begun: Instant, width: usize) -> String {
    let (turning, since) = (frame(begun), since(begun));
    // The cursor stands behind it.
    let room = width.saturating_sub(turning.width() + since.width() + 3);
    if text.width() <= room {
        return format!("{turning} {text} {since}");
    }
    let cut = &text[..prefix(text, room.saturating_sub(1))];
    format!("{turning} {cut}… {since}")
}

fn since(begun: Instant) -> String {
    human::seconds(begun.elapsed().as_secs_f64())
}

fn frame(begun: Instant) -> &'static str {
    let turned = begun.elapsed().as_millis() / FRAME.as_millis();
    FRAMES[usize::try_from(turned).unwrap_or_default() % FRAMES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without what turns and what the clock tells.
    fn lines(doing: &Doing, most: usize) -> Vec<String> {
        let lines = doing.lines(most, 80).into_iter();
        lines
            .map(|line| {
                let line: String = line
                    .chars()
                    .filter(|c| !FRAMES.contains(&&*c.to_string()))
                    .collect();
                line.rsplit_once(" 0 ms")
                    .map_or(line.clone(), |(line, _)| line.to_owned())
            })
            .collect()
    }

    #[test]
    fn what_goes_on_stands_under_its_step() {
        let mut doing = Doing::default();
        assert!(doing.is_nothing());
        doing.begin_step("all", 0);
        doing.begin_step("a\u{1b}", 1);
        doing.moving("x.dump", 1000, 2000);
        doing.wait(7, "dev", "UPDATE lat", 7260.0);
        let drawn = doing.lines(50, 80);
        assert!(drawn[0].contains(" all "), "{drawn:?}");
        assert!(
            drawn[1].starts_with("  ") && drawn[1].contains("a\\u{1b}"),
            "{drawn:?}"
        );
        assert_eq!(drawn[2], "    x.dump: 1.0 kB of 2.0 kB so far");
        assert!(
            drawn[3].ends_with(" dev: UPDATE lat 2 h 01 min"),
            "{drawn:?}"
        );
        assert_eq!(lines(&doing, 1).len(), 1);
        doing.waited(7);
        doing.end_step("a\u{1b}", 1);
        doing.end_step("all", 0);
        assert!(doing.is_nothing());
    }

    #[test]
    fn a_long_name_is_cut_and_its_time_is_not() {
        let mut doing = Doing::default();
        doing.begin_step("all", 0);
        doing.wait(7, "dev", "UPDATE lat SET body = '漢字漢字漢字'", 7260.0);
        for width in 0..60 {
            let drawn = doing.lines(50, width);
            let waiting = drawn.last().unwrap();
            assert!(waiting.ends_with(" 2 h 01 min"), "{drawn:?}");
            assert!(width < 20 || waiting.width() < width, "{width}: {drawn:?}");
        }
        let drawn = doing.lines(50, 30);
        assert!(drawn[1].contains(" dev: UPDATE l… 2 h 01 min"), "{drawn:?}");
    }

    #[test]
    fn a_step_is_told_once_and_only_when_something_stands_under_it() {
        let mut doing = Doing::default();
        doing.begin_step("all", 0);
        doing.begin_step("one", 1);
        let told = vec![("all".to_owned(), 0), ("one".to_owned(), 1)];
        assert_eq!(doing.untold(), told);
        assert!(doing.untold().is_empty());
        doing.begin_step("two", 2);
        assert_eq!(doing.untold(), vec![("two".to_owned(), 2)]);
    }
}
