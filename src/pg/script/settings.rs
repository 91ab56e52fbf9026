//! The settings of a session around a script.
//!
//! They are compared before and after, by what the server tells: the text of a script does not say all that it
//! sets (functions do, too), and a savepoint around it would not keep them apart from its rows. Variables of
//! the user (`app.user`) are in no list of the server; those that the script's text names are kept as well.

use std::collections::{BTreeMap, BTreeSet};

use super::Statement;
use super::kind::words;
use crate::pg::{Ident, Literal, Result, Session, Value};

/// The setting that decides how plain strings are read.
pub(super) async fn standard_strings(session: &Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.current_setting('standard_conforming_strings')";
    Ok(session.value(sql, &[]).await?.as_str() != Some("off"))
}

/// What the session had set, with the names of variables that a script may set.
pub(super) struct Before {
    state: State,
    variables: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct State {
    /// `session_user` and the `role` taken by SET ROLE.
    user: String,
    role: String,
    /// What has been set in the session, variables of the user included.
    settings: BTreeMap<String, String>,
}

impl Before {
    pub async fn record(session: &Session, statements: &[Statement<'_>]) -> Result<Self> {
        let variables: BTreeSet<String> = statements
            .iter()
            .flat_map(|statement| variables(statement.text))
            .collect();
        let variables: Vec<String> = variables.into_iter().collect();
        let state = State::read(session, &variables).await?;
        Ok(Self { state, variables })
    }

    pub async fn restore(&self, session: &Session) -> Result<()> {
        self.restore_role(session).await?;
        let after = State::read(session, &self.variables).await?;
        for name in after.settings.keys() {
            if !self.state.settings.contains_key(name) {
                session.batch(&format!("RESET {}", parameter(name))).await?;
            }
        }
        for (name, value) in &self.state.settings {
            let masked = session.masked(name);
            if after.settings.get(name) == Some(value) && masked.is_none() {
                continue;
            }
            // Under a SET LOCAL of the open transaction lies the value that comes back with its end.
            let lasting = masked.as_deref().unwrap_or(value);
            set(session, name, lasting, false).await?;
            if masked.is_some() {
                set(session, name, value, true).await?;
            }
        }
        Ok(())
    }

    /// Before all else: a role may not be allowed to see or set what follows.
    async fn restore_role(&self, session: &Session) -> Result<()> {
        let after = State::read(session, &[]).await?;
        if after.user != self.state.user {
            let user = Literal(&self.state.user);
            session
                .batch(&format!("SET SESSION AUTHORIZATION {user}"))
                .await?;
        }
        let role = &self.state.role;
        if after.role != *role || after.user != self.state.user {
            let role = if role == "none" {
                "NONE".to_owned()
            } else {
                Literal(role).to_string()
            };
            session.batch(&format!("SET ROLE {role}")).await?;
        }
        Ok(())
    }
}

impl State {
    async fn read(session: &Session, variables: &[String]) -> Result<Self> {
        let sql = include_str!("../../sql/script_settings.sql");
        let rows = session.query(sql, &[variables.to_vec().into()]).await?.rows;
        let mut state = Self::default();
        for row in rows {
            let [Value::Text(kind), Value::Text(name), Value::Text(value)] = &row[..] else {
                continue;
            };
            match kind.as_str() {
                "user" => state.user.clone_from(value),
                "role" => state.role.clone_from(value),
                _ => {
                    state.settings.insert(name.clone(), value.clone());
                }
            }
        }
        Ok(state)
    }
}

async fn set(session: &Session, name: &str, value: &str, local: bool) -> Result<()> {
    let sql = include_str!("../../sql/set_config.sql");
    let params = [name.into(), value.into(), Value::Bool(local)];
    session.query(sql, &params).await.map(|_| ())
}

/// The name of a setting as SQL: each part quoted.
fn parameter(name: &str) -> String {
    let parts: Vec<String> = name
        .split('.')
        .map(|part| Ident(part).to_string())
        .collect();
    parts.join(".")
}

/// The variables of the user that a statement names: `SET app.user = ...`, `set_config('app.user', ...)`.
fn variables(text: &str) -> Vec<String> {
    let words: Vec<String> = words(text).take(WORDS).collect();
    let mut found = Vec::new();
    if let Some(("SET", rest)) = words
        .split_first()
        .map(|(word, rest)| (word.as_str(), rest))
    {
        let mut name = rest
            .iter()
            .skip_while(|word| *word == "SESSION" || *word == "LOCAL");
        if let (Some(class), Some("."), Some(name)) =
            (name.next(), name.next().map(String::as_str), name.next())
        {
            found.push(format!("{class}.{name}").to_ascii_lowercase());
        }
    }
    for (index, word) in words.iter().enumerate() {
        if word == "SET_CONFIG"
            && let Some(name) = words.get(index + 2).filter(|n| n.contains('.'))
        {
            found.push(name.to_ascii_lowercase());
        }
    }
    found
}

/// How far into a statement its variables are looked for: an INSERT of megabytes names none.
const WORDS: usize = 200;
