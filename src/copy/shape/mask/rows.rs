//! Functions of the playbook, called for each row of a COPY in text format as it passes.

use std::borrow::Cow;

use super::super::Error;
use super::{Row, RowFunction};
use crate::pg::{CopyData, Value};

/// The functions of a table, and what its columns are.
#[derive(Debug, Clone)]
pub(in crate::copy) struct RowMasks {
    /// For people.
    pub table: String,
    /// By their names at the source.
    pub names: Vec<String>,
    /// The types of what comes and of what goes.
    pub types: Vec<(u32, u32)>,
    /// By their places among the columns.
    pub functions: Vec<(usize, RowFunction)>,
}

/// Follows one COPY.
pub(in crate::copy) struct Rewriter<'a> {
    masks: &'a RowMasks,
    /// The begin of a row whose end has not come yet.
    rest: Vec<u8>,
    rows: u64,
}

impl<'a> Rewriter<'a> {
    pub fn new(masks: &'a RowMasks) -> Self {
        Self {
            masks,
            rest: Vec::new(),
            rows: 0,
        }
    }

    /// The rows that end in this piece, masked.
    pub fn feed(&mut self, chunk: &CopyData) -> Result<Vec<u8>, Error> {
        let payload = chunk.payload();
        let mut out = Vec::with_capacity(payload.len());
        // A line break inside a value is written as `\n`.
        let Some(end) = payload.iter().rposition(|byte| *byte == b'\n') else {
            self.rest.extend_from_slice(payload);
            return Ok(out);
        };
        let begun = std::mem::take(&mut self.rest);
        let whole = [&begun, &payload[..end]].concat();
        self.rest.extend_from_slice(&payload[end + 1..]);
        for line in whole.split(|byte| *byte == b'\n') {
            self.rows += 1;
            self.row(line, &mut out)?;
        }
        Ok(out)
    }

    fn row(&self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let masks = self.masks;
        let mut fields: Vec<Cow<[u8]>> = line
            .split(|byte| *byte == b'\t')
            .map(Cow::Borrowed)
            .collect();
        let types = masks.types.iter();
        let values = fields.iter().zip(types);
        let values: Vec<Value> = values.map(|(field, (ty, _))| value(field, *ty)).collect();
        let row = Row {
            columns: &masks.names,
            values: &values,
        };
        for (place, function) in &masks.functions {
            let failed = |reason| Error::MaskFailed {
                table: masks.table.clone(),
                column: masks.names[*place].clone(),
                row: self.rows,
                reason,
            };
            let text = (function.0)(&row).and_then(|value| value.to_text(masks.types[*place].1));
            fields[*place] = Cow::Owned(field(text.map_err(failed)?.as_deref()));
        }
        out.extend_from_slice(&fields.join(&b'\t'));
        out.push(b'\n');
        Ok(())
    }
}

fn value(field: &[u8], type_oid: u32) -> Value {
    if field == b"\\N" {
        return Value::Null;
    }
    Value::of_text(type_oid, &String::from_utf8_lossy(&unescaped(field)))
}

fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = field.iter().copied();
    let mut plain = Vec::with_capacity(field.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => other,
                None => byte,
            },
            byte => byte,
        });
    }
    plain
}

fn field(text: Option<&str>) -> Vec<u8> {
    let Some(text) = text else {
        return b"\\N".to_vec();
    };
    let mut escaped = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = match byte {
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            11 => b'v',
            b'\\' => b'\\',
            byte => {
                escaped.push(byte);
                continue;
            }
        };
        escaped.extend([b'\\', letter]);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    /// Puts the second column, doubled, into the first.
    fn masks() -> RowMasks {
        let double = |row: &Row<'_>| match &row.values[1] {
            Value::Null => Ok(Value::Null),
            Value::Text(text) if text == "bad" => Err("no".to_owned()),
            Value::Text(text) => Ok(Value::Text(format!("{text}{text}"))),
            other => Err(format!("{other:?}")),
        };
        RowMasks {
            table: "t".to_owned(),
            names: vec!["a".to_owned(), "b".to_owned()],
            types: vec![(25, 25), (25, 25)],
            functions: vec![(0, RowFunction(Arc::new(double)))],
        }
    }

    fn fed(text: &[u8], size: usize) -> Result<Vec<u8>, Error> {
        let masks = masks();
        let mut rewriter = Rewriter::new(&masks);
        let mut out = Vec::new();
        for piece in text.chunks(size) {
            out.extend(rewriter.feed(&CopyData::new(piece))?);
        }
        Ok(out)
    }

    #[test]
    fn an_error_names_the_row() {
        let error = fed(b"1\tgood\n2\tbad\n", 100).unwrap_err();
        assert_eq!(error.to_string(), "the mask of `t`.`a` failed at row 2: no");
    }

    proptest! {
        #[test]
        fn rows_are_masked_however_they_are_cut(
            rows in prop::collection::vec(prop::option::of("[a\\\\\n\t\r\u{b}\u{8}\u{c}é]{0,6}"), 1..9),
            size in 1..12_usize,
        ) {
            let (mut text, mut expected) = (Vec::new(), Vec::new());
            for row in &rows {
                let second = field(row.as_deref());
                let doubled = row.as_ref().map(|row| format!("{row}{row}"));
                text.extend([b"x\t", &second[..], b"\n"].concat());
                expected.extend([&field(doubled.as_deref())[..], b"\t", &second, b"\n"].concat());
            }
            prop_assert_eq!(fed(&text, size).unwrap(), expected);
        }

        #[test]
        fn a_field_says_what_was_written(text in "[a\\\\\n\t\r\u{b}\u{8}\u{c}é]{0,9}") {
            prop_assert_eq!(unescaped(&field(Some(&text))), text.as_bytes());
        }
    }
}
