//! `Db` as Lua holds it: its methods and how it looks.

use std::sync::Arc;

use mlua::{
    AnyUserData, Function, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods,
    Value, Variadic,
};

use super::super::sql::Sql;
use super::{Db, block, rows, script, statements};
use crate::host::{self, Result, function, immediate};

/// The registry key of the table of methods.
const METHODS: &str = "runner.db";

/// Makes the methods; before the first `Db` reaches Lua.
pub fn install(lua: &Lua) -> mlua::Result<()> {
    let methods = lua.create_table()?;
    add_statements(lua, &methods)?;
    add_blocks(lua, &methods)?;
    methods.set(
        "info",
        immediate(lua, "db:info", |call, db: Db| Ok(db.info(&call.lua)?))?,
    )?;
    methods.set(
        "notices",
        immediate(lua, "db:notices", |call, db: Db| Ok(db.notices(&call.lua)?))?,
    )?;
    methods.set("close", immediate(lua, "db:close", |_, db: Db| db.close())?)?;
    lua.set_named_registry_value(METHODS, methods)
}

fn add_statements(lua: &Lua, methods: &Table) -> mlua::Result<()> {
    type Args = (Db, Sql, Variadic<Value>);
    methods.set(
        "query",
        function(lua, "db:query", |call, (db, sql, params): Args| {
            statements::query(call, db, sql, params)
        })?,
    )?;
    methods.set(
        "one",
        function(lua, "db:one", |call, (db, sql, params): Args| {
            statements::one(call, db, sql, params)
        })?,
    )?;
    methods.set(
        "value",
        function(lua, "db:value", |call, (db, sql, params): Args| {
            statements::value(call, db, sql, params)
        })?,
    )?;
    methods.set(
        "execute",
        function(lua, "db:execute", |call, (db, sql, params): Args| {
            statements::execute(call, db, sql, params)
        })?,
    )?;
    methods.set(
        "rows",
        function(lua, "db:rows", |call, (db, sql, params): Args| {
            rows::rows(call, db, sql, params)
        })?,
    )?;
    methods.set(
        "script",
        function(
            lua,
            "db:script",
            |call, (db, sql, options): (Db, Sql, Option<Table>)| {
                script::script(call, db, sql, options)
            },
        )?,
    )
}

fn add_blocks(lua: &Lua, methods: &Table) -> mlua::Result<()> {
    let transaction = host::block(
        lua,
        "db:transaction",
        |call, (db, first, second): (Db, Value, Option<Function>)| {
            block::transaction(call, db, first, second)
        },
    )?;
    methods.set("transaction", transaction)?;
    let snapshot = host::block(lua, "db:snapshot", |call, (db, body): (Db, Function)| {
        block::snapshot(call, db, body)
    })?;
    methods.set("snapshot", snapshot)
}

impl Db {
    fn info(&self, lua: &Lua) -> mlua::Result<Table> {
        let session = &self.shared.session;
        let server = session.server();
        let info = lua.create_table()?;
        info.set("target", self.name())?;
        info.set("version", server.version.as_str())?;
        info.set("version_num", server.version_num)?;
        info.set("database", server.database.as_str())?;
        info.set("user", server.user.as_str())?;
        info.set("superuser", server.superuser)?;
        info.set("system_identifier", server.system_identifier.as_deref())?;
        info.set("standby", server.standby)?;
        info.set("pid", session.pid())?;
        info.set("protected", self.is_protected())?;
        info.set("read_only", session.is_read_only())?;
        Ok(info)
    }

    /// What the server has said since the last call.
    fn notices(&self, lua: &Lua) -> mlua::Result<Table> {
        let list = lua.create_table()?;
        for (severity, message) in self.shared.notices.take() {
            let notice = lua.create_table()?;
            notice.set("severity", severity)?;
            notice.set("message", message)?;
            list.raw_push(notice)?;
        }
        Ok(list)
    }

    fn close(&self) -> Result<()> {
        if self.is_root() {
            self.session()?;
        } else {
            return Err(host::Error::failed(
                "a block ends with its function; `close` is for the Db",
            ));
        }
        self.shared.session.close();
        Ok(())
    }
}

impl UserData for Db {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "Db");
        fields.add_meta_field_with(MetaMethod::Index, |lua| {
            lua.named_registry_value::<Table>(METHODS)
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            let what = this.block.as_ref().map_or("Db", |block| block.kind.what());
            Ok(format!("{what} {}", this.name()))
        });
        methods.add_meta_function(MetaMethod::Close, |_, (data, _): (AnyUserData, Value)| {
            data.borrow::<Self>()?.shared.session.close();
            Ok(())
        });
        methods.add_meta_function(MetaMethod::Eq, |_, (left, right): (Db, Db)| {
            Ok(Arc::ptr_eq(&left.shared, &right.shared) && left.block == right.block)
        });
    }
}
