//! Throw-away servers for `runner sandbox` and the tests.
