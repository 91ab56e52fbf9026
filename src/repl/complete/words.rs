//! Keywords by where they may stand: the lists of `words.txt`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::rules;

type List = Vec<&'static str>;

static LISTS: LazyLock<HashMap<&'static str, List>> = LazyLock::new(|| {
    let lines = include_str!("words.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let lists = lines.filter_map(|line| line.split_once(": "));
    let named = lists.flat_map(|(names, words)| {
        // Some clauses are followed by the same.
        names.split('|').map(move |name| {
            let name = name.strip_prefix("after ").unwrap_or(name);
            (name, words.split(", ").collect())
        })
    });
    named.collect()
});

/// The words of a list; none where there is no such list.
pub fn list(name: &str) -> &'static [&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a word in capitals is in a list.
pub fn has(list_name: &str, word: &str) -> bool {
    list(list_name).contains(&word)
}

/// What a statement may begin with.
pub fn statements() -> &'static [&'static str] {
    list("statements")
}

/// All keywords of SQL that are here, word by word.
pub fn keywords() -> &'static HashSet<&'static str> {
    static ALL: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let lists = LISTS.iter().filter(|(name, _)| **name != "lua");
        let phrases = lists.flat_map(|(_, words)| words);
        let words = phrases.flat_map(|phrase| phrase.split_ascii_whitespace());
        let words = words.filter(|word| *word != "(");
        words.chain(rules::keywords()).collect()
    });
    &ALL
}
