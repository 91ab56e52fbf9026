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

it("writes to stdout and stderr as stock Lua does", function()
  same(io.stdout, io.write())
  same(io.stderr, io.stderr:write(""))
  for _, write in ipairs { io.write, function(...) io.stdout:write(...) end } do
    local ok, message = pcall(write, "", nil)
    same(false, ok)
    same("bad argument #2 to 'write' (string expected, got nil)", message:gsub("^.-:%d+: ", ""))
  end
  local ok, message = pcall(io.stdout.write, "no file")
  same(false, ok)
  assert(message:find("bad argument #1 to 'write' (FILE* expected, got string)", 1, true), message)
  local file = assert(io.tmpfile())
  same(file, file:write("1", 2, " ", 3.5))
  file:seek "set"
  same("12 3.5", file:read "a")
  file:close()
  local fine, closed = pcall(file.write, file, "x")
  same(false, fine)
  assert(closed:find("attempt to use a closed file", 1, true), closed)
end)

it("waits for commands as stock Lua does", function()
  local ok, how, code = os.execute "exit 3"
  same("nil exit 3", ("%s %s %d"):format(ok, how, code))
  same(true, os.execute())
end)

spec.finish()
