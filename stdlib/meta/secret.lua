---@meta

---A variable of `.env` or of the environment. Whatever is printed from then on shows `[secret]` instead.
---
---# Errors
---- the variable is in neither `.env` nor the environment
---
---# Example
---```lua
---local home = secret "HOME"
---print(home) -- [secret]
---```
---@param name string
---@return string value
function secret(name) end
