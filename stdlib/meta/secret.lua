---@meta

---A variable of `.env` or of the environment. Whatever is printed from then on shows `[secret]` instead.
---@param name string
---@return string value
function secret(name) end
