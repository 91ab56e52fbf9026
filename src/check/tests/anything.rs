//! Whatever a text is, it is read, and what is found in it stands in it.

use proptest::prelude::*;

use super::*;

/// With `¦` between them.
const WORDS: &[&str] = &[
    "local ¦x¦ = ¦{¦}¦(¦)¦copy.tables¦db¦:query¦.query¦'s'¦[[ü¦]]¦--[[¦\n¦é¦\u{feff}¦0x¦...",
    "function ¦ end ¦connect¦ 'dev'¦,¦;¦tables¦'group:law'¦return ¦if ¦ then ¦for ¦ in ¦ do ¦goto a",
    "::a::¦require¦where¦mask¦columns¦except¦lat¦[¦]¦\\¦\"¦---@diagnostic disable-next-line¦<close>",
];

fn words() -> Vec<&'static str> {
    WORDS.iter().flat_map(|line| line.split('¦')).collect()
}

fn texts() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(words()), 0..40);
    prop_oneof![
        words.prop_map(|words| words.concat()),
        any::<String>(),
        // What reads, with something in the midst of it.
        any::<String>().prop_map(|inner| format!(
            "local db = connect 'dev'\ncopy.tables {{ from = db, where = {{ lat = [==[{inner}]==] }}, tables = 'x' }}"
        )),
    ]
}

proptest! {
    #[test]
    fn a_text_of_any_kind_is_read_and_its_findings_stand_in_it(text in texts()) {
        let checked = check(&text, &world(&|_| Module::Missing));
        let asked = checked.asks.iter().map(|ask| ask.at);
        for at in checked.findings.iter().map(|finding| finding.at).chain(asked) {
            prop_assert!(text.is_char_boundary(at), "{at}");
            let (line, column) = place(&text, at);
            prop_assert!(line <= text.matches('\n').count() + 1 && column <= text.chars().count() + 1);
        }
    }
}
