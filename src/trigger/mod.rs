//! The state of triggers, and its exact restoration.
