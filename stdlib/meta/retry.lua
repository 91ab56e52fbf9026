---@meta

---@class (exact) retry.Options
---@field times? integer attempts in all; 3 if absent
---@field delay? number|string the pause between two attempts; 1 second if absent

---Runs `fn(attempt)` again when it raises, and returns what it returns. An interruption is not tried again; under `--dry-run`
---`fn` runs once.
---@param options retry.Options
---@param fn fun(attempt: integer): ...
---@return any ...
---@overload fun(fn: fun(attempt: integer): ...): ...
function retry(options, fn) end
