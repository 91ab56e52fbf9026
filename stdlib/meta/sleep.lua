---@meta

---Waits for a number of seconds, or for as long as PostgreSQL would read from `"500ms"`, `"5s"`, `"2min"`.
---@param duration number|string
function sleep(duration) end
