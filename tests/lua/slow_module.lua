-- A module that asks a server while it loads.
local name = ...
local dev <close> = connect "dev"
return { name = name, value = dev:value "SELECT 'value' FROM pg_sleep(0.001)" }
