//! `~`, `%h`, `${HOME}` and their kin in the paths of an ssh configuration.

use std::path::PathBuf;

/// What the tokens stand for.
#[derive(Debug)]
pub struct Tokens {
    pub home: PathBuf,
    pub host: String,
    /// The host as given on the command line.
    pub original: String,
    pub host_key_alias: Option<String>,
    pub port: u16,
    pub remote_user: String,
    pub local_user: String,
}

impl Tokens {
    /// A path as OpenSSH would open it. Tokens it does not know stay as they are.
    pub fn path(&self, text: &str) -> PathBuf {
        let expanded = variables(&self.replace(text));
        match expanded.strip_prefix('~') {
            Some("") => self.home.clone(),
            Some(rest) if rest.starts_with('/') => self.home.join(&rest[1..]),
            _ => PathBuf::from(expanded),
        }
    }

    /// `text` with its tokens replaced.
    pub fn replace(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                result.push(c);
                continue;
            }
            match chars.next() {
                Some('%') | None => result.push('%'),
                Some('d') => result.push_str(&self.home.to_string_lossy()),
                Some('h') => result.push_str(&self.host),
                Some('n') => result.push_str(&self.original),
                Some('k') => {
                    result.push_str(self.host_key_alias.as_ref().unwrap_or(&self.original));
                }
                Some('p') => result.push_str(&self.port.to_string()),
                Some('r') => result.push_str(&self.remote_user),
                Some('u') => result.push_str(&self.local_user),
                Some(other) => result.extend(['%', other]),
            }
        }
        result
    }
}

/// `${NAME}` replaced by the environment; a name that is not set stays, so that the error shows it.
fn variables(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let value = after
            .split_once('}')
            .and_then(|(name, tail)| Some((std::env::var(name).ok()?, tail)));
        if let Some((value, tail)) = value {
            result.push_str(&value);
            rest = tail;
        } else {
            result.push_str("${");
            rest = after;
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_tokens() {
        let tokens = Tokens {
            home: "/home/ada".into(),
            host: "10.0.0.7".into(),
            original: "hz".into(),
            host_key_alias: None,
            port: 2222,
            remote_user: "deploy".into(),
            local_user: "ada".into(),
        };
        let path = |text| tokens.path(text).to_string_lossy().into_owned();
        assert_eq!(path("~/.ssh/id"), "/home/ada/.ssh/id");
        assert_eq!(
            path("%d/k/%r@%h:%p-%n-%u-%k"),
            "/home/ada/k/deploy@10.0.0.7:2222-hz-ada-hz"
        );
        assert_eq!(path("/100%%/%x"), "/100%/%x");
        assert_eq!(path("~other/id"), "~other/id");
        assert_eq!(path("/a/${NO_SUCH_VAR_17}/b"), "/a/${NO_SUCH_VAR_17}/b");
        assert_eq!(
            path("${CARGO_MANIFEST_DIR}/x"),
            concat!(env!("CARGO_MANIFEST_DIR"), "/x")
        );
    }
}
