---@meta

---SQL that remembers the file it was read from.
---@class Sql

---`query(db, sql, ...)` is `db:query(sql, ...)`.
---@overload fun(db: Db, sql: string|Sql, ...: any): table[]
query = {}

---As PostgreSQL's `format()`: `%I` is an identifier, or `schema.table` as two, `%L` a literal (nil is NULL), `%s` the text itself.
---
---# Errors
---- more or fewer values than the template has places, or a nil for `%I`
---
---# Example
---```lua
---local sql = query.format("SELECT count(*) FROM %I WHERE name = %L", "public.uk_lrt", "it's")
---print(dev:value(sql))
---```
---@param template string
---@param ... any
---@return string sql
function query.format(template, ...) end

---Reads a file; errors in it name its lines. A relative path starts at the folder of `runner.toml`.
---
---# Errors
---- the file cannot be read, or is not UTF-8
---
---# Example
---```lua
---host():write("laws.sql", "SELECT count(*) FROM uk_lrt")
---print(dev:value(query.file "laws.sql"))
---```
---@param path string
---@return Sql sql
function query.file(path) end
