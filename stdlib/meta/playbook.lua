---@meta

---@class (exact) playbook.Param
---@field type? "string"|"integer"|"number"|"boolean"|"list"|"timestamp"|"path" `string` if absent
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
---@param declaration playbook.Declaration
---@return table<string, any> args
function playbook(declaration) end
