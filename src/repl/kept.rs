//! The rows of the last result, for `_`: all of them, or none where they would take too much memory or where not all
//! have come.

use std::ops::Range;

use super::results::value;
use crate::pg::{Column, Rows, Value};

/// What the rows may take here; as values of Lua they take several times as much.
const MOST: usize = 16 << 20;

/// What a row takes beside its cells; it may have none.
const ROW: usize = size_of::<Vec<Value>>();

/// Rows as the server printed them.
#[derive(Debug, Default)]
pub struct Kept {
    text: String,
    /// Where each cell stands in the text; nothing for NULL.
    cells: Vec<Option<Range<u32>>>,
    rows: usize,
    /// Rows are missing, and none is kept.
    is_in_part: bool,
}

impl Kept {
    pub fn take<'a>(&mut self, row: impl Iterator<Item = Option<&'a str>> + Clone) {
        let size = |cell: Option<&str>| size_of::<Option<Range<u32>>>() + cell.map_or(0, str::len);
        if self.is_in_part || self.size() + ROW + row.clone().map(size).sum::<usize>() > MOST {
            self.give_up();
            return;
        }
        self.rows += 1;
        for cell in row {
            let place = cell.map(|cell| {
                let start = self.end();
                self.text.push_str(cell);
                start..self.end()
            });
            self.cells.push(place);
        }
    }

    /// Not all rows are here: a part of them would pass for the whole.
    pub fn give_up(&mut self) {
        *self = Self {
            is_in_part: true,
            ..Self::default()
        };
    }

    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    fn size(&self) -> usize {
        let cells = self.cells.len() * size_of::<Option<Range<u32>>>();
        self.text.len() + cells + self.rows * ROW
    }

    /// The rows as values; nothing where not all are here.
    pub fn rows(&self, columns: &[Column]) -> Option<Rows> {
        if self.is_in_part {
            return None;
        }
        let row = |index: usize| -> Vec<Value> {
            let cells = &self.cells[index * columns.len()..][..columns.len()];
            let cells = cells.iter().zip(columns);
            cells
                .map(|(place, column)| value(place.as_ref().map(|place| self.cell(place)), column))
                .collect()
        };
        Some(Rows {
            columns: columns.to_vec(),
            rows: (0..self.rows).map(row).collect(),
        })
    }

    fn cell(&self, place: &Range<u32>) -> &str {
        &self.text[place.start as usize..place.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, type_name: &str) -> Column {
        Column {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            numeric: false,
        }
    }

    #[test]
    fn rows_are_kept_as_values() {
        let mut kept = Kept::default();
        kept.take([Some("1"), None].into_iter());
        kept.take([None, Some("")].into_iter());
        let columns = [column("a", "int4"), column("b", "text")];
        let rows = kept.rows(&columns).unwrap().rows;
        assert_eq!(
            rows,
            [
                vec![Value::Int(1), Value::Null],
                vec![Value::Null, "".into()]
            ]
        );
        let mut empty = Kept::default();
        empty.take([].into_iter());
        assert_eq!(empty.rows(&[]).unwrap().rows, [Vec::<Value>::new()]);
    }

    #[test]
    fn of_what_is_too_much_nothing_is_kept() {
        let mut kept = Kept::default();
        let cell = "x".repeat(MOST / 2);
        kept.take([Some(cell.as_str())].into_iter());
        kept.take([Some(cell.as_str())].into_iter());
        kept.take([Some("1")].into_iter());
        assert!(kept.rows(&[column("a", "text")]).is_none());
        assert_eq!(kept.text.capacity(), 0);
    }

    #[test]
    fn rows_without_columns_take_their_room_too() {
        let mut kept = Kept::default();
        for _ in 0..MOST / ROW {
            kept.take([].into_iter());
        }
        assert!(kept.rows(&[]).is_some());
        kept.take([].into_iter());
        assert!(kept.rows(&[]).is_none());
    }

    #[test]
    fn of_a_part_nothing_is_kept() {
        let mut kept = Kept::default();
        kept.take([Some("1")].into_iter());
        kept.give_up();
        kept.take([Some("2")].into_iter());
        assert!(kept.rows(&[column("a", "int4")]).is_none());
    }
}
