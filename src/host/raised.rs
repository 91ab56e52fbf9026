//! What is said of a value that was raised and is no text: `error { code = 3 }`, `error(nil)`.

use mlua::{Table, Value};

/// As many entries of a table are shown.
const SHOWN: usize = 10;

/// The text of a value that a playbook has raised; `text` is what `tostring` makes of it.
pub fn words(value: &Value, text: &str) -> String {
    match value {
        Value::Nil => "nil was raised, which says nothing; give `error` a text".to_owned(),
        // Its own `__tostring` has been heard already.
        // The address behind it looks different on each system.
        Value::Table(table) if text.starts_with("table: ") => match table.raw_get("message") {
            Ok(Value::String(message)) => message.to_string_lossy(),
            _ => format!("a table was raised: {}", entries(table)),
        },
        _ => text.to_owned(),
    }
}

fn entries(table: &Table) -> String {
    let pairs = table.pairs::<Value, Value>().flatten();
    let mut entries: Vec<(Option<i64>, String)> = pairs
        .map(|(key, value)| match key {
            Value::String(key) => {
                let text = format!("{} = {}", key.to_string_lossy(), literal(&value));
                (None, text)
            }
            key => {
                let text = format!("[{}] = {}", literal(&key), literal(&value));
                (key.as_integer(), text)
            }
        })
        .collect();
    // Lua has no order for them, and a message is to be the same each time: numbers first.
    entries.sort_by(|(left, text), (right, other)| {
        let numbers = (left.is_none(), left).cmp(&(right.is_none(), right));
        numbers.then_with(|| text.cmp(other))
    });
    let more = entries.len() > SHOWN;
    let texts = entries.into_iter().take(SHOWN).map(|(_, text)| text);
    let mut texts: Vec<String> = texts.collect();
    if more {
        texts.push("...".to_owned());
    }
    if texts.is_empty() {
        return "{}".to_owned();
    }
    format!("{{ {} }}", texts.join(", "))
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.to_string_lossy()),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        value => value.type_name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_shown_by_its_entries_however_the_system_writes_addresses() {
        let lua = mlua::Lua::new();
        let table = lua.create_table().unwrap();
        table.set("code", 3).unwrap();
        let value = Value::Table(table);
        for text in ["table: 0x55d0c0ffee00", "table: 000001C0FFEE0000"] {
            assert_eq!(words(&value, text), "a table was raised: { code = 3 }");
        }
        assert_eq!(words(&value, "in words"), "in words");
    }
}
