//! Quantities as people read them, so that every layer's report says `12,000 rows, 3.1 MB, 0.4 s`
//! alike.

/// `12,000`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `12,000 rows`
pub fn rows(number: u64) -> String {
    let noun = if number == 1 { "row" } else { "rows" };
    format!("{} {noun}", count(number))
}

/// `` `a`, `b` and 3 others ``, so many of them.
pub fn some<S: AsRef<str>>(names: &[S], shown: usize) -> String {
    // One that is left out takes as much room as its name.
    let shown = if names.len() == shown + 1 {
        names.len()
    } else {
        shown
    };
    let quoted: Vec<String> = names
        .iter()
        .take(shown)
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    let quoted = quoted.join(", ");
    match names.len().saturating_sub(shown) {
        0 => quoted,
        left => format!("{quoted} and {} others", count(left as u64)),
    }
}

/// `812 B`, `3.1 MB`: in thousands, as disks are sold and networks measured.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut unit = 1000;
    let mut name = UNITS[0];
    for larger in &UNITS[1..] {
        // 999,950 would round to `1000.0 kB`.
        if number < unit * 1000 - unit / 20 {
            break;
        }
        unit *= 1000;
        name = larger;
    }
    let tenths = (u128::from(number) * 10 + u128::from(unit) / 2) / u128::from(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// `4 ms`, `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`
pub fn seconds(seconds: f64) -> String {
    let duration = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let (millis, whole) = (duration.as_millis(), duration.as_secs());
    match whole {
        0 if millis < 95 => format!("{millis} ms"),
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!([0, 1, 2].map(rows), ["0 rows", "1 row", "2 rows"]);
        assert_eq!(
            [
                999,
                1000,
                3_149_000,
                999_949,
                999_950,
                1_000_000_000,
                u64::MAX
            ]
            .map(bytes),
            [
                "999 B",
                "1.0 kB",
                "3.1 MB",
                "999.9 kB",
                "1.0 MB",
                "1.0 GB",
                "18446.7 PB"
            ]
        );
        assert_eq!(
            [0.0, 0.004, 0.412, 12.7, 185.2, 7620.0, -1.0].map(seconds),
            [
                "0 ms",
                "4 ms",
                "0.4 s",
                "12 s",
                "3 min 05 s",
                "2 h 07 min",
                "0 ms"
            ]
        );
    }
}
