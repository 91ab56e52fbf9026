-- What `show.chart` and `notify` refuse, before anything is drawn or posted.
local spec = require "spec"
local it, raises = spec.it, spec.raises

local rows = { { code = "uksi", count = 20 }, { code = "ukpga", count = 5 } }

it("names the column that a chart was meant to have", function()
  raises("option `y`: the rows have no column `cuont`, did you mean `count`; there are `code`, `count`",
    function() show.chart(rows, { y = "cuont" }) end)
  raises("option `x`: the rows have no column `kode`, did you mean `code`",
    function() show.chart(rows, { x = "kode" }) end)
end)

it("refuses to draw what is no number", function()
  raises("column `code` is `uksi` in row 1, which is no number", function() show.chart(rows, { y = "code" }) end)
  raises("the rows have no columns", function() show.chart({ {}, {} }) end)
  raises("no column of numbers to draw; name one with `y`", function() show.chart({ { a = "x", b = "y" } }) end)
  raises("a list of rows expected, got a list with a integer", function() show.chart({ 1, 2 }) end)
  raises("a list of rows expected, got one table", function() show.chart({ a = 1 }) end)
end)

it("refuses options that a chart does not have", function()
  raises("option `kind` must be one of `bar`, `line`, got `bra`, did you mean `bar`",
    function() show.chart(rows, { kind = "bra" }) end)
  raises("unknown option `titel`, did you mean `title`", function() show.chart(rows, { titel = "x" }) end)
end)

it("draws a query's columns in their order", function()
  local dev <const> = connect "dev"
  show.chart(dev:query "SELECT 'a' AS z, 1.5::numeric AS a", { kind = "line" })
end)

it("refuses an address without repeating it", function()
  for _, url in ipairs { "hooks.example.test/T000", "ftp://example.test/T000" } do
    local problem = raises("option `url`: the address of the webhook is no `http://` or `https://` address with a host",
      function() notify { url = url } end)
    if tostring(problem):find("T000", 1, true) then error("the address is told") end
  end
end)

it("refuses options that contradict each other", function()
  local url = "http://127.0.0.1:1/"
  raises("option `url` is missing", function() notify { message = "x" } end)
  raises("option `message` is missing, which `now` posts", function() notify { url = url, now = true } end)
  raises("option `on` is about the end of the run; leave `now` or it out", function()
    notify { url = url, now = true, message = "x", on = "always" }
  end)
  raises("option `on` must be one of `always`, `failure`", function() notify { url = url, on = "fail" } end)
  raises("option `timeout` must be more than 0", function() notify { url = url, timeout = 0 } end)
  raises("option `retries` must be from 0 to 100", function() notify { url = url, retries = -1 } end)
end)

spec.finish()
