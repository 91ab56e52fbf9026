//! What the server says and the driver keeps to itself: how the transaction is, the tag of the last command, the types of
//! the last result.

const COMMAND_COMPLETE: u8 = b'C';
const READY: u8 = b'Z';
const ROW_DESCRIPTION: u8 = b'T';

/// How the transaction of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// None is open.
    #[default]
    Idle,
    Open,
    /// A statement has failed in it.
    Failed,
}

/// The last of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub status: Status,
    /// As psql prints it: `INSERT 0 3`.
    pub tag: String,
    /// The type of each column, by its oid.
    pub types: Vec<u32>,
}

impl Told {
    pub(super) fn wants(message: u8) -> bool {
        [COMMAND_COMPLETE, READY, ROW_DESCRIPTION].contains(&message)
    }

    pub(super) fn take_in(&mut self, message: u8, body: &[u8]) {
        match message {
            COMMAND_COMPLETE => {
                let text = body.split(|byte| *byte == 0).next().unwrap_or_default();
                self.tag = String::from_utf8_lossy(text).into_owned();
            }
            READY => {
                self.status = match body.first() {
                    Some(b'T') => Status::Open,
                    Some(b'E') => Status::Failed,
                    _ => Status::Idle,
                }
            }
            // One that is not as it should be, the driver will refuse.
            _ => self.types = types(body).unwrap_or_default(),
        }
    }
}

/// A number of fields; of each its name, a table, a column, and the type, with ten more bytes.
fn types(body: &[u8]) -> Option<Vec<u32>> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut types = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let name = rest.iter().position(|byte| *byte == 0)?;
        let oid = rest.get(name + 7..)?.first_chunk::<4>()?;
        types.push(u32::from_be_bytes(*oid));
        rest = rest.get(name + 19..)?;
    }
    Some(types)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_read() {
        let mut told = Told::default();
        told.take_in(COMMAND_COMPLETE, b"INSERT 0 3\0");
        told.take_in(READY, b"E");
        let field =
            |name: &[u8], oid: u32| [name, b"\0", &[0; 6], &oid.to_be_bytes(), &[0; 8]].concat();
        let description = [&2_u16.to_be_bytes()[..], &field(b"id", 23), &field(b"", 25)].concat();
        told.take_in(ROW_DESCRIPTION, &description);
        assert_eq!(
            told,
            Told {
                status: Status::Failed,
                tag: "INSERT 0 3".to_owned(),
                types: vec![23, 25]
            }
        );
        told.take_in(ROW_DESCRIPTION, &description[..20]);
        assert!(told.types.is_empty());
    }
}
