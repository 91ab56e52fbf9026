//! What is in a file: the form of its rows, and how it is packed.

use std::path::Path;

use super::{Error, Place, Result};

/// The form of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    /// PostgreSQL's own text format, with a line of names.
    Tsv,
    /// A JSON object for each row, each on a line of its own.
    JsonLines,
    /// PostgreSQL's own binary format.
    Binary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// How fields and names stand in CSV and TSV. What is not given is as the format has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Whether the first line has the names of the columns.
    pub header: Option<bool>,
    pub delimiter: Option<String>,
    /// What stands for NULL.
    pub null: Option<String>,
    /// Around fields, in CSV only.
    pub quote: Option<String>,
    /// Before a quote that is part of a field, in CSV only.
    pub escape: Option<String>,
}

impl Format {
    /// As it is written in a suffix.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::JsonLines => "jsonl",
            Self::Binary => "bin",
        }
    }

    /// The format that `given` or the name of the file says.
    pub fn of(given: Option<Self>, place: &Place) -> Result<Self> {
        let named = match place {
            Place::File(path) => suffixes(path).0.and_then(|suffix| Self::read(&suffix)),
            Place::Standard => None,
        };
        given.or(named).ok_or_else(|| Error::NoFormat {
            file: place.shown("-"),
        })
    }

    fn read(suffix: &str) -> Option<Self> {
        match suffix {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "bin" | "pgcopy" => Some(Self::Binary),
            _ => None,
        }
    }
}

impl Packing {
    /// The packing that `given` or the name of the file says.
    pub fn of(given: Option<Self>, place: &Place) -> Self {
        let named = match place {
            Place::File(path) => suffixes(path).1,
            Place::Standard => Self::Plain,
        };
        given.unwrap_or(named)
    }

    /// Behind the suffix of the format.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// By the first bytes of a file.
    pub fn of_bytes(head: &[u8]) -> Self {
        if head.starts_with(&[0x1f, 0x8b]) {
            Self::Gzip
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Self::Zstd
        } else {
            Self::Plain
        }
    }
}

/// The suffix that says what is in a file, in lower case, and how it is packed.
pub fn suffixes(path: &Path) -> (Option<String>, Packing) {
    let suffix = |path: &Path| Some(path.extension()?.to_str()?.to_ascii_lowercase());
    let packing = match suffix(path).as_deref() {
        Some("gz") => Packing::Gzip,
        Some("zst") => Packing::Zstd,
        other => return (other.map(str::to_owned), Packing::Plain),
    };
    (suffix(&path.with_extension("")), packing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_what_is_in_it() {
        for (name, format, packing) in [
            ("a/lat.csv", Some(Format::Csv), Packing::Plain),
            ("lat.TSV", Some(Format::Tsv), Packing::Plain),
            ("lat.v2.jsonl.gz", Some(Format::JsonLines), Packing::Gzip),
            ("lat.bin.zst", Some(Format::Binary), Packing::Zstd),
            ("lat.gz", None, Packing::Gzip),
            ("csv", None, Packing::Plain),
        ] {
            let place = Place::File(name.into());
            assert_eq!(Format::of(None, &place).ok(), format, "{name}");
            assert_eq!(Packing::of(None, &place), packing, "{name}");
        }
        let place = Place::File("lat.csv".into());
        let given = Format::of(Some(Format::Tsv), &place).unwrap();
        assert_eq!(given, Format::Tsv);
        assert!(Format::of(None, &Place::Standard).is_err());
    }
}
