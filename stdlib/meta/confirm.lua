---@meta

---Asks the operator a yes-or-no question. Under `--dry-run` nothing is asked and the answer is true.
---Without a terminal `--confirm "QUESTION"` says yes.
---@param question string
---@return boolean yes
function confirm(question) end
