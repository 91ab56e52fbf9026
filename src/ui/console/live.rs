//! Steps, copies and statements while they go on: drawn on a terminal, told now and then elsewhere.

use std::sync::Mutex;
use std::time::Duration;

use super::screen::Screen;
use super::{Console, State, UNKNOWN_WIDTH, locked};
use crate::progress::{Event, Table};
use crate::ui::doing::Doing;
use crate::ui::lines::{self, Weight};

/// How often it is told how far something is, where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

impl Console {
    /// On a terminal a step has a line of its own only once something stands under it.
    pub(super) fn tell_steps(&self, state: &mut State) {
        if self.err.live {
            let (lines, width) = drawn(state, self.err);
            state.printer.set_status(lines, width);
        }
        for (name, depth) in state.doing.untold() {
            let begun = Event::StepStarted { name, depth };
            let Some((text, _)) = lines::of(&begun, self.err.paint) else {
                continue;
            };
            state.printer.depth = depth;
            state.printer.print_indented(&text);
            state.printer.depth = depth + 1;
        }
    }

    pub(super) fn step_started(&self, event: &Event, name: &str, depth: usize) {
        // Under `--quiet` the steps are not seen, and nothing stands under them.
        if self.options.quiet {
            return;
        }
        let mut state = locked(&self.state);
        if self.err.live {
            state.doing.begin_step(name, depth);
            self.ticker.wake();
        } else if let Some((text, _)) = lines::of(event, self.err.paint) {
            state.printer.print_indented(&text);
        }
        state.printer.depth = depth + 1;
    }

    pub(super) fn step_finished(&self, event: &Event, name: &str, depth: usize) {
        let mut state = locked(&self.state);
        state.doing.end_step(name, depth);
        state.printer.depth = depth;
        drop(state);
        if let Some((text, weight)) = lines::of(event, self.err.paint) {
            self.line(&text, weight);
        }
    }

    /// Something goes on that is drawn, or told now and then.
    pub(super) fn goes_on(&self, change: impl FnOnce(&mut Doing)) {
        if self.options.quiet {
            return;
        }
        let mut state = locked(&self.state);
        change(&mut state.doing);
        if self.err.live {
            self.ticker.wake();
        } else {
            let lines = state.doing.under_way();
            state.printer.tell(&lines, PAUSE);
        }
    }

    /// The line of a table that is done. On a terminal those of a larger copy are in the report at its end.
    pub(super) fn copied(&self, event: &Event, table: &str, rows: u64, bytes: u64) {
        let mut state = locked(&self.state);
        let copying = &mut state.doing.copying;
        copying.finish(table, rows, bytes);
        let in_report = copying.are_several() && copying.knows(table);
        let Some((text, weight)) = lines::of(event, self.err.paint) else {
            return;
        };
        if in_report && self.err.live {
            state.held.push(text);
        } else {
            drop(state);
            self.line(&text, weight);
        }
    }

    /// Without a report, what is done by itself is told after all.
    pub(super) fn copy_ended(&self, report: Option<&Table>) {
        let mut state = locked(&self.state);
        let held = std::mem::take(&mut state.held);
        state.doing.copying.end();
        drop(state);
        match report {
            Some(report) => self.table_report(report),
            None => held
                .iter()
                .for_each(|text| self.line(text, Weight::Progress)),
        }
    }
}

/// Draws what goes on; whether anything does.
pub fn draw(state: &Mutex<State>, screen: Screen) -> bool {
    let mut state = locked(state);
    let (lines, width) = drawn(&state, screen);
    state.printer.draw(lines, width);
    !state.doing.is_nothing()
}

pub fn drawn(state: &State, screen: Screen) -> (Vec<String>, usize) {
    let width = (screen.width)().unwrap_or(UNKNOWN_WIDTH);
    let most = (screen.height)().saturating_sub(1);
    (state.doing.lines(most, width), width)
}
