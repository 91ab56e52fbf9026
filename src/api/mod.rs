//! The Lua surface: one file per global, thin. Arguments in, domain call, value out.
