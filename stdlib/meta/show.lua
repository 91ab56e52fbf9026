---@meta

---Prints rows, a list, a table or a value on stdout, as a table; with `--json`, `--csv` or `--tsv` for programs. Rows of a query keep
---the order of their columns; a report is shown with the lists that it holds.
---
---# Example
---```lua
---show(dev:query "SELECT name, year FROM uk_lrt ORDER BY year LIMIT 3", "the oldest laws")
---```
---@overload fun(value: any, title?: string)
show = {}

---@class (exact) show.chart.Options
---@field x? string the column of the labels; (default the first)
---@field y? string the column of the numbers; (default the first of numbers beside `x`)
---@field kind? "bar"|"line" (default `"bar"`)
---@field title? string stands above it

---Draws one column over another on stdout. NULL leaves a gap.
---
---# Errors
---- the rows have no such column, or none of numbers
---- a value of `y` is no number
---
---# Example
---```lua
---show.chart(dev:query "SELECT type_code, count(*) FROM uk_lrt GROUP BY 1 ORDER BY 2 DESC", { title = "laws" })
---```
---@param rows table[]
---@param options? show.chart.Options
function show.chart(rows, options) end
