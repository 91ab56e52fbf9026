//! ISO 8601 for the whole range of PostgreSQL's dates, which no calendar crate covers (4713 BC to 294276).

const DAY: i64 = 86_400_000_000;
/// Days from 1970-01-01 to PostgreSQL's epoch, 2000-01-01.
const EPOCH: i64 = 10_957;

/// `2026-11-20`; `days` since 2000-01-01.
pub fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (text, before_christ) = civil(i64::from(days));
            format!("{text}{}", suffix(before_christ))
        }
    }
}

/// `03:44:39.5`; `micros` since midnight.
pub fn time(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if fraction > 0 {
        text.push('.');
        text.push_str(format!("{fraction:06}").trim_end_matches('0'));
    }
    text
}

/// `2026-11-20T03:44:39.5`, with `zone` behind it; `micros` since 2000-01-01.
pub fn timestamp(micros: i64, zone: &str) -> String {
    match micros {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => {
            let (text, before_christ) = civil(micros.div_euclid(DAY));
            let clock = time(micros.rem_euclid(DAY));
            format!("{text}T{clock}{zone}{}", suffix(before_christ))
        }
    }
}

fn suffix(before_christ: bool) -> &'static str {
    if before_christ { " BC" } else { "" }
}

/// The proleptic Gregorian date of a day, counted in eras of 400 years that begin on 1 March.
fn civil(days_since_2000: i64) -> (String, bool) {
    let shifted = days_since_2000 + EPOCH + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let before_christ = year <= 0;
    let shown = if before_christ { 1 - year } else { year };
    (format!("{shown:04}-{month:02}-{day:02}"), before_christ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range_are_right() {
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(-1), "1999-12-31");
        assert_eq!(date(59), "2000-02-29");
        assert_eq!(date(-2_451_545), "4714-11-24 BC");
        assert_eq!(date(2_145_031_948), "5874897-12-31");
        assert_eq!(timestamp(-1, ""), "1999-12-31T23:59:59.999999");
        assert_eq!(timestamp(500_000, "+00:00"), "2000-01-01T00:00:00.5+00:00");
        assert_eq!(timestamp(i64::MAX, "+00:00"), "infinity");
    }

    proptest::proptest! {
        #[test]
        fn days_agree_with_jiff(days in -700_000i32..2_900_000) {
            let expected = jiff::civil::date(2000, 1, 1)
                .checked_add(jiff::Span::new().days(days)).unwrap();
            proptest::prop_assert_eq!(date(days), expected.to_string());
        }
    }
}
