//! Why something could not be described.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Pg(#[from] crate::pg::Error),
    #[error("`\\{command}` describes nothing; `\\?` lists the commands")]
    Unknown { command: String },
    /// `near` is the end of a sentence, or nothing.
    #[error("did not find any {what} named `{pattern}`{near}")]
    NotFound {
        what: &'static str,
        pattern: String,
        near: String,
    },
    #[error(
        "there is more than one function `{name}`; say which: {}", 
        choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
    )]
    Ambiguous { name: String, choices: Vec<String> },
    #[error("`{name}` is an aggregate, which has no source")]
    Aggregate { name: String },
    #[error("`{name}` is not a view")]
    NotAView { name: String },
    #[error("`\\{command}` needs the name of a {what}")]
    NameNeeded { command: String, what: &'static str },
    #[error(
        "`\\{command}` takes one pattern; `{extra}` is one more (quote a name with blanks: `\"a b\"`)"
    )]
    Extra { command: String, extra: String },
    #[error("a double quote is not closed in `{pattern}`")]
    OpenQuote { pattern: String },
    #[error("too many dots in `{pattern}`; put a name that has dots in double quotes")]
    TooManyDots { pattern: String },
    #[error("`{pattern}` names another database than the one you are in")]
    OtherDatabase { pattern: String },
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::Unknown {
                    command: "dq".into(),
                },
                r"`\dq` describes nothing; `\?` lists the commands",
            ),
            (
                Error::NotFound {
                    what: "table",
                    pattern: "lta".into(),
                    near: ", did you mean `lat`".into(),
                },
                "did not find any table named `lta`, did you mean `lat`",
            ),
            (
                Error::Ambiguous {
                    name: "f".into(),
                    choices: vec!["f(a)".into(), "f(b)".into()],
                },
                "there is more than one function `f`; say which: `f(a)`, `f(b)`",
            ),
            (
                Error::Aggregate { name: "sum".into() },
                "`sum` is an aggregate, which has no source",
            ),
            (
                Error::NotAView { name: "lat".into() },
                "`lat` is not a view",
            ),
            (
                Error::NameNeeded {
                    command: "sv".into(),
                    what: "view",
                },
                r"`\sv` needs the name of a view",
            ),
            (
                Error::Extra {
                    command: "d".into(),
                    extra: "b".into(),
                },
                r#"`\d` takes one pattern; `b` is one more (quote a name with blanks: `"a b"`)"#,
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
