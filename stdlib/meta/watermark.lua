---@meta

---How far tables have been promoted, stored with the data it describes.
watermark = {}

---@class (exact) watermark.Options
---@field db? Db the database the rows are brought to, which keeps the marks in its schema `runner`
---@field file? string a JSON file with a time for each table, instead; it is written after the commit
---@field name? string tells the marks of one procedure from those of another; goes with `db`

---Marks, which say since when rows count as changed. Nothing is made before the first `advance`.
---
---# Errors
---- both `db` and `file`, or neither
---- `name` is missing with `db`
---- the file holds no marks
---
---# Example
---```lua
---local marks = watermark.open { db = prod, name = "promote" }
---show(marks:show())
---```
---@param options watermark.Options
---@return Marks marks
function watermark.open(options) end

---The marks of a name, by table.
---@class Marks
local Marks = {}

---@class (exact) watermark.ChangedOptions
---@field column? string an ordered column written with every change, instead of the transactions; approximate
---@field since? string rows whose `column` is not older than this, instead of the stored mark
---@field where? string only rows that this SQL condition holds for; marks are kept for each condition apart

---The rows that have changed since the mark, for `copy.tables { from = changed, mode = "upsert" }`; without a mark all of them.
---Deleted rows are not seen.
---
---# Errors
---- `since` without `column`, or a column that the table has not
---- `where` with marks in a file
---
---# Example
---```lua
---local marks = watermark.open { db = prod, name = "promote" }
---local changed = marks:changed(dev, "uk_lrt")
---print(changed.table, changed.everything)
---```
---@param from Db best a snapshot
---@param table string
---@param options? watermark.ChangedOptions
---@return watermark.Changed changed
function Marks:changed(from, table, options) end

---Moves the mark in the transaction that brings the rows: it commits with them, or not at all. Refuses a gap.
---
---# Errors
---- the transaction is no transaction, or is of another database than the marks
---- `since` was later than the stored mark: what changed in between would be lost
---- another run has moved the mark meanwhile
---
---# Example
---```lua
---local marks = watermark.open { db = prod, name = "promote" }
---dev:snapshot(function(src)
---  prod:transaction(function(tx)
---    local changed = marks:changed(src, "uk_lrt")
---    copy.tables { from = changed, to = tx, mode = "upsert" }
---    marks:advance(tx, changed)
---  end)
---end)
---```
---@param tx Db
---@param changed watermark.Changed
function Marks:advance(tx, changed) end

---@class watermark.Mark
---@field table string
---@field mark string a transaction of the source, or a value of the column
---@field column string empty where changes are told by transactions
---@field where string
---@field source string the identity of the source
---@field advanced_at string

---The stored marks of this name.
---
---# Errors
---- the server refuses it
---
---# Example
---```lua
---for _, mark in ipairs(watermark.open({ db = prod, name = "promote" }):show()) do print(mark.table, mark.mark) end
---```
---@return watermark.Mark[] marks
function Marks:show() end

---@class watermark.Changed
---@field table string
---@field everything boolean whether every row counts as changed, for want of a mark
---@field mark? string what `advance` will store
