//! The wildcard lists of OpenSSH: `*` and `?`, items that begin with `!` exclude.

/// Whether any item of the list matches, and none that excludes does.
pub fn list_matches<'a>(items: impl IntoIterator<Item = &'a str>, name: &str) -> bool {
    let mut matched = false;
    for item in items {
        match item.strip_prefix('!') {
            Some(excluded) if matches(excluded, name) => return false,
            Some(_) => {}
            None => matched = matched || matches(item, name),
        }
    }
    matched
}

/// Whether `name` as a whole matches `pattern`; letter case does not count, as host names have none.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on if the text after the last `*` turns out not to match here.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c.eq_ignore_ascii_case(&name[n]) => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((star, start)) => {
                    retry = Some((star, start + 1));
                    p = star + 1;
                    n = start + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_in_openssh() {
        assert!(matches("*.example.com", "db.EXAMPLE.com"));
        assert!(matches("10.0.?.*", "10.0.3.17"));
        assert!(matches("*a*b", "xaxxabab"));
        assert!(!matches("*.example.com", "example.com"));
        assert!(!matches("db?", "db"));
        assert!(matches("*", ""));
    }

    #[test]
    fn an_exclusion_wins_wherever_it_stands() {
        assert!(list_matches(["*.example.com"], "db.example.com"));
        assert!(!list_matches(
            ["*.example.com", "!db.example.com"],
            "db.example.com"
        ));
        assert!(!list_matches(["!db", "*"], "db"));
        assert!(!list_matches(["!db"], "other"));
    }
}
