//! Why rows cannot cross in the shape that was asked for.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "option `{option}` is one text and {count} tables are copied; say for which it is, as in \
         `{option} = {{ {table} = ... }}`"
    )]
    NotOneTable {
        option: &'static str,
        count: usize,
        table: String,
    },
    #[error("option `{option}` names `{name}`, and `{source_name}` has no such table{suggestion}")]
    NoTable {
        option: &'static str,
        name: String,
        source_name: String,
        suggestion: String,
    },
    #[error("option `{option}`: both `{one}` and `{other}` mean `{table}`; name the table itself")]
    Ambiguous {
        option: &'static str,
        one: String,
        other: String,
        table: String,
    },
    #[error("option `{option}` names the column `{column}`, which `{table}` has not{suggestion}")]
    NoColumn {
        option: &'static str,
        table: String,
        column: String,
        suggestion: String,
    },
    #[error("option `columns` leaves no column of `{table}`")]
    NoColumnLeft { table: String },
    #[error(
        "{columns}: `[copy] sensitive` keeps what is in there from crossing as it is; mask it, as in \
         `mask = {{ [\"{table}\"] = {{ {column} = {{ mask = \"hash\" }} }} }}`, leave it out by `columns`, or allow it by \
         `{column} = false` in `mask`"
    )]
    Unmasked {
        columns: String,
        table: String,
        column: String,
    },
    #[error("`{table}`.`{column}` cannot be masked so: {reason}")]
    Mask {
        table: String,
        column: String,
        reason: String,
    },
    #[error("the mask of `{table}`.`{column}` failed at row {row}: {reason}")]
    MaskFailed {
        table: String,
        column: String,
        row: u64,
        reason: String,
    },
    #[error(
        "mask `keep-format` wants the encoding UTF8, and `{source_name}` has {encoding}; use another mask"
    )]
    KeepFormatEncoding {
        source_name: String,
        encoding: String,
    },
    #[error("`{one}` and `{other}` of `{table}` would both be copied into `{column}`")]
    SameColumn {
        table: String,
        one: String,
        other: String,
        column: String,
    },
    #[error("`{one}` and `{other}` would both be copied into `{table}` on `{target}`")]
    SameTarget {
        one: String,
        other: String,
        table: String,
        target: String,
    },
    #[error("none of the tables is on `{target}`: {tables}")]
    NothingThere { target: String, tables: String },
    #[error(
        "mode `upsert` tells rows by a key, and `columns` leaves out the one of `{table}`: add {columns}"
    )]
    KeyLeftOut { table: String, columns: String },
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        {
            let (error, text) = (
                Error::KeepFormatEncoding {
                    source_name: "dev".into(),
                    encoding: "LATIN1".into(),
                },
                "mask `keep-format` wants the encoding UTF8, and `dev` has LATIN1; use another mask",
            );
            assert_eq!(error.to_string(), text);
        }
    }
}
