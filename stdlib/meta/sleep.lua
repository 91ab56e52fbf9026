---@meta

---Waits for a number of seconds, or for as long as PostgreSQL would read from `"500ms"`, `"5s"`, `"2min"`.
---
---# Errors
---- a text that is no duration, or a negative one
---
---# Example
---```lua
---sleep "10ms"
---```
---@param duration number|string
function sleep(duration) end
