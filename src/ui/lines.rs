//! What each event reads like: one line, or none.

use super::escape::{block, line};
use super::paint::Paint;
use crate::human;
use crate::progress::{Event, Tone};

/// How much an event matters: `--quiet` leaves out what only tells that things go as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Progress,
    Told,
}

/// The text of an event and its weight; `None` for tables, for what a playbook prints by itself and for
/// what tells of something under way, which are not lines.
pub fn of(event: &Event, paint: Paint) -> Option<(String, Weight)> {
    let faint = |text: &str| paint.tone(Tone::Faint, text);
    let told = |text: String| Some((text, Weight::Told));
    let progress = |text: String| Some((text, Weight::Progress));
    match event {
        Event::Route { target, hops, why } => {
            let hops: Vec<_> = hops.iter().map(|hop| line(hop)).collect();
            let why = if why.is_empty() {
                String::new()
            } else {
                format!(" ({})", line(why))
            };
            progress(format!(
                "{}: {}{}",
                line(target),
                hops.join(" → "),
                faint(&why)
            ))
        }
        Event::RungPassed {
            target,
            rung,
            reason,
        } => progress(format!(
            "{}: not by {}: {}",
            line(target),
            line(rung),
            line(reason)
        )),
        Event::Server {
            target,
            description,
        } => progress(format!("{}: {}", line(target), line(description))),
        Event::Notice {
            target,
            severity,
            message,
        } => {
            let text = format!("{}: {}: {}", line(target), line(severity), block(message));
            if severity == "WARNING" {
                told(paint.warning(&text))
            } else {
                progress(text)
            }
        }
        Event::Note(text) => progress(block(text)),
        Event::Warning(text) => told(format!("{} {}", paint.warning("warning:"), block(text))),
        Event::Log(text) => told(block(text)),
        Event::StepStarted { name, .. } => {
            progress(format!("{} {}", faint("▸"), paint.bold(&line(name))))
        }
        Event::StepFinished {
            name,
            seconds,
            failed,
            ..
        } => {
            let mark = if *failed {
                paint.tone(Tone::Bad, "✗")
            } else {
                paint.tone(Tone::Good, "✓")
            };
            progress(format!(
                "{mark} {} {}",
                line(name),
                faint(&human::seconds(*seconds))
            ))
        }
        Event::Copied {
            table,
            summary,
            seconds,
            ..
        } => {
            let seconds = faint(&human::seconds(*seconds));
            progress(format!("{}: {} {seconds}", line(table), line(summary)))
        }
        Event::Output { source, line: text } => progress(format!(
            "{} {}",
            faint(&format!("{}:", line(source))),
            line(text)
        )),
        Event::Chart(_)
        | Event::Copying { .. }
        | Event::CopyBegan { .. }
        | Event::CopyEnded { .. }
        | Event::Moving { .. }
        | Event::Print(_)
        | Event::Report(_)
        | Event::Show(_)
        | Event::Page(_)
        | Event::Waited { .. }
        | Event::Waiting { .. }
        | Event::Written { .. } => None,
    }
}

/// The status of a file under way.
pub fn moving(file: &str, bytes: u64, total: u64) -> String {
    format!(
        "{}: {} of {} so far",
        line(file),
        human::bytes(bytes),
        human::bytes(total)
    )
}
