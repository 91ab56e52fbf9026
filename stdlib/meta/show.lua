---@meta

---Prints rows, a list, a table or a value on stdout, as a table; with `--json`, `--csv` or `--tsv` for programs. Rows of a query keep
---the order of their columns; a report is shown with the lists that it holds.
---@overload fun(value: any, title?: string)
show = {}

---@class show.chart.Options
---@field x? string the column of the labels; the first if absent
---@field y? string the column of the numbers; the first of numbers beside `x` if absent
---@field kind? "bar"|"line" bars if absent
---@field title? string

---Draws one column over another on stdout. NULL leaves a gap.
---@param rows table[]
---@param options? show.chart.Options
function show.chart(rows, options) end
