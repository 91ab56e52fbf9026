---@meta

---Another machine by ssh, as `ssh ALIAS` would reach it, or this one. Nothing is connected before the first call. Under `--dry-run`
---what would change something is told, and gives `{ code = 0, stdout = "", stderr = "" }`; the host of a protected target asks for its
---phrase before the first such call.
---
---# Errors
---- a name that is no destination of ssh; the connection itself is made by the first call
---
---# Example
---```lua
---local machine = host() -- `host "alias"` is another one
---print(machine:run({ "uname", "-s", reads = true }).stdout)
---```
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
---@field check? boolean whether an end other than exit code 0 raises (default `true`)
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
---
---# Errors
---- it ends with another exit code than 0 or by a signal, unless `check = false`: the error has `code` or `signal`, and `stderr`
---- there is no such program or folder
---- it takes longer than `timeout`
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---local ran = host():run { "sh", "-c", "echo $GREETING", env = { GREETING = "hello" }, timeout = "10s" }
---print(ran.stdout)
---```
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
---
---# Errors
---- the file is not there or is a folder; the disk there is full
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---host():write("page.html", "<p>closed</p>")
---host():upload("page.html", "www.html", { mode = "644" })
---```
---@param file string on this machine
---@param path string there; a folder keeps the file's name
---@param options? host.Mode else the mode it has here
---@return host.Moved moved
function Host:upload(file, path, options) end

---Brings a file here, in the same way.
---
---# Errors
---- the file is not there, or changed while it was read
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---host():write("report.txt", "all is well")
---host():download("report.txt", "copy of report.txt")
---```
---@param path string there
---@param file string on this machine
---@return host.Moved moved
function Host:download(path, file) end

---Whether there is a file or a folder.
---
---# Errors
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---if not host():exists "maintenance.flag" then log "no maintenance" end
---```
---@param path string
---@return boolean exists
function Host:exists(path) end

