//! Host keys, certificates of hosts, and the files that vouch for them.

use super::lab::{Lab, connects, lab, refuses};

/// A `Host` block whose known hosts are these, kept in `known-NAME`.
fn known(lab: &Lab, name: &str, text: &str) -> String {
    let file = lab.write(&format!("known-{name}"), text);
    format!("  UserKnownHostsFile {}\n", file.display())
}

fn unknown(name: &str, key: &str, why: &str) -> String {
    format!(
        "the host key of `[127.0.0.1]:$PORT`, {key}, is not known{why}; compare the fingerprint with the host's own, then \
         run `ssh -F $CONFIG -o StrictHostKeyChecking=ask {name} true` to record it"
    )
}

fn changed(file: &str, line: u32, key: &str) -> String {
    format!(
        "the host key of `[127.0.0.1]:$PORT`, {key}, has changed: $DIR/{file}:{line} records another; somebody may \
         be in between; if the host was reinstalled, run `ssh-keygen -R '[127.0.0.1]:$PORT' -f $DIR/{file}` and \
         record the new key"
    )
}

const ED25519: &str = "ssh-ed25519 $SHA_ed25519";
const RSA: &str = "ssh-rsa $SHA_rsa";

#[test]
fn the_same_host_keys_are_trusted_as_by_ssh() {
    let lab = lab();
    let known = |name: &str, text: &str| known(lab, name, text);
    let here = "[127.0.0.1]:$PORT";
    lab.write("known-elsewhere", "elsewhere $ed25519\n");
    lab.agree(&[
        connects("plain", ""),
        connects("wildcard", &known("wildcard", "[127.0.0.?]:* $ed25519\n")),
        refuses(
            "negated",
            &known("negated", &format!("[127.*,!{here} $ed25519\n")),
            &unknown("negated", ED25519, ""),
        ),
        connects(
            "tabs",
            &known("tabs", &format!("# mine\n\n{here}\t$ed25519\tx\n")),
        ),
        connects(
            "carriage-returns",
            &known("carriage-returns", &format!("{here} $ed25519\r\n")),
        ),
        connects(
            "right-behind-stale",
            &known("stale", &format!("{here} $stranger\n{here} $ed25519\n")),
        ),
        refuses(
            "changed",
            &known("changed", &format!("# first\n{here} $stranger\n")),
            &changed("known-changed", 2, ED25519),
        ),
        connects(
            "other-kind",
            &known("other-kind", &format!("{here} $rsa\n")),
        ),
        refuses(
            "kind-it-lacks",
            &format!(
                "{}  HostKeyAlgorithms ssh-ed25519\n",
                known("kind-it-lacks", &format!("{here} $rsa\n"))
            ),
            &changed("known-kind-it-lacks", 1, ED25519),
        ),
        connects("portless", &known("portless", "127.0.0.1 $ed25519\n")),
        refuses(
            "portless-stale",
            &known("portless-stale", "127.0.0.1 $stranger\n"),
            &unknown("portless-stale", ED25519, ""),
        ),
        refuses(
            "revoked",
            &known(
                "revoked",
                &format!("{here} $ed25519\n@revoked * $ed25519\n"),
            ),
            &format!(
                "the host key of `{here}`, {ED25519}, is marked as revoked in $DIR/known-revoked:2"
            ),
        ),
        connects(
            "second-file",
            "  UserKnownHostsFile $DIR/missing $DIR/known",
        ),
        connects(
            "global-file",
            "  UserKnownHostsFile none\n  GlobalKnownHostsFile $DIR/known",
        ),
        refuses(
            "no-file",
            "  UserKnownHostsFile none",
            &unknown("no-file", ED25519, ""),
        ),
        connects(
            "by-alias",
            "  HostKeyAlias elsewhere\n  UserKnownHostsFile $DIR/known-elsewhere",
        ),
        refuses(
            "by-other-alias",
            "  HostKeyAlias nowhere\n  UserKnownHostsFile $DIR/known-elsewhere",
            &unknown("by-other-alias", ED25519, "").replace(here, "nowhere"),
        ),
        connects("check-host-ip", "  CheckHostIP yes\n  VerifyHostKeyDNS no"),
        connects("verify-by-dns", "  VerifyHostKeyDNS yes"),
    ]);
}
