//! What of a script of pg_dump is run on a target that is not empty.

use std::collections::BTreeSet;

use super::Result;
use crate::pg::fields::Fields;
use crate::pg::script::{self, ScriptOptions};
use crate::pg::{Error, Session};

/// What the target has that a dump would make as well, and that is kept.
pub(super) struct Kept {
    /// By their names as SQL has them.
    pub schemas: BTreeSet<String>,
    pub extensions: BTreeSet<String>,
}

/// Runs a script of pg_dump inside the transaction that is open; gives how many statements it had.
pub(super) async fn run(to: &Session, from: &str, text: &str, kept: &Kept) -> Result<u64> {
    let text = chosen(to, text, kept).await?;
    let options = ScriptOptions {
        origin: Some(format!("pg_dump of `{from}`")),
        single_transaction: false,
    };
    Ok(script::run(to, &text, &options).await?.statements)
}

/// The statements to be run. What is not: limits on time, which are ours here; settings that this server does not know;
/// schemas and extensions that are there; event triggers, which are of the database and take a superuser.
async fn chosen(to: &Session, text: &str, kept: &Kept) -> Result<String> {
    let statements = script::split(text, true).map_err(|refused| Error::Refusal(refused.what))?;
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text).collect();
    let named: Vec<&str> = texts.iter().filter_map(|text| setting(text)).collect();
    let known = known_settings(to, &named).await?;
    let is_run = |text: &&str| match setting(text) {
        Some(name) => !name.ends_with("_timeout") && known.contains(name),
        None => !kept.has(text),
    };
    let mut chosen = String::with_capacity(text.len());
    for text in texts.into_iter().filter(is_run) {
        chosen.push_str(text);
        chosen.push_str(";\n");
    }
    Ok(chosen)
}

/// The name of what a `SET` sets.
fn setting(text: &str) -> Option<&str> {
    let name = text.strip_prefix("SET ")?.split([' ', '=']).next()?;
    // `SET SESSION AUTHORIZATION`, which is written with owners only.
    name.chars()
        .all(|c| c.is_ascii_lowercase() || c == '_')
        .then_some(name)
}

impl Kept {
    fn has(&self, text: &str) -> bool {
        let named = |prefix: &str, names: &BTreeSet<String>| {
            let rest = text.strip_prefix(prefix);
            rest.is_some_and(|rest| names.contains(name(rest)))
        };
        named("CREATE SCHEMA ", &self.schemas)
            || named("COMMENT ON SCHEMA ", &self.schemas)
            || named("CREATE EXTENSION IF NOT EXISTS ", &self.extensions)
            || named("COMMENT ON EXTENSION ", &self.extensions)
            || ["CREATE", "ALTER", "COMMENT ON"]
                .iter()
                .any(|verb| text.starts_with(&format!("{verb} EVENT TRIGGER ")))
    }
}

/// The identifier at the start, quotes included.
fn name(text: &str) -> &str {
    let end = match text.strip_prefix('"') {
        Some(quoted) => quoted.replace("\"\"", "__").find('"').map(|end| end + 2),
        None => text.find(char::is_whitespace),
    };
    &text[..end.unwrap_or(text.len())]
}

async fn known_settings(to: &Session, names: &[&str]) -> Result<BTreeSet<String>> {
    let names = names
        .iter()
        .map(|name| (*name).to_owned())
        .collect::<Vec<_>>();
    let sql = include_str!("../../sql/settings_known.sql");
    let rows = to.query(sql, &[names.into()]).await?.rows;
    Ok(rows
        .into_iter()
        .map(|row| Fields::new(row).text())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_made_again() {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let kept = Kept {
            schemas: own(&["app", "\"a \"\"b\""]),
            extensions: own(&["hstore"]),
        };
        for text in [
            "CREATE SCHEMA app",
            "CREATE SCHEMA \"a \"\"b\"",
            "COMMENT ON SCHEMA app IS 'CREATE'",
            "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public",
            "COMMENT ON EXTENSION hstore IS 'x'",
            "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()",
            "ALTER EVENT TRIGGER e DISABLE",
        ] {
            assert!(kept.has(text), "{text}");
        }
        for text in [
            "CREATE SCHEMA apps",
            "CREATE SCHEMA \"app\"",
            "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA app",
            "CREATE TABLE app.t ()",
        ] {
            assert!(!kept.has(text), "{text}");
        }
        assert_eq!(setting("SET lock_timeout = 0"), Some("lock_timeout"));
        assert_eq!(setting("SELECT 1"), None);
    }
}
