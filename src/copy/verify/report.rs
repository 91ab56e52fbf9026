//! What a comparison found.

use super::{By, Extra, VerifyOptions};
use crate::human;
use crate::progress::{Cell, Column, Table, Tone};

/// How many rows of each class are named unless somebody wants more.
pub const SAMPLES: usize = 5;

/// One table compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableCheck {
    /// As any primitive takes it.
    pub table: String,
    /// Rows on either side.
    pub from: u64,
    pub to: u64,
    /// Rows only the source has.
    pub missing: u64,
    /// Rows with the same key that hold something else.
    pub different: u64,
    /// Rows only the target has.
    pub extra: u64,
    pub ok: bool,
    /// The first of each class by their keys, short keys before long ones.
    pub samples: Vec<Sample>,
    /// How many of each class.
    wanted: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Missing,
    Different,
    Extra,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub class: Class,
    /// The key as the server prints a row: `(1)`; the row itself where it has no key.
    pub row: String,
}

impl Sample {
    fn order(&self) -> (Class, usize, &str) {
        (self.class, self.row.len(), &self.row)
    }
}

impl Class {
    /// The word a playbook sees.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Extra => "extra",
        }
    }
}

impl TableCheck {
    pub(super) fn new(table: &str, from: u64, to: u64, wanted: usize) -> Self {
        Self {
            table: table.to_owned(),
            from,
            to,
            wanted,
            ..Self::default()
        }
    }

    /// By their numbers alone.
    pub(super) fn count(&mut self) {
        self.missing = self.from.saturating_sub(self.to);
        self.extra = self.to.saturating_sub(self.from);
    }

    pub(super) fn add(&mut self, class: Class, row: &str) {
        let count = match class {
            Class::Missing => &mut self.missing,
            Class::Different => &mut self.different,
            Class::Extra => &mut self.extra,
        };
        *count += 1;
        let row = row.to_owned();
        let sample = Sample { class, row };
        let place = self
            .samples
            .partition_point(|other| other.order() <= sample.order());
        let end = self.samples.partition_point(|other| other.class <= class);
        let first = self.samples.partition_point(|other| other.class < class);
        if place - first >= self.wanted {
            return;
        }
        if end - first == self.wanted {
            self.samples.remove(end - 1);
        }
        self.samples.insert(place, sample);
    }

    /// Says whether the table is as it should be.
    pub(super) fn judge(&mut self, extra: Extra) {
        let extra = extra == Extra::Report || self.extra == 0;
        self.ok = self.missing == 0 && self.different == 0 && extra;
    }

    /// The named rows of a class.
    pub fn named(&self, class: Class) -> impl Iterator<Item = &str> {
        let samples = self.samples.iter();
        samples
            .filter(move |sample| sample.class == class)
            .map(|sample| sample.row.as_str())
    }

    /// `3 missing (1), (2), (3); 1 different (7)`
    fn differences(&self) -> String {
        let counts = [
            (Class::Missing, self.missing),
            (Class::Different, self.different),
            (Class::Extra, self.extra),
        ];
        let parts = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(class, count)| {
                let rows: Vec<String> = self.named(class).map(str::to_owned).collect();
                format!(
                    "{} {} {}",
                    human::count(count),
                    class.word(),
                    and_more(rows, count)
                )
            });
        let parts: Vec<String> = parts.map(|part| part.trim_end().to_owned()).collect();
        parts.join("; ")
    }
}

/// Some of so many things, as a list.
pub(super) fn and_more(mut some: Vec<String>, all: u64) -> String {
    if !some.is_empty() && all > some.len() as u64 {
        some.push("...".to_owned());
    }
    some.join(", ")
}

/// The tables that are not as they should be, for an error.
pub(super) fn sentence(checks: &[TableCheck]) -> String {
    let bad = checks.iter().filter(|check| !check.ok);
    let bad: Vec<String> = bad
        .map(|check| format!("\n  `{}`: {}", check.table, check.differences()))
        .collect();
    bad.concat()
}

/// Green where a table is right, red where it is not.
pub(super) fn table(checks: &[TableCheck], options: &VerifyOptions) -> Table {
    let by = match options.by {
        By::Count => "count",
        By::Content => "content",
    };
    let right = ["from", "to", "missing", "different", "extra"].map(Column::right);
    Table {
        title: format!("{} and {} by {by}", options.from.name(), options.to.name()),
        columns: [Column::left("table")]
            .into_iter()
            .chain(right)
            .chain([Column::left("")])
            .collect(),
        rows: checks.iter().map(|check| row(check, options)).collect(),
    }
}

fn row(check: &TableCheck, options: &VerifyOptions) -> Vec<Cell> {
    let extra_is_bad = options.extra == Extra::Fail;
    let number = |count: u64, bad: bool| match count {
        0 => Cell::toned("0", Tone::Faint),
        count if bad => Cell::toned(human::count(count), Tone::Bad),
        count => Cell::plain(human::count(count)),
    };
    let verdict = if check.ok {
        Cell::toned("ok", Tone::Good)
    } else {
        Cell::toned("differs", Tone::Bad)
    };
    vec![
        Cell::plain(&check.table),
        Cell::plain(human::count(check.from)),
        Cell::plain(human::count(check.to)),
        number(check.missing, true),
        match options.by {
            By::Count => Cell::plain(""),
            By::Content => number(check.different, true),
        },
        number(check.extra, extra_is_bad),
        verdict,
    ]
}
