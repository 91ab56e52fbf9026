//! What is done about the foreign keys and the triggers of the target while rows arrive.

#[derive(Debug, Clone, Default)]
pub struct Guards {}
