---@meta

---Runs `fn` when the enclosing block (`step`, `transaction`, ...) or the playbook ends, whether it returns, raises or is
---interrupted; the last deferred runs first. As a `<close>` variable the result runs it at the end of the Lua block:
---
---    local _ <close> = defer(function() log "done" end)
---
---# Example
---```lua
---local folder = host():run({ "mktemp", "-d" }).stdout:gsub("%s+$", "")
---defer(function() host():run { "rmdir", folder } end)
---```
---@param fn fun()
---@return table closable
function defer(fn) end
