//! What only OpenSSH itself can do, so that the user's own `ssh` has to be asked.

use std::path::PathBuf;

use super::settings::Settings;

const PUBLIC_KEY: &str = "publickey";
/// OpenSSH's own order.
const METHODS: &str = "gssapi-with-mic,hostbased,publickey,keyboard-interactive,password";

/// Why a host takes the user's own `ssh`. Each reads on after "since".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnlyOpenssh {
    /// The socket of a master connection of the user's.
    #[error("a master connection is open at `{}`", .0.display())]
    Master(PathBuf),
    /// The alias of the next host on the way.
    #[error("`{0}` behind it does")]
    Behind(String),
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

impl Settings {
    /// What of the configuration nobody but OpenSSH can do.
    pub fn only_openssh(&self) -> Option<OnlyOpenssh> {
        let given = |key| self.given(key).map(str::to_owned);
        let public_key = PUBLIC_KEY.to_owned();
        if let Some(command) = given("proxycommand") {
            Some(OnlyOpenssh::ProxyCommand(command))
        } else if let Some(command) = given("knownhostscommand") {
            Some(OnlyOpenssh::KnownHostsCommand(command))
        } else if let Some(provider) = given("pkcs11provider") {
            Some(OnlyOpenssh::Pkcs11(provider))
        } else if let Some(interface) = given("bindinterface") {
            Some(OnlyOpenssh::option("BindInterface", interface))
        } else if let Some(file) = given("revokedhostkeys") {
            Some(OnlyOpenssh::option("RevokedHostKeys", file))
        } else if !self.methods().contains(&public_key) {
            Some(OnlyOpenssh::Methods(self.other_methods()))
        } else {
            None
        }
    }

    /// The ways of logging in besides keys.
    pub fn other_methods(&self) -> Vec<String> {
        let mut methods = self.methods();
        methods.retain(|method| method != PUBLIC_KEY);
        methods
    }

    /// The ways of logging in that are switched on, in the order they are to be tried.
    fn methods(&self) -> Vec<String> {
        let switched_on = |method: &&str| match *method {
            "gssapi-with-mic" => self.is_yes("gssapiauthentication"),
            "hostbased" => self.is_yes("hostbasedauthentication"),
            PUBLIC_KEY => !self.is_no("pubkeyauthentication"),
            "keyboard-interactive" => !self.is_no("kbdinteractiveauthentication"),
            "password" => !self.is_no("passwordauthentication"),
            _ => false,
        };
        let preferred = self.given("preferredauthentications").unwrap_or(METHODS);
        preferred
            .split(',')
            .filter(switched_on)
            .map(str::to_owned)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(&str, &str)]) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in lines {
            settings.add(key, value);
        }
        settings
    }

    #[test]
    fn what_only_openssh_can_do_is_told_with_the_reason() {
        for (key, value, reason) in [
            (
                "proxycommand",
                "nc %h %p",
                "it is reached by `ProxyCommand nc %h %p`",
            ),
            (
                "pkcs11provider",
                "/lib/x.so",
                "its keys are told by `PKCS11Provider /lib/x.so`",
            ),
            (
                "knownhostscommand",
                "/bin/x",
                "its host keys are told by `KnownHostsCommand /bin/x`",
            ),
            (
                "pubkeyauthentication",
                "no",
                "it asks for keyboard-interactive, password",
            ),
        ] {
            let only = of(&[(key, value)]).only_openssh();
            assert_eq!(only.unwrap().to_string(), reason);
        }
        let none = of(&[("proxycommand", "none"), ("pkcs11provider", "none")]);
        assert_eq!(none.only_openssh(), None);
    }

    #[test]
    fn other_methods_are_those_the_configuration_allows() {
        let settings = of(&[
            (
                "preferredauthentications",
                "password,publickey,keyboard-interactive",
            ),
            ("kbdinteractiveauthentication", "no"),
        ]);
        assert_eq!(settings.other_methods(), ["password"]);
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                OnlyOpenssh::SecurityKey("id_sk".into()),
                "the key `id_sk` is on a security key",
            ),
            (
                OnlyOpenssh::Offered {
                    kind: "cipher",
                    offered: vec!["3des-cbc".into(), "none".into()],
                },
                "the host offers no cipher that runner itself can do, only 3des-cbc, none",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
