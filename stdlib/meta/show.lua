---@meta

---Prints rows, a list, a table or a value on stdout, as a table; with `--json` as JSON lines. Rows of a query keep the order of
---their columns.
---
---# Example
---```lua
---show(dev:query "SELECT name, year FROM uk_lrt ORDER BY year LIMIT 3", "the oldest laws")
---```
---@param value any
---@param title? string
function show(value, title) end
