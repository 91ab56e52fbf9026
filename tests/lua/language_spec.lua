-- The language playbooks are written in.
local spec = require "spec"
local it, same = spec.it, spec.same

it("is Lua 5.4 with its standard library", function()
  same("Lua 5.4", _VERSION)
  same("2/3", string.format("%d/%d", 2, 3))
  same({ "a", "b" }, table.move({ "a", "b" }, 1, 2, 1, {}))
end)

it("closes what was declared <close>, in reverse order", function()
  local closed = {}
  local function closer(name)
    return setmetatable({}, { __close = function() closed[#closed + 1] = name end })
  end
  do
    local first <close> = closer "first"
    local second <close> = closer "second"
  end
  same({ "second", "first" }, closed)
end)

spec.finish()
