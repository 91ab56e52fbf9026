//! The ways in which the copies are made that something strikes.

use rand::RngExt;
use rand::rngs::StdRng;
use runner::copy::{Atomic, CopyOptions, ForeignKeys};

/// Who copies. The tables are [`Role::Owner`]'s.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    Superuser,
    Owner,
}

/// How a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    jobs: usize,
    pub atomic: Atomic,
    foreign_keys: ForeignKeys,
}

impl Manner {
    pub const PLAIN: Self = Self {
        jobs: 1,
        atomic: Atomic::Unit,
        foreign_keys: ForeignKeys::Auto,
    };

    pub fn any(random: &mut StdRng) -> Self {
        Self {
            jobs: either(random, &[1, 3]),
            atomic: either(
                random,
                &[Atomic::Unit, Atomic::Unit, Atomic::Set, Atomic::Staged],
            ),
            foreign_keys: either(random, &[ForeignKeys::Auto, ForeignKeys::Drop]),
        }
    }

    pub fn set(self, options: &mut CopyOptions) {
        options.work.jobs = Some(self.jobs);
        options.work.atomic = self.atomic;
        options.guards.foreign_keys = self.foreign_keys;
    }

    /// The same as options of a playbook.
    pub fn lua(self) -> String {
        let atomic = match self.atomic {
            Atomic::Unit => "false",
            Atomic::Set => "true",
            Atomic::Staged => "'staged'",
        };
        let (jobs, foreign_keys) = (self.jobs, self.foreign_keys.word());
        format!("jobs = {jobs}, foreign_keys = '{foreign_keys}', atomic = {atomic}")
    }
}

pub fn either<T: Copy>(random: &mut StdRng, all: &[T]) -> T {
    all[random.random_range(0..all.len())]
}
