-- A first playbook:  runner playbooks/hello.lua --name you
local args = playbook {
  summary = "Ask the dev database who it is",
  params = {
    name = { type = "string", default = "operator", help = "whom to greet" },
  },
}

local dev = connect "dev"
local server = dev:one "SELECT current_database() AS name, current_user AS role"

log("hello " .. args.name .. ", this is " .. server.name)
show(dev:query("SELECT $1 AS name, $2 AS role", server.name, server.role))
