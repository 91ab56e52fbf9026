---@meta

---Prints what `runner help` tells about a function, a module, a Db or a name; without an argument about all there is.
---
---# Errors
---- there is no help about it
---
---# Example
---```lua
---help(copy.tables)
---help "db:query"
---```
---@param value? any
function help(value) end
