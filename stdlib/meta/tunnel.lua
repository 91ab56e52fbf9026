---@meta

---Tunnels for other programs.
tunnel = {}

---@class (exact) tunnel.Options
---@field target? string a target of `runner.toml`; or the keys of one without a name:
---@field url? string
---@field ssh? string an alias of the ssh configuration, or `user@host:port`
---@field docker? string a container there, or on this machine
---@field host? string the server, as the ssh host sees it
---@field port? integer
---@field user? string
---@field password? string
---@field database? string
---@field sslmode? string
---@field sslrootcert? string
---@field local_port? integer a port of 127.0.0.1 that must be free; else one is found

---Listens on a port of 127.0.0.1 and leads every connection to the server, until it is closed or the run ends. What cannot be
---reached raises at once. A protected target asks for its phrase: what passes a tunnel cannot be read-only. Under `--dry-run` the
---server is tried, and clients are turned away.
---
---# Errors
---- the server cannot be reached; `local_port` is taken
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---local way <close> = tunnel.open { target = "prod" }
---print(way.port, way.url)
---```
---@param options tunnel.Options
---@return Tunnel tunnel
function tunnel.open(options) end

---A tunnel that is open.
---@class Tunnel
---@field port integer of 127.0.0.1
---@field url string for other programs, without a password
---@field env table<string, string> PGHOST, PGPORT and so on for programs that use libpq; the password is in the file PGPASSFILE names
local Tunnel = {}

---Ends the tunnel and every connection through it. A `<close>` variable does it at the end of its block.
---
---# Example
---```lua
---local way = tunnel.open { target = "prod" }
---way:close()
---```
function Tunnel:close() end
