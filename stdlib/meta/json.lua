---@meta

---Documents as text and as tables. What `decode` returns remembers which tables were arrays and which were objects.
json = {}

---The text of a value. Without a mark a table is an array if its keys are 1..n and there is at least one.
---
---# Errors
---- a function, a thread or a Db in it; a table that contains itself; a number that JSON has not; a string that is not UTF-8
---
---# Example
---```lua
---print(json.encode { name = "lat", ids = { 1, 2 }, gone = null })
---```
---@param value any
---@return string text
function json.encode(value) end

---The value of a text. `null` stands for null. Numbers that neither integer nor float can hold become strings.
---
---# Errors
---- the text is no JSON: the error says where
---
---# Example
---```lua
---print(json.decode('{"a": [1, 2, null]}').a[2])
---```
---@param text string
---@return any value
function json.decode(text) end

---Marks a table as an array, so that an empty one is `[]`.
---
---# Example
---```lua
---print(json.encode { ids = json.array {} }) -- {"ids":[]}
---```
---@param table table
---@return table table the same table
function json.array(table) end

---Marks a table as an object.
---
---# Example
---```lua
---print(json.encode(json.object {})) -- {}
---```
---@param table table
---@return table table the same table
function json.object(table) end
