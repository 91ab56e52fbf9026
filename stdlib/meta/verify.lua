---@meta

---Whether both sides hold the same. Each function prints what it found and returns it, and raises where that is a mismatch.
verify = {}

---@class (exact) verify.TablesOptions
---@field from Db best the snapshot that was copied
---@field to Db
---@field tables? string|string[] names, patterns and groups at the source; all of its search path if absent
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field by? "count"|"content" `"count"` if absent; `"content"` compares hashes of the rows
---@field extra? "fail"|"report" what rows are that only `to` has: a mismatch (if absent), or a number in the report
---@field samples? integer how many rows of each class are named, 5 if absent
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
---@param options verify.TablesOptions
---@return verify.Check[] checks
function verify.tables(options) end

---@class (exact) verify.SchemaOptions
---@field from Db
---@field to Db
---@field tables? string|string[] these tables and views with their parts alone; all of the database if absent
---@field exclude? string|string[] tables that are left out, beside `[copy] exclude` of `runner.toml`
---@field extra? "fail"|"report" what is that only `to` has: a mismatch (if absent), or a line of the report

---Compares definitions, as `schema.diff` does.
---@param options verify.SchemaOptions
---@return schema.Difference[] differences
function verify.schema(options) end

---@class (exact) verify.KeyOptions
---@field db? Db
---@field to? Db another name for `db`
---@field tables? string|string[] every key from or to one of them is looked at; all of the search path if absent
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field not_valid? "report"|"fail" what orphans of a key are that was declared NOT VALID: a number in the report (if absent), or a mismatch
---@field samples? integer how many orphans of each key are named, 5 if absent

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
---@param options verify.KeyOptions
---@return verify.KeyCheck[] checks
function verify.foreign_keys(options) end

---@class (exact) verify.QueryOptions
---@field from Db
---@field to Db
---@field sql string|Sql
---@field params? any[] values for `$1`, `$2`, ...
---@field name? string what the report calls it; its first line if absent
---@field ordered? boolean whether the order of the rows counts
---@field samples? integer how many differing rows are shown of each side, 5 if absent

---Runs one statement on both sides and compares the rows, as often as they are there.
---@param options verify.QueryOptions
---@return table[] rows
function verify.query(options) end
