//! Which rows and columns cross, and as what.

/// Without anything said, all rows as they are.
#[derive(Debug, Clone, Default)]
pub struct Shape {}
