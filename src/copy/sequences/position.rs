//! Where sequences are.

use super::super::Result;
use crate::pg::Session;
use crate::pg::catalog::Sequence;
use crate::pg::fields::Fields;

/// How far a sequence has been drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Position {
    pub last: i64,
    /// Whether `last` itself was drawn, or is the next to be.
    pub called: bool,
}

impl Position {
    /// The last number drawn, whichever way the position is written.
    pub fn drawn(self, increment: i64) -> i128 {
        let last = i128::from(self.last);
        if self.called {
            last
        } else {
            last - i128::from(increment)
        }
    }

    /// The same, growing in the direction in which the sequence counts.
    pub fn reach(self, increment: i64) -> i128 {
        let drawn = self.drawn(increment);
        if increment < 0 { -drawn } else { drawn }
    }
}

/// The positions of sequences, in the order given. The role may read them.
pub(super) async fn positions(session: &Session, sequences: &[&Sequence]) -> Result<Vec<Position>> {
    let unknown = Position {
        last: 0,
        called: false,
    };
    let mut positions = vec![unknown; sequences.len()];
    if sequences.is_empty() {
        return Ok(positions);
    }
    let selects = sequences
        .iter()
        .enumerate()
        .map(|(place, s)| format!("SELECT {place}, last_value, is_called FROM {}", s.name));
    let sql = selects.collect::<Vec<_>>().join(" UNION ALL ");
    for row in session.query(&sql, &[]).await?.rows {
        let mut row = Fields::new(row);
        let place = usize::try_from(row.int()).unwrap_or(usize::MAX);
        if let Some(position) = positions.get_mut(place) {
            *position = Position {
                last: row.int(),
                called: row.flag(),
            };
        }
    }
    Ok(positions)
}
