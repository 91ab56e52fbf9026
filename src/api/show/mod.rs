//! `show(value, [title])`: rows, a table or a value, printed as a table on stdout; `show.chart(rows, options)`.

mod chart;
mod grid;

use std::sync::Arc;

use mlua::{IntoLua, Lua, Value};

use super::Context;
use crate::host::immediate;
use crate::progress::Event;
pub use grid::{COLUMNS, to_tables};

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    let show = lua.create_table()?;
    show.set("chart", chart::build(lua, context)?)?;
    let context = Arc::clone(context);
    // The first argument is the table `show` itself, which the name with a `:` leaves out of the count.
    let call = immediate(
        lua,
        "show:call",
        move |call, (_, value, title): (Value, Value, Option<String>)| {
            let mut title = title;
            for mut table in to_tables(&call.lua, &value)? {
                if let Some(title) = title.take() {
                    table.title = title;
                }
                context.tell(&Event::Show(table));
            }
            Ok(())
        },
    )?;
    show.set_metatable(Some(lua.create_table_from([("__call", call)])?))?;
    show.into_lua(lua)
}
