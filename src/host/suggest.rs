//! "did you mean", the same everywhere.

/// The known name closest to a mistyped one, if any is close.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean `X`?`, or nothing.
pub fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    closest(name, known)
        .map(|known| format!("; did you mean `{known}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_a_close_name_is_suggested() {
        assert_eq!(super::closest("jbos", ["mode", "jobs"]), Some("jobs"));
        assert_eq!(super::closest("tabels", ["to", "tables"]), Some("tables"));
        assert_eq!(super::closest("something", ["to", "tables"]), None);
    }
}
