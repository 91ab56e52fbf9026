//! The keys and certificates of the user, in files and in agents.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::lab::{certify, connects, keygen, lab, refuses};
use crate::support::{Agent, must, user};

const RIGHT_KEY: &str =
    "name the right key with `IdentityFile`, or have one of these added to `authorized_keys` there";

fn none_accepted(name: &str, tried: &str) -> String {
    format!("ssh host `{name}` refused every key for user `$USER`; tried: {tried}; {RIGHT_KEY}")
}

/// A key that opens the host, made by `ssh-keygen` with these options.
fn authorized(name: &str, options: &[&str]) {
    keygen(&lab().folder, name, options);
    let key = fs::read(lab().folder.join(format!("{name}.pub"))).unwrap();
    let mut more = fs::OpenOptions::new();
    let more = more
        .create(true)
        .append(true)
        .open(lab().folder.join("more.pub"));
    // In one piece: other tests add theirs.
    more.unwrap().write_all(&key).unwrap();
}

#[test]
fn the_same_key_files_open_a_host_as_with_ssh() {
    let at = &lab().folder;
    let up = "../".repeat(12);
    for (name, options) in [
        ("pem-rsa", &["-m", "PEM", "-t", "rsa", "-b", "2048"]),
        ("pem-ecdsa", &["-m", "PEM", "-t", "ecdsa", "-b", "384"]),
        ("pkcs8-rsa", &["-m", "PKCS8", "-t", "rsa", "-b", "2048"]),
        ("pkcs8-ecdsa", &["-m", "PKCS8", "-t", "ecdsa", "-b", "521"]),
        ("openssh-rsa", &["-m", "RFC4716", "-t", "rsa", "-b", "2048"]),
    ] {
        authorized(name, options);
    }
    for copy in [
        format!("by-tokens-as-{}", user()),
        "exposed".to_owned(),
        "pub-only".to_owned(),
    ] {
        fs::copy(at.join("user"), at.join(copy)).unwrap();
    }
    fs::set_permissions(at.join("exposed"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::rename(at.join("pub-only"), at.join("pub-only.pub")).unwrap();
    let mut cases = vec![
        connects("by-tilde", &format!("  IdentityFile ~/{up}$DIR/user\n")),
        connects("by-home", &format!("  IdentityFile %d/{up}$DIR/user\n")),
        connects("by-tokens", "  IdentityFile $DIR/%n-as-%r\n"),
        connects("by-variable", "  IdentityFile ${LAB_FOLDER}/user\n"),
        connects("quoted", "  IdentityFile \"$DIR/user\"\n"),
        connects(
            "several",
            "  IdentityFile $DIR/missing\n  IdentityFile $DIR/stranger\n  IdentityFile $DIR/user\n",
        ),
        refuses(
            "by-stranger",
            "  IdentityFile $DIR/stranger\n",
            &none_accepted(
                "by-stranger",
                "`$DIR/stranger` (ssh-ed25519 $SHA_stranger) refused",
            ),
        ),
        refuses(
            "by-no-variable",
            "  IdentityFile ${NO_SUCH_VARIABLE_17}/user\n",
            "ssh host `by-no-variable` refused every key for user `$USER`; tried: `${NO_SUCH_VARIABLE_17}/user` names an \
             environment variable that is not set; the host did not say what it accepts",
        ),
        refuses(
            "exposed",
            "  IdentityFile $DIR/exposed\n",
            "ssh host `exposed` would take the key `$DIR/exposed` (ssh-ed25519 $SHA_user) of user `$USER`, but it cannot be \
             opened: others may read it; run `chmod 600 $DIR/exposed`",
        ),
        connects(
            "rsa-by-sha-256",
            "  IdentityFile $DIR/pem-rsa\n  PubkeyAcceptedAlgorithms rsa-sha2-256\n",
        ),
        refuses(
            "not-accepted-here",
            "  IdentityFile $DIR/user\n  PubkeyAcceptedAlgorithms rsa-sha2-512,ecdsa-*\n",
            "ssh host `not-accepted-here` refused every key for user `$USER`; tried: none, as neither an agent nor a key \
             file offers one; name a key with `IdentityFile`",
        ),
    ];
    for name in [
        "pem-rsa",
        "pem-ecdsa",
        "pkcs8-rsa",
        "pkcs8-ecdsa",
        "openssh-rsa",
    ] {
        cases.push(connects(name, &format!("  IdentityFile $DIR/{name}\n")));
    }
    lab().agree(&cases);
}

#[test]
fn the_same_certificates_open_a_host_as_with_ssh() {
    let at = &lab().folder;
    let copy = |name: &str| {
        for suffix in ["", ".pub"] {
            fs::copy(
                at.join(format!("certified{suffix}")),
                at.join(format!("{name}{suffix}")),
            )
            .unwrap();
        }
    };
    for (name, options) in [
        ("good", format!("-n {},another", user())),
        ("for-another", "-n another".to_owned()),
        ("for-hosts", format!("-h -n {}", user())),
    ] {
        copy(name);
        certify(at, name, "authority", &options);
    }
    copy("apart");
    authorized("ca-rsa", &["-t", "rsa", "-b", "2048"]);
    certify(at, "ca-rsa", "authority", &format!("-n {}", user()));
    let key = "(ssh-ed25519 $SHA_certified) refused";
    let certificate = "(certificate of ssh-ed25519 $SHA_certified) refused";
    lab().agree(&[
        connects("beside", "  IdentityFile $DIR/good\n"),
        connects("named", "  IdentityFile $DIR/apart\n  CertificateFile $DIR/good-cert.pub\n"),
        connects(
            "rsa",
            "  IdentityFile $DIR/ca-rsa\n  PubkeyAcceptedAlgorithms rsa-sha2-512-cert-v01@openssh.com\n",
        ),
        refuses(
            "named-another",
            "  IdentityFile $DIR/good\n  CertificateFile $DIR/for-another-cert.pub\n",
            &none_accepted(
                "named-another",
                &format!("`$DIR/good` {key}, `$DIR/for-another-cert.pub` {certificate}"),
            ),
        ),
        refuses(
            "for-another",
            "  IdentityFile $DIR/for-another\n",
            &none_accepted(
                "for-another",
                &format!("`$DIR/for-another` {key}, `$DIR/for-another-cert.pub` {certificate}"),
            ),
        ),
        refuses(
            "for-hosts",
            "  IdentityFile $DIR/for-hosts\n",
            &none_accepted("for-hosts", &format!("`$DIR/for-hosts` {key}")),
        ),
    ]);
}

#[test]
fn the_same_keys_of_an_agent_open_a_host_as_with_ssh() {
    let at = &lab().folder;
    for (copy, key) in [
        ("agent-only.pub", "user.pub"),
        ("cert-only.pub", "certified.pub"),
        ("in-agent", "certified"),
        ("in-agent.pub", "certified.pub"),
    ] {
        fs::copy(at.join(key), at.join(copy)).unwrap();
    }
    certify(at, "cert-only", "authority", &format!("-n {}", user()));
    certify(at, "in-agent", "authority", &format!("-n {}", user()));
    let agent = Agent::start(&at.join("agent"), &at.join("user"));
    let another = Agent::start(&at.join("another"), &at.join("certified"));
    let certified = Agent::start(&at.join("certified-agent"), &at.join("in-agent"));
    must(
        Command::new("ssh-add")
            .arg("-q")
            .arg(at.join("stranger"))
            .env("SSH_AUTH_SOCK", &agent.socket),
    );
    let host = |agent: &Agent, key: &str, more: &str| {
        format!(
            "  IdentityAgent {}\n  IdentityFile {key}\n{more}",
            agent.socket
        )
    };
    let only = "  IdentitiesOnly yes\n";
    lab().agree(&[
        connects("by-agent", &host(&agent, "none", "")),
        connects("named", &host(&agent, "$DIR/agent-only", only)),
        connects("named-public", &host(&agent, "$DIR/agent-only.pub", only)),
        connects("agent-of-tokens", "  IdentityAgent ${LAB_FOLDER}/agent\n  IdentityFile none\n"),
        refuses(
            "others-only",
            &host(&agent, "$DIR/missing", only),
            "ssh host `others-only` refused every key for user `$USER`; tried: none, as neither an agent nor a key file \
             offers one; name a key with `IdentityFile`",
        ),
        refuses(
            "another",
            &host(&another, "none", ""),
            &none_accepted("another", "ssh-ed25519 $SHA_certified of the agent refused"),
        ),
        connects("certificate-in-agent", &host(&certified, "none", "")),
        connects(
            "certificate-of-agents-key",
            &host(&another, "$DIR/cert-only", "  CertificateFile $DIR/cert-only-cert.pub\n"),
        ),
        connects("no-agent", "  IdentityAgent $DIR/missing\n  IdentityFile $DIR/user\n"),
    ]);
}
