//! What a copy does about keys and triggers: `triggers`, `foreign_keys`.

use mlua::Value;

use crate::copy::{ForeignKeys, Guards, SwitchedOff};
use crate::host::Result;
use crate::host::options::Options;

pub fn read(options: &Options) -> Result<Guards> {
    let words = [
        ForeignKeys::Auto,
        ForeignKeys::Replica,
        ForeignKeys::Order,
        ForeignKeys::Defer,
        ForeignKeys::Drop,
    ]
    .map(|way| (way.word(), way));
    Ok(Guards {
        triggers: triggers(options)?,
        foreign_keys: options.choice("foreign_keys", &words)?.unwrap_or_default(),
        ..Guards::default()
    })
}

/// `"user"`, a list of names, or false: the triggers that do not fire.
fn triggers(options: &Options) -> Result<SwitchedOff> {
    match options.value("triggers")? {
        None => Ok(SwitchedOff::default()),
        Some(Value::Boolean(false)) => Ok(SwitchedOff::Nothing),
        Some(Value::Table(_)) => {
            let names = options.strings("triggers")?.unwrap_or_default();
            Ok(SwitchedOff::Names(names))
        }
        Some(Value::String(_)) => {
            options.choice("triggers", &[("user", ())])?;
            Ok(SwitchedOff::User)
        }
        Some(other) => Err(options.wrong(
            "triggers",
            "`user`, a list of names or false (all fire)",
            &other,
        )),
    }
}
