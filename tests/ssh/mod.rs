//! As exact as OpenSSH: each case is a host of an ssh configuration, which both `ssh` and the program are asked for.
//! They must agree whether one gets there, and what the program says where not is pinned.

mod algorithms;
mod host_keys;
mod jumps;
mod lab;
mod learning;
mod user_keys;
