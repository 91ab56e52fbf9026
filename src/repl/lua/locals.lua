-- The locals of a line, for the lines behind it: each chunk reaches them by functions that the chunk itself has made
-- around its variables, so they stay the very variables that its functions know. What is declared again is another
-- variable.

local globals = ...

local visible = {}
local environment
local closable = {}

local function scope(variables)
  return setmetatable({}, {
    __index = function(_, name)
      local variable = variables[name]
      if variable then
        return variable[1]()
      end
      return globals[name]
    end,
    __newindex = function(_, name, value)
      local variable = variables[name]
      if not variable then
        globals[name] = value
      elseif variable[2] then
        variable[2](value)
      else
        error(("attempt to assign to const variable '%s'"):format(name), 2)
      end
    end,
  })
end

environment = scope(visible)

-- As Lua itself does where the variable is declared; a metatable that is hidden tells nothing.
local function check(name, value)
  local meta = getmetatable(value)
  if type(meta) == "table" and not meta.__close or meta == nil then
    error(("variable '%s' got a non-closable value"):format(name), 3)
  end
end

-- `variables` has by its name what reads a variable, what writes it unless it is constant, and whether it is to be
-- closed.
local function keep(variables)
  local all = {}
  for name, variable in pairs(visible) do
    all[name] = variable
  end
  for name, variable in pairs(variables) do
    all[name] = variable
    if variable[3] then
      local value = variable[1]()
      if value then
        check(name, value)
        closable[#closable + 1] = value
      end
    end
  end
  visible, environment = all, scope(all)
end

-- Closes what has been declared `<close>`, last first, at the end of the session.
local function close()
  for index = #closable, 1, -1 do
    local value <close> = table.remove(closable, index)
  end
end

return {
  keep = keep,
  close = close,
  environment = function()
    return environment
  end,
  names = function()
    local names = {}
    for name in pairs(visible) do
      names[#names + 1] = name
    end
    return names
  end,
}
