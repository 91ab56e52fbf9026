---@meta

---SQL that remembers the file it was read from.
---@class Sql

---`query(db, sql, ...)` is `db:query(sql, ...)`.
---@overload fun(db: Db, sql: string|Sql, ...: any): table[]
query = {}

---As PostgreSQL's `format()`: `%I` is an identifier, or `schema.table` as two, `%L` a literal (nil is NULL), `%s` the text itself.
---@param template string
---@param ... any
---@return string sql
function query.format(template, ...) end

---Reads a file; errors in it name its lines. A relative path starts at the folder of `runner.toml`.
---@param path string
---@return Sql sql
function query.file(path) end
