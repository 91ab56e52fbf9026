//! How one may log in: `require_auth`.

use super::choices::unknown;
use super::problem::Problem;

/// A way a server lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginMethod {
    /// It asks for nothing.
    None,
    Password,
    Md5,
    Gss,
    Sspi,
    ScramSha256,
    OAuth,
}

impl LoginMethod {
    const ALL: [(&'static str, Self); 7] = [
        ("none", Self::None),
        ("password", Self::Password),
        ("md5", Self::Md5),
        ("gss", Self::Gss),
        ("sspi", Self::Sspi),
        ("scram-sha-256", Self::ScramSha256),
        ("oauth", Self::OAuth),
    ];

    /// Its name in `require_auth`.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, method)| *method == self);
        found.map_or("none", |(word, _)| word)
    }
}

/// The ways that are allowed by a list like `scram-sha-256,none` or `!password,!md5`.
pub fn methods(list: &str) -> Result<Vec<LoginMethod>, Problem> {
    const WORD: &str = "require_auth";
    let parts: Vec<_> = list.split(',').map(str::trim).collect();
    let negated = parts.iter().filter(|part| part.starts_with('!')).count();
    if negated != 0 && negated != parts.len() {
        return Err(Problem::MixedMethods);
    }
    let mut named = Vec::new();
    for part in parts {
        let word = part.strip_prefix('!').unwrap_or(part);
        let known = LoginMethod::ALL.iter().find(|(name, _)| *name == word);
        let Some((_, method)) = known else {
            let all = LoginMethod::ALL.iter();
            return Err(unknown(WORD, word, all.map(|(name, _)| *name)));
        };
        named.push(*method);
    }
    let all = LoginMethod::ALL.iter().map(|(_, method)| *method);
    Ok(all
        .filter(|method| named.contains(method) == (negated == 0))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_what_is_allowed_or_what_is_not() {
        use LoginMethod::{Gss, Md5, None, OAuth, ScramSha256, Sspi};
        assert_eq!(methods("scram-sha-256, none"), Ok(vec![None, ScramSha256]));
        assert_eq!(
            methods("!password"),
            Ok(vec![None, Md5, Gss, Sspi, ScramSha256, OAuth])
        );
        assert_eq!(methods("md5,!none"), Err(Problem::MixedMethods));
        assert_eq!(
            methods("scram").unwrap_err().to_string(),
            "unknown require_auth `scram`; there are `none`, `password`, `md5`, `gss`, `sspi`, `scram-sha-256` and `oauth`"
        );
    }
}
