---@meta

---Prints rows, a list, a table or a value on stdout, as a table; with `--json` as JSON lines. Rows of a query keep the order of
---their columns.
---@param value any
---@param title? string
function show(value, title) end
