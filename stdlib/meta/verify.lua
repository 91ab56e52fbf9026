---@meta

---Whether both sides hold the same.
verify = {}

---@class verify.TablesOptions
---@field from Db best the snapshot that was copied
---@field to Db
---@field tables? string|string[] names, patterns and groups at the source; all of its search path if absent
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field by? "count"|"content" `"count"` if absent; `"content"` compares hashes of the rows
---@field extra? "fail"|"report" what rows are that only `to` has: a mismatch (if absent), or a number in the report
---@field except? string|string[]|table<string, string|string[]> columns that are not compared, in all tables or by table

---@class verify.Check
---@field table string
---@field from integer rows
---@field to integer rows
---@field missing integer rows that `to` has not
---@field different integer rows whose contents differ; by count it stays 0
---@field extra integer rows that only `to` has
---@field ok boolean

---Compares tables, prints the result, and raises where they differ. Under `--dry-run` it does not raise.
---@param options verify.TablesOptions
---@return verify.Check[] checks
function verify.tables(options) end
