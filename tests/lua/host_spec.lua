-- `host()`: this machine. What another one does alike is told in tests/machine.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local h = host()

it("a command gives its output and how it ended", function()
  local ran = h:run { "sh", "-c", "echo out; echo err >&2", reads = true }
  same({ 0, "out\n", "err" }, { ran.code, ran.stdout, ran.stderr })
  same("float", math.type(ran.seconds))
  same(7, h:run { "sh", "-c", "exit 7", check = false }.code)
  same("TERM", h:run { "sh", "-c", "kill $$", check = false }.signal)
end)

it("an end that is no good one raises, with what is known of it", function()
  local e = raises("exited with code 2: second", function()
    h:run { "sh", "-c", "echo first >&2; echo second >&2; exit 2" }
  end)
  same({ 2, "first\nsecond" }, { e.code, e.stderr })
end)

it("nothing is special to a shell", function()
  same("$HOME `id` *; 'x'", h:run { "printf", "%s", "$HOME `id` *; 'x'" }.stdout)
end)

it("input, environment and folder are given by name", function()
  same("/usr\nb\nin", h:run { "sh", "-c", "pwd; echo $A; cat", cwd = "/usr", env = { A = "b" }, stdin = "in" }.stdout)
end)

it("a command that takes too long is ended", function()
  raises("did not end within 50 ms", function() h:run { "sleep", "100", timeout = "50ms" } end)
end)

it("relative paths start at the folder of runner.toml", function()
  h:write("x.txt", "text")
  same({ "text", true, false }, { h:read "x.txt", h:exists "./x.txt", h:exists "y.txt" })
  same("text", h:run { "cat", "x.txt" }.stdout)
  same(4, h:upload("x.txt", "y.txt").bytes)
  same(4, h:download("y.txt", "z.txt").bytes)
  same("text", h:read "z.txt")
end)

it("what lies in the way of a file on its way is not written to", function()
  h:write("precious", "kept")
  h:run { "ln", "-s", "precious", ".new.runner-part" }
  h:write("new", "secret", { mode = "600" })
  same({ "kept", "secret" }, { h:read "precious", h:read "new" })
  same("600\n", h:run { "stat", "-c", "%a", "new" }.stdout)
  same(false, h:exists ".new.runner-part")
end)

it("options and names are checked", function()
  raises("unknown option `evn`, did you mean `env`", function() h:run { "true", evn = {} } end)
  raises("no name of a container", function() h:container "a b" end)
  raises("is no ssh destination", function() host "" end)
  same("host localhost", tostring(h))
end)

spec.finish()
