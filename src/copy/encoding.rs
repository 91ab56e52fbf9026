//! Databases whose text is in different encodings: converted by the servers, and what one of them cannot say is
//! refused with the row that holds it.

use super::plan::TablePlan;
use super::{CopyOptions, Error, Result};
use crate::pg::catalog::{self, Key};
use crate::pg::fields::Fields;
use crate::pg::{Access, Ident, Session, Value};

/// Text without an encoding: bytes that nobody checks or converts.
const UNKNOWN: &str = "SQL_ASCII";
/// `untranslatable_character` and `character_not_in_repertoire`.
const UNTRANSLATABLE: &str = "22P05";
const INVALID: &str = "22021";

/// The encodings of both databases.
#[derive(Debug, Clone)]
pub(super) struct Encodings {
    from: String,
    to: String,
}

impl Encodings {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let sql = include_str!("../sql/server_encoding.sql");
        let of = async |session: &Session| -> Result<String> {
            let value = session.value(sql, &[]).await?;
            Ok(value.as_str().unwrap_or_default().to_owned())
        };
        Ok(Self {
            from: of(&options.from).await?,
            to: of(&options.to).await?,
        })
    }

    /// Whether text is nothing but bytes on both sides, which cross as they are.
    pub fn are_bytes(&self) -> bool {
        self.from == UNKNOWN && self.to == UNKNOWN
    }

    /// What is worth a warning.
    pub fn warning(&self, options: &CopyOptions) -> Option<String> {
        let (from, to) = (options.from.name(), options.to.name());
        match (self.from.as_str(), self.to.as_str()) {
            (UNKNOWN, UNKNOWN) => None,
            (UNKNOWN, encoding) => Some(format!(
                "`{from}` is in {UNKNOWN}, so nobody knows what its text means: it is taken for UTF8 on its way into \
                 the {encoding} of `{to}`, and refused where it is not"
            )),
            (encoding, UNKNOWN) => Some(format!(
                "`{to}` is in {UNKNOWN}, which knows no characters: the {encoding} of `{from}` arrives there as UTF8, \
                 whatever its other rows are in"
            )),
            _ => None,
        }
    }

    /// What is worth a line.
    pub fn note(&self, options: &CopyOptions) -> Option<String> {
        let converted = self.from != self.to && self.from != UNKNOWN && self.to != UNKNOWN;
        converted.then(|| {
            format!(
                "text is converted from the {} of `{}` to the {} of `{}`",
                self.from,
                options.from.name(),
                self.to,
                options.to.name()
            )
        })
    }

    /// Whether a row may turn out to have no place on the target.
    pub fn may_refuse(&self) -> bool {
        self.from != self.to
    }
}

/// The same error with the row that holds what could not be converted, where it is about that and the row is found.
pub(super) async fn explained(options: &CopyOptions, tables: &[TablePlan], error: Error) -> Error {
    match error {
        Error::Unfinished(mut unfinished) => {
            for (_, error) in &mut unfinished.failed {
                let bare = std::mem::replace(error, Error::nothing());
                *error = Box::pin(explained(options, tables, bare)).await;
            }
            Error::Unfinished(unfinished)
        }
        error => match culprit(options, tables, &error).await {
            Some(culprit) => Error::Encoding {
                culprit: Box::new(culprit),
                source: Box::new(error),
            },
            None => error,
        },
    }
}

/// A value that cannot be converted, and where it stands at the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    pub table: String,
    pub column: String,
    /// Its key as the server prints a row, where the table has one.
    pub row: Option<String>,
    /// The beginning of it.
    pub value: String,
}

/// What a search for bytes is.
struct Search<'a> {
    table: &'a TablePlan,
    /// Bytes as the message of the server has them.
    bytes: Vec<u8>,
    /// Whether the source may not say them in UTF8.
    raw: bool,
}

async fn culprit(options: &CopyOptions, tables: &[TablePlan], error: &Error) -> Option<Culprit> {
    let said = error.pg()?.server()?;
    let raw = match said.sqlstate.as_str() {
        UNTRANSLATABLE => false,
        INVALID => true,
        _ => return None,
    };
    let name = error.table()?;
    let search = Search {
        table: tables.iter().find(|table| table.target.shown == name)?,
        bytes: bytes_in(&said.message),
        raw,
    };
    if search.bytes.is_empty() {
        return None;
    }
    // The transaction of the copy may be over.
    let aside = options.from.sibling(Access::ReadOnly).await.ok()?;
    let found = search.run(&aside).await;
    aside.close();
    found.ok().flatten()
}

impl Search<'_> {
    async fn run(&self, from: &Session) -> Result<Option<Culprit>> {
        let source = std::slice::from_ref(&self.table.source);
        let tables = catalog::tables(from, source).await?;
        let key = tables.first().and_then(|table| table.key());
        for read in &self.table.reads {
            let sql = self.sql(&read.name, key);
            let rows = from.query(&sql, &[self.parameter()]).await?.rows;
            if let Some(row) = rows.into_iter().next() {
                let mut row = Fields::new(row);
                return Ok(Some(Culprit {
                    table: self.table.source.shown.clone(),
                    column: read.name.clone(),
                    value: row.text(),
                    row: row.optional(),
                }));
            }
        }
        Ok(None)
    }

    fn sql(&self, column: &str, key: Option<&Key>) -> String {
        let (text, only) = (
            format!("{}::pg_catalog.text", Ident(column)),
            self.table.source.only(),
        );
        let bytes = format!("pg_catalog.convert_to({text}, 'SQL_ASCII')");
        let row = key.map_or_else(
            || "NULL".to_owned(),
            |key| {
                let columns = key.columns.iter().map(|c| Ident(&c.name).to_string());
                let columns: Vec<String> = columns.collect();
                format!("ROW({})", columns.join(", "))
            },
        );
        if self.raw {
            return format!(
                "SELECT pg_catalog.encode(pg_catalog.substr({bytes}, 1, 60), 'escape'), {row}::pg_catalog.text \
                 FROM {only} WHERE pg_catalog.position({bytes}, $1::pg_catalog.bytea) > 0 LIMIT 1"
            );
        }
        format!(
            "SELECT pg_catalog.left({text}, 60), {row}::pg_catalog.text FROM {only} \
             WHERE pg_catalog.strpos({text}, $1::pg_catalog.text) > 0 LIMIT 1"
        )
    }

    fn parameter(&self) -> Value {
        if self.raw {
            Value::Bytes(self.bytes.clone())
        } else {
            Value::Text(String::from_utf8_lossy(&self.bytes).into_owned())
        }
    }
}

/// The bytes that a message names, `0xe2 0x82 0xac`, in whatever language it is.
fn bytes_in(message: &str) -> Vec<u8> {
    let words = message.split_ascii_whitespace();
    let hex = words.filter_map(|word| word.strip_prefix("0x"));
    hex.filter_map(|digits| u8::from_str_radix(digits.get(..2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::bytes_in;

    #[test]
    fn the_bytes_of_a_message_are_found() {
        let message = "character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in \"LATIN1\"";
        assert_eq!(bytes_in(message), "€".as_bytes());
        assert_eq!(
            bytes_in("invalid byte sequence for encoding \"UTF8\": 0xff"),
            [255]
        );
        assert_eq!(bytes_in("nothing of the kind"), [0_u8; 0]);
    }
}
