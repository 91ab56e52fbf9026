---@meta

---Runs `fn(...)` as a named, timed part of the procedure and returns what it returns. Steps can stand inside each other.
---
---# Errors
---- what `fn` raises
---
---# Example
---```lua
---local laws = step("count", function() return dev:value "SELECT count(*) FROM uk_lrt" end)
---print(laws)
---```
---@param name string
---@param fn fun(...): ...
---@param ... any arguments for `fn`
---@return any ...
function step(name, fn, ...) end
