//! The Lua machine: loader, prelude, parameters, tracebacks, cancellation.
