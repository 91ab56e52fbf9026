//! The algorithms offered to a host: the user's own lists where there are some, as far as russh can do them.

use russh::keys::{Algorithm, HashAlg};
use russh::{cipher, kex, mac};

use super::OnlyOpenssh;
use super::settings::Settings;
use crate::ssh::pattern;

/// AES with hardware support moves almost twice as much per second as the first choice of OpenSSH and russh.
const CIPHERS: &str = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,\
    aes192-ctr,aes128-ctr";
const KEX: &str = "mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,\
    ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,\
    diffie-hellman-group18-sha512,diffie-hellman-group14-sha256";
/// Those with SHA-1 come last; OpenSSH offers them too.
const MACS: &str = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,\
    hmac-sha1-etm@openssh.com,hmac-sha1";
/// Without `ssh-rsa`, which signs with SHA-1: OpenSSH does not offer it either.
const SIGNATURES: &str = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256";
const CERTIFICATES: &str = "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,\
    ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,\
    rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com";

/// What to offer, the best first.
#[derive(Debug, Clone)]
pub struct Algorithms {
    pub kex: Vec<kex::Name>,
    pub ciphers: Vec<cipher::Name>,
    pub macs: Vec<mac::Name>,
    pub host_keys: HostKeyAlgorithms,
    /// What authorities may have signed host certificates with.
    pub authorities: Vec<Algorithm>,
    /// Patterns of the signatures that keys of the user may log in with.
    public_keys: String,
}

/// The kinds of host keys, and of host keys in certificates, that may be shown.
#[derive(Debug, Clone)]
pub struct HostKeyAlgorithms {
    pub plain: Vec<Algorithm>,
    pub certificates: Vec<Algorithm>,
    /// Whether the kinds on record go first, as they do unless the user gave an order.
    pub recorded_first: bool,
}

impl Algorithms {
    /// What the settings ask for, and the first option of which nothing can be done here.
    pub fn of(settings: &Settings) -> (Self, Option<OnlyOpenssh>) {
        let mut missing = Vec::new();
        let kex = offered(settings, "KexAlgorithms", KEX, named, &mut missing);
        let mut ciphers: Vec<cipher::Name> =
            offered(settings, "Ciphers", CIPHERS, named, &mut missing);
        let mut no_mac = Vec::new();
        let macs: Vec<mac::Name> = offered(settings, "MACs", MACS, named, &mut no_mac);
        if macs.is_empty() && ciphers.iter().any(authenticates) {
            ciphers.retain(authenticates);
        } else {
            missing.append(&mut no_mac);
        }
        let host_keys = HostKeyAlgorithms::of(settings, &mut missing);
        let authorities = offered(
            settings,
            "CASignatureAlgorithms",
            SIGNATURES,
            signature,
            &mut missing,
        );
        let own_public_keys = format!("{CERTIFICATES},{SIGNATURES},sk-*");
        let algorithms = Self {
            kex,
            ciphers,
            macs,
            host_keys,
            authorities,
            public_keys: match settings.configured("PubkeyAcceptedAlgorithms") {
                Some(list) => assemble(list, &own_public_keys),
                None => own_public_keys,
            },
        };
        (algorithms, missing.into_iter().next())
    }
}

impl Algorithms {
    /// Whether a key of the user may log in by such signatures, or a certificate of it.
    pub fn lets_log_in(&self, algorithm: &Algorithm, is_certificate: bool) -> bool {
        let name = if is_certificate {
            algorithm.to_certificate_type()
        } else {
            algorithm.to_string()
        };
        pattern::list_matches(self.public_keys.split(','), &name)
    }

    /// The hashes an RSA key of the user may sign with, the best first; without any it signs with SHA-1.
    pub fn rsa_hashes(&self, is_certificate: bool) -> Vec<Option<HashAlg>> {
        let mut hashes = vec![Some(HashAlg::Sha512), Some(HashAlg::Sha256), None];
        hashes.retain(|&hash| self.lets_log_in(&Algorithm::Rsa { hash }, is_certificate));
        hashes
    }
}

impl HostKeyAlgorithms {
    fn of(settings: &Settings, missing: &mut Vec<OnlyOpenssh>) -> Self {
        const OPTION: &str = "HostKeyAlgorithms";
        let own = format!("{CERTIFICATES},{SIGNATURES}");
        let both = |name: &str| match (signature(name), certificate(name)) {
            (None, None) => None,
            kinds => Some(kinds),
        };
        let (plain, certificates): (Vec<_>, Vec<_>) =
            offered(settings, OPTION, &own, both, missing)
                .into_iter()
                .unzip();
        Self {
            plain: plain.into_iter().flatten().collect(),
            certificates: certificates.into_iter().flatten().collect(),
            recorded_first: match (settings.configured(OPTION), settings.unconfigured(OPTION)) {
                (None, _) => true,
                (Some(list), None) => list.starts_with(['+', '-']),
                (Some(list), Some(default)) => keeps_order(list, default),
            },
        }
    }
}

