---@meta

---Asks the operator a yes-or-no question. Under `--dry-run` nothing is asked and the answer is true.
---Without a terminal `--confirm "QUESTION"` says yes.
---
---# Errors
---- there is no terminal and no `--confirm` answers the question
---
---# Example
---```lua
---if confirm "Delete the laws without sections?" then
---  prod:execute "DELETE FROM uk_lrt WHERE lat_count = 0"
---end
---```
---@param question string
---@return boolean yes
function confirm(question) end
