//! How far a table has been promoted.