---What a file of at most 16 MiB holds.
---
---# Errors
---- there is no such file, or it is larger
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---host():write("version", "42\n")
---print(host():read "version")
---```
---@param path string
---@return string text
function Host:read(path) end

---Has a file hold a text, in one step for whoever reads it. It keeps its mode unless one is given.
---
---# Errors
---- the file cannot be written
---- the host cannot be reached, its key is unknown or has changed, or the login is refused
---
---# Example
---```lua
---host():write("token.txt", "for nobody else", { mode = "600" })
---```
---@param path string
---@param text string
---@param options? host.Mode
function Host:write(path, text, options) end

---A container there, of docker or podman, whichever knows it.
---
---# Errors
---- a name that no container can have; whether it is there the first call finds
---
---# Example
---```lua
---local container = host():container "shared_postgres"
---print(container:inspect().State.Status)
---```
---@param name string or id
---@return Container container
function Host:container(name) end

---The compose project of a folder there.
---
---# Errors
---- a path that is none; whether it is a project the first call finds
---
---# Example
---```lua
---local project = host():compose "/srv/law"
---show(project:ps())
---```
---@param folder string
---@return Compose compose
function Host:compose(folder) end

---Ends the ssh session; the next call opens another. A `<close>` variable does it at the end of its block.
---
---# Example
---```lua
---local machine <close> = host()
---print(machine:exists "/tmp")
---```
function Host:close() end

---A container on a machine, by name or id. Each call finds it anew, so that it may be made anew meanwhile.
---@class Container
local Container = {}

---Runs a program inside, as `host:run` does, never with a terminal.
---
---# Errors
---- there is no such container, or it is not running
---- as `host:run`
---
---# Example
---```lua
---print(host():container("shared_postgres"):run({ "cat", "/etc/hostname", reads = true }).stdout)
---```
---@param command host.Run
---@return host.Ran ran
function Container:run(command) end

---Brings a file of this machine inside, with no copy on the host.
---
---# Errors
---- there is no such container, or it is not running
---- the file is not there, or there is no such folder inside
---
---# Example
---```lua
---host():write("motd", "welcome")
---host():container("shared_postgres"):copy_in("motd", "/tmp/motd")
---```
---@param file string
---@param path string inside; one that ends in `/` is a folder
---@param options? host.Mode
---@return host.Moved moved
function Container:copy_in(file, path, options) end

---Brings a file from inside to this machine.
---
---# Errors
---- there is no such container, or it is not running
---- the file is not there inside
---
---# Example
---```lua
---host():container("shared_postgres"):copy_out("/etc/hostname", "hostname")
---```
---@param path string inside
---@param file string
---@return host.Moved moved
function Container:copy_out(path, file) end

---What `docker inspect` tells.
---
---# Errors
---- there is no such container
---
---# Example
---```lua
---print(host():container("shared_postgres"):inspect().Config.Image)
---```
---@return table facts
function Container:inspect() end

---@class (exact) host.Logs
---@field tail? integer only so many of the last lines

---What it printed.
---
---# Errors
---- there is no such container
---
---# Example
---```lua
---print(host():container("shared_postgres"):logs({ tail = 5 }).stdout)
---```
---@param options? host.Logs
---@return host.Ran ran
function Container:logs(options) end

---@class (exact) host.Healthy
---@field tries? integer how often it is asked (default `30`)
---@field every? number|string the pause between (default `"2s"`)

---Waits until its own health check says `healthy`; raises when the tries are used up, and at once when it has ended or has no check.
---
---# Errors
---- it has no health check, has ended, or is not healthy after so many tries
---
---# Example
---```lua
---local ok, why = pcall(function()
---  host():container("shared_postgres"):wait_healthy { tries = 2, every = "100ms" }
---end)
---print(ok, why)
---```
---@param options? host.Healthy
---@return { tries: integer, seconds: number } health
function Container:wait_healthy(options) end

---A compose project. Words of its options are services; none means all. No call removes a volume.
---@class Compose
local Compose = {}

---@class (exact) host.Services
---@field [integer] string

---The containers of the project, those that do not run included.
---
---# Errors
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---for _, it in ipairs(host():compose("/srv/law"):ps()) do print(it.service, it.state) end
---```
---@param services? host.Services
---@return { service: string, name: string, id: string, image: string, state: string, health?: string }[] containers
function Compose:ps(services) end

---Fetches the images of the services.
---
---# Errors
---- an image cannot be fetched
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---host():compose("/srv/law"):pull { "web" }
---```
---@param services? host.Services
---@return host.Ran ran
function Compose:pull(services) end

---@class (exact) host.Up: host.Services
---@field force_recreate? boolean makes containers anew though nothing has changed; their volumes stay
---@field no_deps? boolean leaves alone what the services depend on

---Brings services up in the background.
---
---# Errors
---- a service cannot be started
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---host():compose("/srv/law"):up { "web", no_deps = true }
---```
---@param options? host.Up
---@return host.Ran ran
function Compose:up(options) end

---Stops the services.
---
---# Errors
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---host():compose("/srv/law"):stop { "web" }
---```
---@param services? host.Services
---@return host.Ran ran
function Compose:stop(services) end

---Stops the services and starts them again.
---
---# Errors
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---host():compose("/srv/law"):restart { "web" }
---```
---@param services? host.Services
---@return host.Ran ran
function Compose:restart(services) end

---@class (exact) host.Exec: host.Run
---@field service string

---Runs a program in the running container of a service, as `container:run` does.
---
---# Errors
---- the service has no running container
---- as `host:run`
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---host():compose("/srv/law"):exec { "true", service = "web", reads = true }
---```
---@param command host.Exec
---@return host.Ran ran
function Compose:exec(command) end

---@class (exact) host.ServiceLogs: host.Services
---@field tail? integer only so many of the last lines of each

---What the services printed.
---
---# Errors
---- no `docker compose` and no `docker-compose` can be used, or the folder is no project
---
---# Example
---```lua
---print(host():compose("/srv/law"):logs({ "web", tail = 10 }).stdout)
---```
---@param options? host.ServiceLogs
---@return host.Ran ran
function Compose:logs(options) end
