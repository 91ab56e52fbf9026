//! Values that must not be shown, and the redaction of those that slipped into a text.

use std::fmt;
use std::sync::{LazyLock, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const SHOWN: &str = "[secret]";

/// What people encode in a url who do not encode everything.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Every form of every secret of this process, longest first, so that a secret inside another is
/// covered.
static KNOWN: LazyLock<RwLock<Vec<String>>> = LazyLock::new(RwLock::default);

/// A text that neither `Debug` nor `Display` gives away. [`Secret::expose`] is the one way to read
/// it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Takes the value and has it redacted from all that is printed from now on.
    pub fn new(value: impl Into<String>) -> Self {
        let value = value.into();
        remember(&value);
        Self(value)
    }

    /// Takes a value that is no secret in other texts: a phrase typed in the open, or a password
    /// that is the user's name. Blanking it out everywhere would hide what must be read.
    pub fn unlisted(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

fn remember(value: &str) {
    // A secret of one or two letters would blank out half of every message and protect nobody.
    if value.len() < 3 {
        return;
    }
    let forms = forms(value);
    let mut known = KNOWN
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for form in forms {
        if !known.contains(&form) {
            known.push(form);
        }
    }
    known.sort_by_key(|form| std::cmp::Reverse(form.len()));
}

/// How a secret looks where a text quotes it: in a url, in base64, in a literal of SQL, in a string of JSON.
fn forms(value: &str) -> [String; 7] {
    let json = serde_json::Value::from(value).to_string();
    let literal = value.replace('\'', "''");
    [
        value.to_owned(),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(value, RESERVED).to_string(),
        STANDARD.encode(value),
        // Without the quotes around it.
        json[1..json.len() - 1].to_owned(),
        literal.replace('\\', r"\\"),
        literal,
    ]
}

/// `text` without any secret of this process, in any of its forms.
pub fn redact(text: &str) -> String {
    let known = KNOWN
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    known.iter().fold(text.to_owned(), |text, form| {
        if text.contains(form.as_str()) {
            text.replace(form.as_str(), SHOWN)
        } else {
            text
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_redacted_in_all_its_forms() {
        let secret = Secret::new("p@ss/word-17");
        assert_eq!(format!("{secret:?} {secret}"), "[secret] [secret]");
        assert_eq!(
            redact("raw p@ss/word-17, url p%40ss%2Fword%2D17, base64 cEBzcy93b3JkLTE3"),
            "raw [secret], url [secret], base64 [secret]"
        );
        assert_eq!(redact("p%40ss%2Fword-17"), SHOWN);
    }

    #[test]
    fn a_secret_is_redacted_where_it_is_quoted() {
        Secret::new(r#"it's a \ "quote""#);
        for text in [
            r#"'it''s a \ "quote"'"#,
            r#"E'it''s a \\ "quote"'"#,
            r#""it's a \\ \"quote\"""#,
        ] {
            assert!(redact(text).contains(SHOWN), "{text}");
        }
    }
}
