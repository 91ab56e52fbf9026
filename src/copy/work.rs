//! How the work is divided: into commits, and among connections.

#[derive(Debug, Clone, Default)]
pub struct Work {}
