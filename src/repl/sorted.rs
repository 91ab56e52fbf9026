//! Ordered lists of names in which those that begin with something are found at once, whatever their case.

use std::cmp::Ordering;

/// By letters first, whatever their case.
pub fn order(a: &str, b: &str) -> Ordering {
    folded(a).cmp(folded(b)).then_with(|| a.cmp(b))
}

fn folded(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Whether `name` begins with `prefix`, whatever the case of ASCII.
pub fn begins(name: &str, prefix: &str) -> bool {
    let head = name.as_bytes().get(..prefix.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The part of an ordered list whose names begin with `prefix`.
pub fn beginning<'a, T>(all: &'a [T], prefix: &str, name: impl Fn(&T) -> &str) -> &'a [T] {
    let before = |item: &T| folded(name(item)).take(prefix.len()).cmp(folded(prefix));
    let start = all.partition_point(|item| before(item) == Ordering::Less);
    let length = all[start..].partition_point(|item| before(item) == Ordering::Equal);
    &all[start..start + length]
}
