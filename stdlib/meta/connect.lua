---@meta

---@class (exact) connect.Options
---@field write? boolean asks for the phrase of a protected target at once
---@field warning? string shown with that question
---@field database? string another database on the same server

---A session on a target: its name in `runner.toml`, or a table with the keys of `[targets.NAME]`. A protected target is read-only at
---the server until its phrase was typed, or given with `--confirm`. The session lives as long as the run, or until `close`.
---
---# Errors
---- no target of that name in `runner.toml`, or keys that a target has not
---- no rung of its route leads to the server, or the login is refused
---- `write` is given and the phrase is refused: the run ends
---
---# Example
---```lua
---local db = connect("prod", { write = true, warning = "This empties lat." })
---print(db:info().version)
---```
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
---
---# Errors
---- the server refuses it: the error has `sqlstate`, `message`, `detail`, `hint`, `position`, `constraint`, `table`, `column`
---- an argument cannot be sent as the type of its parameter
---- the Db is closed, or its own `transaction` block is open: use `tx`
---
---# Example
---```lua
---for _, law in ipairs(dev:query("SELECT name, year FROM uk_lrt WHERE year > $1 LIMIT 3", 2000)) do
---  print(law.name, law.year)
---end
---```
---@param sql string|Sql
---@param ... any
---@return table[] rows
function Db:query(sql, ...) end

---The only row, nil for none; more than one is an error.
---
---# Errors
---- there is more than one row
---- as `db:query`
---
---# Example
---```lua
---local law = dev:one("SELECT * FROM uk_lrt WHERE name = $1", "uksi_1974_1")
---print(law and law.title_en or "unknown")
---```
---@param sql string|Sql
---@param ... any
---@return table? row
function Db:one(sql, ...) end

---The first column of the first row.
---
---# Errors
---- as `db:query`
---
---# Example
---```lua
---print(dev:value "SELECT count(*) FROM lat")
---```
---@param sql string|Sql
---@param ... any
---@return any value
function Db:value(sql, ...) end

---Reads row by row, on a connection of its own: `for row in db:rows("...") do ... end`.
---
---# Errors
---- as `db:query`, at the row where it happens
---
---# Example
---```lua
---local words = 0
---for row in dev:rows "SELECT text FROM lat" do
---  words = words + select(2, row.text:gsub("%S+", ""))
---end
---```
---@param sql string|Sql
---@param ... any
---@return fun(): table? next
function Db:rows(sql, ...) end

---Runs one statement. Under `--dry-run` it is only parsed, and 0 returned.
---
---# Errors
---- the target is protected and its phrase is not given
---- as `db:query`
---
---# Example
---```lua
---local changed = dev:execute("UPDATE uk_lrt SET live = $1 WHERE year < $2", "repealed", 1900)
---log(changed .. " laws repealed")
---```
---@param sql string|Sql
---@param ... any
---@return integer affected rows
function Db:execute(sql, ...) end

---@class (exact) Db.ScriptOptions
---@field single_transaction? boolean all statements in one transaction; else each commits by itself, as in psql

---Runs a script as psql would: many statements, `COPY ... FROM stdin` with its rows, the `\restrict` of dumps. It stops at the first
---error and names its line. No setting it makes outlives it. Under `--dry-run` its statements are only parsed, and 0 returned.
---
---# Errors
---- a statement fails: those before it stay, unless `single_transaction`
---- a backslash command other than `\restrict`, before anything runs
---- a transaction statement inside an open transaction, or what would undo a protection
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---dev:script([[
---  CREATE TABLE notes (id integer PRIMARY KEY, note text);
---  INSERT INTO notes VALUES (1, 'first');
---]], { single_transaction = true })
---```
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
---
---# Errors
---- what `fn` raises, after everything was rolled back
---- the commit fails, or the link is lost while it runs: the error says whether it was committed
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---prod:transaction({ lock_timeout = "5s" }, function(tx)
---  tx:execute "UPDATE uk_lrt SET live = 'in force' WHERE live = 'unknown'"
---  tx:execute "DELETE FROM scrape_sessions WHERE status = 'failed'"
---end)
---```
---@param options Db.TransactionOptions
---@param fn fun(tx: Db): ...
---@return any ...
---@overload fun(self: Db, fn: fun(tx: Db): ...): ...
function Db:transaction(options, fn) end

---Runs `fn(src)` in one READ ONLY snapshot: all that is read in it is of one moment.
---
---# Errors
---- what `fn` raises
---- a transaction or a snapshot is open on it
---
---# Example
---```lua
---dev:snapshot(function(src)
---  print(src:value "SELECT count(*) FROM uk_lrt", src:value "SELECT count(*) FROM lat")
---end)
---```
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
---
---# Errors
---- the Db is closed
---
---# Example
---```lua
---local info = dev:info()
---print(info.database, info.user, info.version)
---```
---@return Db.Info info
function Db:info() end

---The notices of the target since the last call, oldest first.
---
---# Example
---```lua
---dev:execute "DO $$ BEGIN RAISE NOTICE 'looked at %', 3; END $$"
---print(dev:notices()[1].message)
---```
---@return { severity: string, message: string }[] notices
function Db:notices() end

---Ends the session. A `<close>` variable does it at the end of its block.
---
---# Errors
---- a block of it is open
---
---# Example
---```lua
---local db <close> = connect "dev"
---print(db:value "SELECT 1")
---```
function Db:close() end
