---@meta

---@class (exact) playbook.Param
---@field type? "string"|"integer"|"number"|"boolean"|"list"|"timestamp"|"path" (default `"string"`)
---@field default? any
---@field required? boolean
---@field help? string
---@field choices? any[]

---@class (exact) playbook.Declaration
---@field summary? string
---@field positional? string the parameter that words without a name fill
---@field params? table<string, playbook.Param>

---Declares the parameters and returns the arguments of this run, by name. A list is separated by commas, a flag is negated
---with `--no-NAME`, a timestamp is ISO 8601, a path is absolute. `[playbooks.NAME]` in `runner.toml` sets defaults.
---
---# Errors
---- a declaration that is wrong: an unknown key, a default of another type, a name that an option of the program has
---- words that do not fit: the run ends with exit code 2
---
---# Example
---```lua
---local args = playbook {
---  summary = "Count the sections of some laws",
---  positional = "tables",
---  params = {
---    tables = { type = "list", help = "only these tables", default = { "lat" } },
---    since = { type = "timestamp", help = "only what is younger" },
---  },
---}
---print(#args.tables)
---```
---@param declaration playbook.Declaration
---@return table<string, any> args
function playbook(declaration) end
