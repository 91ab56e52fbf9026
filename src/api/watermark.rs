//! `watermark.open { db =, name = }` or `{ file =, name = }`, and the marks it returns.

use std::sync::Arc;

use mlua::{
    FromLua, IntoLua, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods, Value,
};

use super::Context;
use super::db::Db;
use super::sides::side;
use super::values::rows_of;
use crate::host::options::Options;
use crate::host::{Call, Result, function};
use crate::pg::catalog::Catalog;
use crate::watermark::{self, ChangedOptions, Mark};

/// The registry key of the methods of marks.
const METHODS: &str = "runner.marks";

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Value> {
    lua.set_named_registry_value(METHODS, methods(lua)?)?;
    let context = Arc::clone(context);
    let open = function(lua, "watermark.open", move |call, table: Table| {
        let marks = open(&context, &call, table);
        async { marks }
    })?;
    lua.create_table_from([("open", open)])?.into_lua(lua)
}

fn open(context: &Context, call: &Call, table: Table) -> Result<Marks> {
    let options = Options::new(call.name, Some(table));
    let name = options.string("name")?;
    let file = options.string("file")?;
    let has_db = options.value("db")?.is_some();
    let marks = match file {
        Some(_) if has_db => {
            return Err(options.error("marks are kept in `db` or in `file`, not in both"));
        }
        Some(file) => {
            let name = name.unwrap_or_else(|| file.clone());
            watermark::Marks::open_file(context.path(&file), &name)?
        }
        None => {
            let db = side(&options, "db")?;
            let name = options.required("name", name)?;
            watermark::Marks::open(db.session()?, &name)
        }
    };
    options.finish()?;
    Ok(Marks(marks.dry_run(context.options.dry_run)))
}

fn methods(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    methods.set(
        "changed",
        function(
            lua,
            "marks:changed",
            |call, (marks, from, name, options): (Marks, Db, String, Option<Table>)| {
                changed(call, marks, from, name, options)
            },
        )?,
    )?;
    methods.set(
        "advance",
        function(
            lua,
            "marks:advance",
            |_, (marks, tx, changed): (Marks, Db, Changed)| async move {
                Ok(marks.0.advance(tx.session()?, &changed.changed).await?)
            },
        )?,
    )?;
    methods.set(
        "show",
        function(lua, "marks:show", |call, marks: Marks| show(call, marks))?,
    )?;
    Ok(methods)
}

async fn changed(
    call: Call,
    marks: Marks,
    from: Db,
    name: String,
    table: Option<Table>,
) -> Result<Changed> {
    let options = Options::new(call.name, table);
    let read = ChangedOptions {
        column: options.string("column")?,
        since: options.string("since")?,
        filter: options.string("where")?,
    };
    options.not_yet(&["limit"])?;
    options.finish()?;
    let session = from.session()?;
    let catalog = Catalog::read(session).await?;
    let changed = marks
        .0
        .changed(session, catalog.find(&name)?, &read)
        .await?;
    Ok(Changed { from, changed })
}

async fn show(call: Call, marks: Marks) -> Result<Table> {
    let row = |mark: Mark| {
        [
            mark.table,
            mark.mark,
            mark.column,
            mark.filter,
            mark.source,
            mark.advanced_at,
        ]
        .map(Into::into)
        .to_vec()
    };
    let columns = ["table", "mark", "column", "where", "source", "advanced_at"];
    let rows = marks.0.show().await?.into_iter().map(row).collect();
    Ok(rows_of(&call.lua, &columns, rows)?)
}

/// What `watermark.open` returns.
#[derive(Clone)]
struct Marks(watermark::Marks);

impl UserData for Marks {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "marks");
        fields.add_meta_field_with(MetaMethod::Index, |lua| {
            lua.named_registry_value::<Table>(METHODS)
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(format!("marks {}", this.0.name()))
        });
    }
}

/// The rows of a table that have changed: what `marks:changed` returns, and `copy.tables` takes as `from`.
#[derive(Clone)]
pub struct Changed {
    /// The handle they are read with.
    pub from: Db,
    pub changed: watermark::Changed,
}

impl UserData for Changed {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "changed");
        fields.add_field_method_get("table", |_, this| Ok(this.changed.table.shown.clone()));
        fields.add_field_method_get("everything", |_, this| Ok(this.changed.everything));
        fields.add_field_method_get("mark", |_, this| Ok(this.changed.mark.text()));
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(format!("changed rows of {}", this.changed.table.shown))
        });
    }
}

impl FromLua for Marks {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let marks = borrow::<Self>(&value);
        marks.ok_or_else(|| wanted("what `watermark.open` returns", &value))
    }
}

impl FromLua for Changed {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let changed = borrow::<Self>(&value);
        changed.ok_or_else(|| wanted("what `changed` returns", &value))
    }
}

fn borrow<T: Clone + 'static>(value: &Value) -> Option<T> {
    let data = value.as_userdata()?.borrow::<T>().ok()?;
    Some(data.clone())
}

fn wanted(what: &str, value: &Value) -> mlua::Error {
    mlua::Error::FromLuaConversionError {
        from: value.type_name(),
        to: what.to_owned(),
        message: None,
    }
}
