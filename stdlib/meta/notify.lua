---@meta

---@class (exact) notify.Options
---@field url string where to post: a secret, of which only the host is ever shown
---@field message? string what to say beside the outcome
---@field on? "always"|"failure" which ends are posted (default `"always"`); an interruption counts as a failure
---@field timeout? number|string for each attempt (default `10`)
---@field retries? integer further attempts when there is no answer, or one that is 408, 429 or 5xx (default `3`)
---@field now? boolean post `message` at once, and not at the end of the run (default `false`)

---Has a webhook told how this run ended, whatever ends it: JSON with `text`, which Slack and its like show, and with `message`,
---`playbook`, `status` (`succeeded`, `failed`, `interrupted`), `seconds`, `steps`, `error` and `host`. Secrets are taken out. What cannot
---be delivered is a warning and changes nothing about how the run ends; a second Ctrl-C ends it without another word. With `now`
---the message is posted at once, with `text`, `message`, `playbook` and `host`. Under `--dry-run` it is printed only.
---
---# Errors
---- `url` is no address of http or https
---- `timeout` is 0, `retries` is negative or more than 100
---- `now` without `message`, or with `on`
---- at the prompt, without `now`
---
---# Example
---```lua
---notify { url = "https://hooks.example.com/services/T000/B000/sesame", on = "failure" }
---```
---@param options notify.Options
---@return boolean? delivered with `now`: whether it was
function notify(options) end
