-- What specs are written with: `it` runs one rule, `same` and `raises` check; a spec file ends with `finish()`.
local spec = {}

local failures = {}

--- Runs `rule`; what it raises is kept for the end, so that the other rules run too.
function spec.it(name, rule)
  local ok, problem = xpcall(rule, function(e) return debug.traceback(tostring(e), 2) end)
  if not ok then failures[#failures + 1] = name .. ": " .. problem end
end

local function render(value)
  if type(value) ~= "table" then return type(value) == "string" and string.format("%q", value) or tostring(value) end
  local parts = {}
  for k, v in pairs(value) do parts[#parts + 1] = "[" .. render(k) .. "]=" .. render(v) end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- Raises unless both are the same value, tables compared by what they hold.
function spec.same(expected, actual)
  local a, b = render(expected), render(actual)
  if math.type(expected) ~= math.type(actual) or a ~= b then
    error("expected " .. a .. ", got " .. b, 2)
  end
end

--- Raises unless `f` raises something whose text holds `text`; returns what was raised.
function spec.raises(text, f)
  local ok, problem = pcall(f)
  if ok then error("expected an error with `" .. text .. "`, got none", 2) end
  if not tostring(problem):find(text, 1, true) then
    error("expected an error with `" .. text .. "`, got: " .. tostring(problem), 2)
  end
  return problem
end

--- Looks again until `f` gives `expected`: for what ends a moment after the call that ended it.
function spec.eventually(expected, f)
  for _ = 1, 1000 do
    if f() == expected then return end
    sleep(0.01)
  end
  spec.same(expected, f())
end

function spec.finish()
  if #failures > 0 then error(#failures .. " rules broken\n" .. table.concat(failures, "\n"), 0) end
end

return spec
