//! JSON out of COPY's text format.

/// Takes the escapes of the text format away. JSON has line breaks and tabs only between its words, where a blank
/// means the same and leaves the line whole.
#[derive(Debug, Default)]
pub struct Unescape {
    /// The last byte was a backslash that nothing has followed yet.
    open: bool,
}

impl Unescape {
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        if self.open && !rest.is_empty() {
            out.push(meaning(rest[0]));
            rest = &rest[1..];
            self.open = false;
        }
        while let Some(place) = memchr::memchr(b'\\', rest) {
            out.extend_from_slice(&rest[..place]);
            let Some(escaped) = rest.get(place + 1) else {
                self.open = true;
                return;
            };
            out.push(meaning(*escaped));
            rest = &rest[place + 2..];
        }
        out.extend_from_slice(rest);
    }
}

fn meaning(escaped: u8) -> u8 {
    match escaped {
        b'n' | b'r' | b't' => b' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_same_however_it_is_cut() {
        let text = br#"{"a":"x\\ny \\\\ \\"","b":{\n\t"c": 1\r\n}}"#;
        let expected = br#"{"a":"x\ny \\ \"","b":{  "c": 1  }}"#;
        for size in 1..text.len() {
            let (mut unescape, mut out) = (Unescape::default(), Vec::new());
            for part in text.chunks(size) {
                unescape.feed(part, &mut out);
            }
            assert_eq!(out, expected, "{size}");
        }
    }
}
