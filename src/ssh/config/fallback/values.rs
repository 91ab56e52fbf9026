//! Values in the units that `ssh -G` prints.

/// A time as `90`, `2m` or `1h30m`, in seconds; anything else, such as `none`, as it is.
pub fn seconds(text: &str) -> String {
    let mut total = 0u64;
    let mut number = String::new();
    for c in text.chars().chain(['s']) {
        let unit = match c.to_ascii_lowercase() {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return text.to_owned(),
        };
        total += unit * number.parse().unwrap_or(0);
        number.clear();
    }
    total.to_string()
}

/// `1G 1h` in bytes and seconds.
pub fn rekey_limit(values: &[String]) -> String {
    let size = values.first().map_or("0", String::as_str);
    let (digits, unit) = match size.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
        Some(digits) => (digits, &size[digits.len()..]),
        None => (size, ""),
    };
    let shift = match unit {
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => 0,
    };
    let bytes = digits.parse().map_or(0, |bytes: u64| bytes << shift);
    let time = values.get(1).map_or("0".to_owned(), |time| seconds(time));
    format!("{bytes} {}", if time == "none" { "0" } else { &time })
}
