---@meta

---Runs a named, timed part of the procedure and returns what `fn` returns. Steps can stand inside each other.
---@param name string
---@param fn fun(): ...
---@return any ...
function step(name, fn) end
