---@meta

---@class (exact) retry.Options
---@field times? integer attempts in all (default `3`)
---@field delay? number|string the pause between two attempts (default `1`)

---Runs `fn(attempt)` again when it raises, and returns what it returns. An interruption is not tried again; under `--dry-run`
---`fn` runs once.
---
---# Errors
---- what `fn` raises the last time
---- `times` is less than 1
---
---# Example
---```lua
---retry({ times = 5, delay = "10ms" }, function(attempt)
---  log("attempt " .. attempt)
---  dev:query "SELECT 1"
---end)
---```
---@param options retry.Options
---@param fn fun(attempt: integer): ...
---@return any ...
---@overload fun(fn: fun(attempt: integer): ...): ...
function retry(options, fn) end
