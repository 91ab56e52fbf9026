---@meta

---@class (exact) connect.Options
---@field write? boolean asks for the phrase of a protected target at once
---@field warning? string shown with that question
---@field database? string another database on the same server

---A session on a target: its name in `runner.toml`, or a table with the keys of `[targets.NAME]`. A protected target is read-only at
---the server until its phrase was typed, or given with `--confirm`. The session lives as long as the run, or until `close`.
---@param target string|table
---@param options? connect.Options
---@return Db db
function connect(target, options) end

---One session. A `tx` and a snapshot are a `Db`, too, used while their block is the innermost one open.
---
---SQL is a string or what `query.file` gives. Values for `$1`, `$2`, ... never become SQL text; a table is sent as an array or as
---json, as the parameter's type asks. Integers and floats come back as numbers, numeric as a string without loss, json and arrays as
---tables (with `null` for NULL inside), date and time as ISO 8601, every other type as the text PostgreSQL prints.
---@class Db
local Db = {}

---All rows; `pairs` over a row gives its columns in order. NULL is nil. A second column of a name is called `id (2)`.
---@param sql string|Sql
---@param ... any
---@return table[] rows
function Db:query(sql, ...) end

---The only row, nil for none; more than one is an error.
---@param sql string|Sql
---@param ... any
---@return table? row
function Db:one(sql, ...) end

---The first column of the first row.
---@param sql string|Sql
---@param ... any
---@return any value
function Db:value(sql, ...) end

---Reads row by row, on a connection of its own: `for row in db:rows("...") do ... end`.
---@param sql string|Sql
---@param ... any
---@return fun(): table? next
function Db:rows(sql, ...) end

---Runs one statement. Under `--dry-run` it is only parsed, and 0 returned.
---@param sql string|Sql
---@param ... any
---@return integer affected rows
function Db:execute(sql, ...) end

---@class (exact) Db.ScriptOptions
---@field single_transaction? boolean all statements in one transaction; else each commits by itself, as in psql

---Runs a script as psql would: many statements, `COPY ... FROM stdin` with its rows, the `\restrict` of dumps. It stops at the first
---error and names its line. No setting it makes outlives it. Under `--dry-run` its statements are only parsed, and 0 returned.
---@param sql string|Sql
---@param options? Db.ScriptOptions
---@return integer affected rows
function Db:script(sql, options) end

---@class (exact) Db.TransactionOptions
---@field isolation? "read committed"|"repeatable read"|"serializable"
---@field read_only? boolean
---@field lock_timeout? number|string
---@field statement_timeout? number|string

---Runs `fn(tx)` in a transaction and returns what it returns: committed when it returns, rolled back when it raises. On a `tx` it is a
---savepoint, which alone makes it safe to catch the error of a statement.
---@param options Db.TransactionOptions
---@param fn fun(tx: Db): ...
---@return any ...
---@overload fun(self: Db, fn: fun(tx: Db): ...): ...
function Db:transaction(options, fn) end

---Runs `fn(src)` in one READ ONLY snapshot: all that is read in it is of one moment.
---@param fn fun(src: Db): ...
---@return any ...
function Db:snapshot(fn) end

---@class Db.Info
---@field target string
---@field version string
---@field version_num integer
---@field database string
---@field user string
---@field superuser boolean
---@field system_identifier? string
---@field standby boolean
---@field pid integer of the backend
---@field protected boolean
---@field read_only boolean

---Which server answered.
---@return Db.Info info
function Db:info() end

---The notices of the target since the last call, oldest first.
---@return { severity: string, message: string }[] notices
function Db:notices() end

---Ends the session. A `<close>` variable does it at the end of its block.
function Db:close() end
