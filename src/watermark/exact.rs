//! Changes told by transactions.
//!
//! The mark is the `xmin` of the source's snapshot: all older transactions were over when it was taken, and
//! what they committed was visible to it. So a row that a later snapshot shows and this one did not was
//! written by a transaction or savepoint not older than the mark; its tuple says which in its own `xmin`.

use super::Result;
use super::changed::Stored;
use crate::pg::catalog::{Kind, Relation};
use crate::pg::fields::Fields;
use crate::pg::{Literal, Session};

/// Half the circle that the 32 bits of a tuple's `xmin` go round; further apart, older and newer are the same.
const HALF: u64 = 1 << 31;
const CIRCLE: u64 = 1 << 32;

/// The timeline where the role may not read it.
const UNKNOWN: i64 = 0;

/// A source's transactions at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    /// The oldest one not over yet.
    pub xmin: u64,
    /// The first one not begun yet.
    pub xmax: u64,
    pub timeline: i64,
}

/// The rows a mark leaves to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exact {
    /// Those that a condition holds for.
    Rows(String),
    /// All, and why.
    Everything(&'static str),
}

/// In the snapshot that the session is in, or the moment before one.
pub(super) async fn read(session: &Session) -> Result<Now> {
    let sql = include_str!("../sql/watermark_now.sql");
    let row = session.query(sql, &[]).await?.rows.into_iter().next();
    let mut row = Fields::new(row.unwrap_or_default());
    Ok(Now {
        xmin: row.count(),
        xmax: row.count(),
        timeline: row.int(),
    })
}

/// `known` tells whether the source's identity is its own: without it the numbers may be another server's.
pub(super) fn since(stored: Option<&Stored>, now: &Now, known: bool, table: &Relation) -> Exact {
    let Some(stored) = stored else {
        return Exact::Everything("there is no mark for it yet");
    };
    if !known || now.timeline == UNKNOWN {
        return Exact::Everything("its server does not tell which it is");
    }
    let Ok(mark) = stored.mark.parse::<u64>() else {
        return Exact::Everything("its mark is no transaction");
    };
    if stored.timeline != now.timeline || mark > now.xmax {
        return Exact::Everything("the source was restored or promoted since its mark");
    }
    let span = now.xmax - mark;
    if span >= HALF {
        return Exact::Everything("its mark is too old");
    }
    let is_new = |xmin: &str| is_within(xmin, now.xmax, span);
    Exact::Rows(match table.kind {
        Kind::Partitioned => format!("{} OR {}", is_new("xmin"), is_attached(table, is_new)),
        _ => is_new("xmin"),
    })
}

/// Tuples at most `span` transactions older than `xmax`, whichever turn of the circle their 32 bits are of.
/// One that was frozen long ago can be among them by chance: it is read once too often.
fn is_within(xmin: &str, xmax: u64, span: u64) -> String {
    let int8 = |number: u64| format!("{}::pg_catalog.int8", Literal(&number.to_string()));
    format!(
        "({} - {xmin}::pg_catalog.text::pg_catalog.int8) % {} <= {}",
        int8(xmax % CIRCLE + CIRCLE),
        int8(CIRCLE),
        int8(span)
    )
}

/// Rows of partitions that were attached since the mark, whenever they were written.
fn is_attached(table: &Relation, is_new: impl Fn(&str) -> String) -> String {
    let root = table.name.to_string();
    format!(
        "tableoid IN (SELECT below.relid::pg_catalog.oid \
           FROM pg_catalog.pg_partition_tree({}::pg_catalog.regclass) AS part \
           JOIN pg_catalog.pg_inherits AS link ON link.inhrelid = part.relid::pg_catalog.oid \
          CROSS JOIN LATERAL pg_catalog.pg_partition_tree(part.relid) AS below \
          WHERE {})",
        Literal(&root),
        is_new("link.xmin")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Relation {
        Relation::sample(1, "public", "t")
    }

    fn stored(mark: u64) -> Stored {
        Stored {
            mark: mark.to_string(),
            timeline: 1,
        }
    }

    fn now(xmax: u64) -> Now {
        Now {
            xmin: xmax,
            xmax,
            timeline: 1,
        }
    }

    /// Whether the condition's arithmetic takes a tuple of transaction `xid`.
    fn takes(mark: u64, xmax: u64, xid: u64) -> bool {
        match since(Some(&stored(mark)), &now(xmax), true, &table()) {
            Exact::Rows(_) => (xmax % CIRCLE + CIRCLE - xid % CIRCLE) % CIRCLE <= xmax - mark,
            Exact::Everything(_) => true,
        }
    }

    #[test]
    fn rows_at_the_mark_and_behind_it_are_taken_across_the_wrap() {
        for xmax in [1000, CIRCLE + 5, CIRCLE - 1, 7 * CIRCLE + 3] {
            let mark = xmax - 10;
            assert!(takes(mark, xmax, mark) && takes(mark, xmax, xmax - 1));
            assert!(!takes(mark, xmax, mark - 1) && !takes(mark, xmax, mark - 500));
        }
    }

    #[test]
    fn a_mark_that_cannot_be_compared_leaves_everything() {
        let why = |stored: Option<Stored>, now: Now, known| match since(
            stored.as_ref(),
            &now,
            known,
            &table(),
        ) {
            Exact::Everything(why) => why,
            Exact::Rows(filter) => panic!("{filter}"),
        };
        assert_eq!(why(None, now(100), true), "there is no mark for it yet");
        assert_eq!(
            why(Some(stored(1)), now(HALF + 1), true),
            "its mark is too old"
        );
        assert_eq!(
            why(Some(stored(101)), now(100), true),
            "the source was restored or promoted since its mark"
        );
        let promoted = Now {
            timeline: 2,
            ..now(100)
        };
        assert_eq!(
            why(Some(stored(50)), promoted, true),
            "the source was restored or promoted since its mark"
        );
        let untold = Now {
            timeline: UNKNOWN,
            ..now(100)
        };
        for (now, known) in [(now(100), false), (untold, true)] {
            assert_eq!(
                why(Some(stored(50)), now, known),
                "its server does not tell which it is"
            );
        }
    }
}
