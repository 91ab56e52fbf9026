---@meta

---Another machine by ssh, as `ssh ALIAS` would reach it, or this one. Nothing is connected before the first call. Under `--dry-run`
---what would change something is told, and gives `{ code = 0, stdout = "", stderr = "" }`; the host of a protected target asks for its
---phrase before the first such call.
---@param alias? string an alias of `~/.ssh/config` or `user@host:port`; nothing for this machine
---@return Host host
function host(alias) end

---A machine. Relative paths on it start at the user's home; on this machine at the folder of `runner.toml`. `~` is the home.
---@class Host
local Host = {}

---@class (exact) host.Run
---@field [integer] string the program and its arguments; nothing in them is special to a shell
---@field stdin? string
---@field env? table<string, string|number> added to the environment; shown in no list of processes
---@field cwd? string
---@field check? boolean whether an end other than exit code 0 raises; true if nothing is said
---@field reads? boolean it changes nothing: run under `--dry-run`, too, and without a phrase
---@field timeout? number|string after which it is ended, and an error raised

---@class host.Ran
---@field code? integer
---@field signal? string without `SIG`, where one ended it
---@field stdout string at most the first 16 MiB
---@field stderr string at most the last 64 KiB
---@field seconds number

---Runs a program to its end; its lines are shown as they come. It ends with the run, however that ends. An error has `code` or
---`signal`, and `stderr`.
---@param command host.Run
---@return host.Ran ran
function Host:run(command) end

---@class (exact) host.Mode
---@field mode? string octal digits: `"640"`

---@class host.Moved
---@field bytes integer
---@field resumed integer how many of them an interrupted run had brought already
---@field seconds number

---Brings a file there by sftp. It appears under its name whole; what an interrupted run had sent is not sent again.
---@param file string on this machine
---@param path string there; a folder keeps the file's name
---@param options? host.Mode else the mode it has here
---@return host.Moved moved
function Host:upload(file, path, options) end

---Brings a file here, in the same way.
---@param path string there
---@param file string on this machine
---@return host.Moved moved
function Host:download(path, file) end

---Whether there is a file or a folder.
---@param path string
---@return boolean exists
function Host:exists(path) end

---What a file of at most 16 MiB holds.
---@param path string
---@return string text
function Host:read(path) end

---Has a file hold a text, in one step for whoever reads it. It keeps its mode unless one is given.
---@param path string
---@param text string
---@param options? host.Mode
function Host:write(path, text, options) end

---A container there, of docker or podman, whichever knows it.
---@param name string or id
---@return Container container
function Host:container(name) end

---The compose project of a folder there.
---@param folder string
---@return Compose compose
function Host:compose(folder) end

---Ends the ssh session; the next call opens another. A `<close>` variable does it at the end of its block.
function Host:close() end

---@class Container
local Container = {}

---Runs a program inside, as `host:run` does, never with a terminal.
---@param command host.Run
---@return host.Ran ran
function Container:run(command) end

---Brings a file of this machine inside, with no copy on the host.
---@param file string
---@param path string inside; one that ends in `/` is a folder
---@param options? host.Mode
---@return host.Moved moved
function Container:copy_in(file, path, options) end

---Brings a file from inside to this machine.
---@param path string inside
---@param file string
---@return host.Moved moved
function Container:copy_out(path, file) end

---What `docker inspect` tells.
---@return table facts
function Container:inspect() end

---@class (exact) host.Logs
---@field tail? integer only so many of the last lines

---What it printed.
---@param options? host.Logs
---@return host.Ran ran
function Container:logs(options) end

---@class (exact) host.Healthy
---@field tries? integer 30 if nothing is said
---@field every? number|string 2 seconds if nothing is said

---Waits until its own health check says `healthy`; raises when the tries are used up, and at once when it has ended or has no check.
---@param options? host.Healthy
---@return { tries: integer, seconds: number } health
function Container:wait_healthy(options) end

---A compose project. Words of its options are services; none means all. No call removes a volume.
---@class Compose
local Compose = {}

---@class (exact) host.Services
---@field [integer] string

---The containers of the project, those that do not run included.
---@param services? host.Services
---@return { service: string, name: string, id: string, image: string, state: string, health?: string }[] containers
function Compose:ps(services) end

---@param services? host.Services
---@return host.Ran ran
function Compose:pull(services) end

---@class (exact) host.Up: host.Services
---@field force_recreate? boolean makes containers anew though nothing has changed; their volumes stay
---@field no_deps? boolean leaves alone what the services depend on

---Brings services up in the background.
---@param options? host.Up
---@return host.Ran ran
function Compose:up(options) end

---@param services? host.Services
---@return host.Ran ran
function Compose:stop(services) end

---@param services? host.Services
---@return host.Ran ran
function Compose:restart(services) end

---@class (exact) host.Exec: host.Run
---@field service string

---Runs a program in the running container of a service, as `container:run` does.
---@param command host.Exec
---@return host.Ran ran
function Compose:exec(command) end

---@class (exact) host.ServiceLogs: host.Services
---@field tail? integer only so many of the last lines of each

---@param options? host.ServiceLogs
---@return host.Ran ran
function Compose:logs(options) end
