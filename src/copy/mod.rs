//! Rows from server to server, from dumps, and the check that they arrived.
