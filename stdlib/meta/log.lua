---@meta

---A line among the progress, on stderr. `print` writes to stdout.
---
---# Example
---```lua
---log("laws to go: " .. dev:value "SELECT count(*) FROM uk_lrt")
---```
---@param ... any
function log(...) end
