---@meta

---Whether both sides hold the same. Each function prints what it found and returns it, and raises where that is a mismatch.
verify = {}

---@class (exact) verify.TablesOptions
---@field from Db best the snapshot that was copied
---@field to Db
---@field tables? string|string[] names, patterns and groups at the source (default all of its search path)
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field by? "count"|"content" numbers of rows, or hashes of their contents (default `"count"`)
---@field extra? "fail"|"report" what rows are that only `to` has: a mismatch, or a number in the report (default `"fail"`)
---@field samples? integer how many rows of each class are named (default `5`)
---@field except? string|string[]|table<string, string|string[]> columns that are not compared, in all tables or by table

---@class verify.Check
---@field table string
---@field from integer rows
---@field to integer rows
---@field missing integer rows that `to` has not
---@field different integer rows whose contents differ; by count it stays 0
---@field extra integer rows that only `to` has
---@field ok boolean
---@field samples? { missing: string[]?, different: string[]?, extra: string[]? } the first rows by their keys, by content only

---Compares tables, each side in one snapshot or in the transaction that is open, prints the result, and raises where they differ.
---Under `--dry-run` nothing here raises for a difference.
---
---# Errors
---- rows are missing, different, or extra (unless `extra = "report"`)
---- both sides are one session
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---copy.tables { from = dev, to = prod, tables = { "uk_lrt" }, mode = "mirror" }
---verify.tables { from = dev, to = prod, tables = { "uk_lrt" }, by = "content" }
---```
---@param options verify.TablesOptions
---@return verify.Check[] checks
function verify.tables(options) end

---@class (exact) verify.SchemaOptions
---@field from Db
---@field to Db
---@field tables? string|string[] these tables and views with their parts alone (default all of the database)
---@field exclude? string|string[] tables that are left out, beside `[copy] exclude` of `runner.toml`
---@field extra? "fail"|"report" what is that only `to` has: a mismatch, or a line of the report (default `"fail"`)

---Compares definitions, as `schema.diff` does.
---
---# Errors
---- the definitions differ: each difference is named
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---verify.schema { from = dev, to = prod, tables = { "uk_lrt" } }
---```
---@param options verify.SchemaOptions
---@return schema.Difference[] differences
function verify.schema(options) end

---@class (exact) verify.KeyOptions
---@field db? Db
---@field to? Db another name for `db`
---@field tables? string|string[] every key from or to one of them is looked at (default all of the search path)
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field not_valid? "report"|"fail" what orphans of a key are that was declared NOT VALID: a number in the report, or a mismatch (default `"report"`)
---@field samples? integer how many orphans of each key are named (default `5`)

---@class verify.KeyCheck
---@field key string
---@field table string that refers
---@field columns string[]
---@field parent string
---@field validated boolean
---@field orphans integer rows without a parent
---@field ok boolean
---@field samples? string[] the keys of some of them

---Looks for rows without a parent, by every foreign key, whether or not the server has checked it.
---
---# Errors
---- rows refer to rows that are not there, by a key that is valid or with `not_valid = "fail"`
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---verify.foreign_keys { db = prod, tables = { "lat" } }
---```
---@param options verify.KeyOptions
---@return verify.KeyCheck[] checks
function verify.foreign_keys(options) end

---@class (exact) verify.QueryOptions
---@field from Db
---@field to Db
---@field sql string|Sql
---@field params? any[] values for `$1`, `$2`, ...
---@field name? string what the report calls it (default its first line)
---@field ordered? boolean whether the order of the rows counts
---@field samples? integer how many differing rows are shown of each side (default `5`)

---Runs one statement on both sides and compares the rows, as often as they are there.
---
---# Errors
---- the rows or the columns of both sides differ
---- the statement fails on one side
---
---# Example
---```lua
---verify.query { from = dev, to = prod, sql = "SELECT count(*) > 0 AS any FROM uk_lrt", name = "laws" }
---```
---@param options verify.QueryOptions
---@return table[] rows
function verify.query(options) end
