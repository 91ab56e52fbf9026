use super::*;

#[test]
fn every_line_of_the_declarations_is_understood() {
    assert_eq!(problems(), []);
}

#[test]
fn names_are_found_as_people_write_them() {
    let found = |name| lookup(name).map(|entry| entry.name.as_str());
    assert_eq!(found("copy.tables"), Some("copy.tables"));
    assert_eq!(found("db.query"), Some("Db:query"));
    assert_eq!(found("tunnel"), Some("tunnel"));
    assert_eq!(found("Tunnel"), Some("Tunnel"));
    assert_eq!(found("promote.run"), Some("promote.run"));
    assert_eq!(found("copy.tabels"), None);
    assert_eq!(similar("copy.tabels"), Some("copy.tables"));
    assert_eq!(similar("disabled"), Some("trigger.disabled"));
    assert_eq!(similar("xyzzy"), None);
}

#[test]
fn options_are_those_of_the_class_and_of_its_parents() {
    let names = |function| -> Option<Vec<&str>> {
        Some(
            options(function)?
                .iter()
                .map(|field| field.name.as_str())
                .collect(),
        )
    };
    assert_eq!(names("copy.order"), Some(vec!["to", "tables", "exclude"]));
    let subset = names("copy.subset").unwrap();
    assert!(
        subset.contains(&"roots") && subset.contains(&"mode"),
        "{subset:?}"
    );
    assert!(!subset.contains(&"tables"), "{subset:?}");
    let plan = names("copy.plan").unwrap();
    assert!(
        plan.contains(&"roots") && plan.contains(&"tables"),
        "{plan:?}"
    );
    assert!(mentions("copy.subset", "tables") && !mentions("copy.subset", "tabels"));
    assert_eq!(names("Db:query"), None);
}

#[test]
fn a_signature_shows_how_it_is_called() {
    let signature = |name| lookup(name).unwrap().signature();
    assert_eq!(
        signature("copy.tables"),
        "copy.tables { from =, to =, ... } -> copy.Report"
    );
    assert_eq!(signature("connect"), "connect(target, [options]) -> Db");
    assert_eq!(signature("Db:close"), "Db:close()");
    assert_eq!(signature("promote"), "require \"promote\"");
}

#[test]
fn members_are_of_their_module_or_class() {
    let names: Vec<_> = members("tunnel").map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["tunnel.open"]);
    let methods: Vec<_> = members("Tunnel").map(|entry| entry.name.as_str()).collect();
    assert_eq!(methods, ["Tunnel:close"]);
}

#[test]
fn whatever_can_be_called_or_holds_what_can_says_what_it_is() {
    let owns = |entry: &&Entry| entry.is_called() || members(&entry.name).next().is_some();
    let silent = entries().iter().filter(owns);
    let silent: Vec<_> = silent
        .filter(|entry| entry.summary.is_empty())
        .map(|entry| &entry.name)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

mod anything {
    use proptest::prelude::*;

    /// With `¦` between them.
    const WORDS: &[&str] = &[
        "---@field ¦---@class ¦---@param ¦---@return ¦---@alias ¦---@overload ¦---@meta¦---@see ¦--- ",
        "---¦(exact) ¦fun(¦)¦<¦>¦[¦]¦|¦{¦}¦?¦:¦,¦\"¦`¦x¦table¦string¦ ¦\n¦\n\n¦function a.b() end",
        "local ¦é¦...¦(default `1`)",
    ];

    fn words() -> Vec<&'static str> {
        WORDS.iter().flat_map(|line| line.split('¦')).collect()
    }

    fn texts() -> impl Strategy<Value = String> {
        let words = prop::collection::vec(prop::sample::select(words()), 0..40);
        prop_oneof![words.prop_map(|words| words.concat()), any::<String>()]
    }

    proptest! {
        #[test]
        fn declarations_of_any_kind_are_read(text in texts()) {
            for entry in super::super::parse::parse("x.lua", "x", &text).entries {
                let _ = (entry.signature(), super::super::page(&entry));
            }
        }

        #[test]
        fn a_playbook_of_any_kind_is_asked_for_what_it_declares(text in texts()) {
            super::super::declared(&text);
            super::super::declared(&format!("playbook {{ summary = {text}, params = {{ a = {{ help = {text} }} }} }}"));
        }
    }
}
