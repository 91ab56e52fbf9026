---@meta

---Documents as text and as tables. What `decode` returns remembers which tables were arrays and which were objects.
json = {}

---Without a mark a table is an array if its keys are 1..n and there is at least one.
---@param value any
---@return string text
function json.encode(value) end

---`null` stands for null. Numbers that neither integer nor float can hold become strings.
---@param text string
---@return any value
function json.decode(text) end

---Marks a table as an array, so that an empty one is `[]`.
---@param table table
---@return table table the same table
function json.array(table) end

---Marks a table as an object.
---@param table table
---@return table table the same table
function json.object(table) end
