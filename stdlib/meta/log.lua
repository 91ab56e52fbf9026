---@meta

---A line among the progress, on stderr. `print` writes to stdout.
---@param ... any
function log(...) end
