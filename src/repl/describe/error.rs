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
