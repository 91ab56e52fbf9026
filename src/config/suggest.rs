//! "did you mean": the nearest of the words that would have been right.

use strsim::damerau_levenshtein;

/// The candidate that `word` is most likely a slip of; `None` where nothing is near.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip in a short word, one more for every three letters of a longer one.
    let allowed = 1 + word.chars().count() / 4;
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whoever has only the case wrong knows the name: that counts as one slip, however many letters it is.
fn distance(word: &str, candidate: &str) -> usize {
    let distance = damerau_levenshtein(word, candidate);
    if distance > 1 && word.to_lowercase() == candidate.to_lowercase() {
        1
    } else {
        distance
    }
}

/// A `, did you mean ...` for the end of an error, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, candidates).map_or_else(String::new, |near| format!(", did you mean `{near}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let words = ["host", "sslmode", "protect"];
        assert_eq!(closest("hots", words), Some("host"));
        assert_eq!(closest("ssl_mode", words), Some("sslmode"));
        assert_eq!(closest("pretect", words), Some("protect"));
        assert_eq!(closest("database", words), None);
        assert_eq!(closest("PROTECT", words), Some("protect"));
        assert_eq!(
            closest("orderlines", ["ordering", "OrderLines"]),
            Some("OrderLines")
        );
        assert_eq!(did_you_mean("x", words), "");
    }
}