/// What of the configured list, or else of our own, is known here.
fn offered<T>(
    settings: &Settings,
    option: &'static str,
    own: &str,
    known: impl Fn(&str) -> Option<T>,
    missing: &mut Vec<OnlyOpenssh>,
) -> Vec<T> {
    let list = match settings.configured(option) {
        Some(list) => assemble(list, own),
        None => own.to_owned(),
    };
    let offered: Vec<T> = list.split(',').filter_map(known).collect();
    if offered.is_empty() {
        missing.push(OnlyOpenssh::Option {
            option,
            value: list,
        });
    }
    offered
}

/// A list as it is after `+`, `-` or `^` at its start. `ssh -G` has no such lists.
fn assemble(list: &str, own: &str) -> String {
    match list.split_at_checked(1) {
        Some(("+", more)) => format!("{own},{more}"),
        Some(("^", first)) => format!("{first},{own}"),
        Some(("-", without)) => {
            let stays = |name: &&str| !pattern::list_matches(without.split(','), name);
            own.split(',').filter(stays).collect::<Vec<_>>().join(",")
        }
        _ => list.to_owned(),
    }
}

/// Whether a list may be the default with some removed or appended, which `ssh -G` does not tell.
fn keeps_order(list: &str, default: &str) -> bool {
    let mut rest = default.split(',');
    let mut more = list
        .split(',')
        .skip_while(|name| rest.any(|other| other == *name));
    more.all(|name| !default.split(',').any(|other| other == name))
}

/// `none` and `clear` protect nothing; OpenSSH does not know them either.
fn named<T: for<'a> TryFrom<&'a str>>(name: &str) -> Option<T> {
    let protects = !matches!(name, "none" | "clear");
    protects.then(|| T::try_from(name).ok()).flatten()
}

fn signature(name: &str) -> Option<Algorithm> {
    Algorithm::new(name).ok().filter(is_verified_here)
}

fn certificate(name: &str) -> Option<Algorithm> {
    Algorithm::new_certificate(name)
        .ok()
        .filter(is_verified_here)
}

fn is_verified_here(algorithm: &Algorithm) -> bool {
    use Algorithm::{Ecdsa, Ed25519, Rsa};
    matches!(algorithm, Ed25519 | Ecdsa { .. } | Rsa { .. })
}

/// Whether the cipher itself shows that nobody changed the bytes, so that no MAC is needed.
fn authenticates(cipher: &cipher::Name) -> bool {
    cipher.as_ref().contains("-gcm@") || cipher.as_ref().contains("-poly1305@")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<T: AsRef<str>>(names: &[T]) -> Vec<&str> {
        names.iter().map(AsRef::as_ref).collect()
    }

    fn of(lines: &[(&str, &str)]) -> (Algorithms, Option<OnlyOpenssh>) {
        let mut settings = Settings::default();
        for (key, value) in lines {
            settings.add(key, value);
        }
        Algorithms::of(&settings)
    }

    #[test]
    fn our_own_lists_hold_only_what_is_known_here() {
        let (algorithms, missing) = of(&[]);
        assert_eq!(missing, None);
        assert_eq!(names(&algorithms.ciphers).join(","), CIPHERS);
        assert_eq!(names(&algorithms.kex).join(","), KEX);
        assert_eq!(names(&algorithms.macs).join(","), MACS);
        assert_eq!(
            algorithms.host_keys.plain.len(),
            SIGNATURES.split(',').count()
        );
        assert_eq!(algorithms.host_keys.certificates.len(), 6);
    }

    #[test]
    fn a_configured_list_keeps_its_order_and_loses_what_is_not_known() {
        let (algorithms, missing) = of(&[("Ciphers", "aes256-ctr,x@y,none,aes128-ctr")]);
        assert_eq!(missing, None);
        assert_eq!(names(&algorithms.ciphers), ["aes256-ctr", "aes128-ctr"]);
        let (_, missing) = of(&[("KexAlgorithms", "sntrup761x25519-sha512")]);
        assert_eq!(
            missing.unwrap().to_string(),
            "runner itself cannot do `KexAlgorithms sntrup761x25519-sha512`"
        );
    }

    #[test]
    fn a_mac_is_needed_only_by_ciphers_without_one() {
        let umac = ("MACs", "umac-64@openssh.com");
        let (algorithms, missing) = of(&[umac]);
        assert_eq!(missing, None);
        assert!(algorithms.ciphers.iter().all(authenticates));
        let (_, missing) = of(&[umac, ("Ciphers", "aes128-ctr")]);
        assert!(missing.is_some());
    }

    #[test]
    fn a_list_may_add_to_the_default_or_take_from_it() {
        assert_eq!(assemble("+c", "a,b"), "a,b,c");
        assert_eq!(assemble("^c", "a,b"), "c,a,b");
        assert_eq!(assemble("-b*", "a,b,bc"), "a");
        assert!(keeps_order("a,c,d", "a,b,c"));
        assert!(!keeps_order("c,a", "a,b,c"));
    }
}
