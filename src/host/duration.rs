//! A length of time as playbooks write it: a number of seconds, or `PostgreSQL`'s spelling.

use std::time::Duration;

use mlua::Value;

/// The text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no duration; write a number of seconds or `500ms`, `5s`, `2min`, `1h`, `1d`")]
pub struct DurationError(String);

/// `"5s"`, `"1.5 min"`. A bare number is refused: it would be milliseconds to `PostgreSQL` and seconds to us.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let wrong = || DurationError(text.to_owned());
    let trimmed = text.trim();
    let unit_at = trimmed
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (number, unit) = trimmed.split_at(unit_at);
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}

/// A number or a string of Lua; `None` for anything else.
pub fn from_lua(value: &Value) -> Option<Result<Duration, DurationError>> {
    match value {
        Value::String(text) => Some(parse(&text.to_string_lossy())),
        other => number(other).map(from_seconds),
    }
}

/// An integer or a float of Lua.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "Lua itself converts so")]
        Value::Integer(integer) => Some(*integer as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

fn from_seconds(seconds: f64) -> Result<Duration, DurationError> {
    Duration::try_from_secs_f64(seconds).map_err(|_| DurationError(seconds.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_postgresql_spells_them() {
        for (text, milliseconds) in [
            ("5s", 5_000),
            ("500ms", 500),
            ("1.5 min", 90_000),
            (" 2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["5", "", "s", "5 m", "-1s", "5seconds"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
