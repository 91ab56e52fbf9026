//! What only OpenSSH itself can do, so that the user's own `ssh` has to be asked.

/// Why a host takes the user's own `ssh`. Each reads on after "since".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnlyOpenssh {
    #[error("it is reached by `ProxyCommand {0}`")]
    ProxyCommand(String),
    #[error("its host keys are told by `KnownHostsCommand {0}`")]
    KnownHostsCommand(String),
    #[error("its keys are told by `PKCS11Provider {0}`")]
    Pkcs11(String),
    /// A key file of type `sk-*`.
    #[error("the key `{0}` is on a security key")]
    SecurityKey(String),
    /// The names of methods that are not `publickey`, as ssh spells them.
    #[error("it asks for {}", .0.join(", "))]
    Methods(Vec<String>),
    /// Also a list of algorithms none of which is known here.
    #[error("runner itself cannot do `{option} {value}`")]
    Option { option: &'static str, value: String },
    /// The host offers nothing that is known here.
    #[error("the host offers no {kind} that runner itself can do, only {}", offered.join(", "))]
    Offered {
        kind: &'static str,
        offered: Vec<String>,
    },
}

impl OnlyOpenssh {
    pub fn option(option: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self::Option { option, value }
    }
}
