//! Host keys, certificates of hosts, and the files that vouch for them.

use super::lab::{Lab, connects, lab, refuses};

/// A `Host` block whose known hosts are these, kept in `known-NAME`.
fn known(lab: &Lab, name: &str, text: &str) -> String {
    let file = lab.write(format!("known-{name}"), text);
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

#[test]
fn the_same_certificates_of_hosts_are_trusted_as_by_ssh() {
    let lab = lab();
    let here = "[127.0.0.1]:$CERTIFIED";
    let authority = "@cert-authority [127.0.0.1]:* $authority\n";
    lab.write("known-authority", authority);
    lab.write(
        "known-portless-authority",
        "@cert-authority 127.0.0.* $authority\n",
    );
    lab.write(
        "known-rsa-authority",
        "@cert-authority [127.0.0.1]:* $rsa_authority\n",
    );
    let of = |kind: &str, file: &str| {
        format!(
            "  Port $CERTIFIED\n  HostKeyAlgorithms {kind}-cert-v01@openssh.com\n  UserKnownHostsFile $DIR/{file}\n"
        )
    };
    let with = |kind: &str, name: &str, text: &str| {
        lab.write(name, &format!("{authority}{text}\n"));
        of(kind, name)
    };
    let refused = |name: &str, key: &str, why: &str| {
        unknown(name, key, &format!(", and its certificate {why}")).replace("$PORT", "$CERTIFIED")
    };
    lab.agree(&[
        connects("good", &of("ecdsa-sha2-nistp256", "known-authority")),
        connects("by-default", "  Port $CERTIFIED\n  UserKnownHostsFile $DIR/known-authority-and-key")
            .with("known-authority-and-key", &format!("{authority}{here} $ed25519\n")),
        connects("good-portless", &of("ecdsa-sha2-nistp256", "known-portless-authority")),
        connects("good-by-alias", &format!("{}  HostKeyAlias certified\n", of("ecdsa-sha2-nistp256", "known-alias")))
            .with("known-alias", "@cert-authority certified $authority\n"),
        connects("good-by-rsa", &of("rsa-sha2-512", "known-rsa-authority")),
        refuses(
            "expired",
            &of("ecdsa-sha2-nistp384", "known-authority"),
            &refused("expired", "ecdsa-sha2-nistp384 $SHA_ecdsa384", "has expired"),
        ),
        connects(
            "expired-but-known",
            &with("ecdsa-sha2-nistp384", "known-expired", &format!("{here} $ecdsa384")),
        ),
        refuses(
            "for-elsewhere",
            &of("ecdsa-sha2-nistp521", "known-authority"),
            &refused("for-elsewhere", "ecdsa-sha2-nistp521 $SHA_ecdsa521", "is for `elsewhere`, `127.0.0.*`"),
        ),
        refuses(
            "by-another",
            &of("ssh-ed25519", "known-authority"),
            &refused("by-another", ED25519, "is by an authority that is not on record"),
        ),
        connects(
            "by-another-but-known",
            &with("ssh-ed25519", "known-by-another", &format!("{here} $ed25519")),
        ),
        refuses(
            "authority-of-others",
            &of("ecdsa-sha2-nistp256", "known-others"),
            &refused(
                "authority-of-others",
                "ecdsa-sha2-nistp256 $SHA_ecdsa256",
                "is by an authority that is not on record",
            ),
        )
        .with("known-others", "@cert-authority elsewhere $authority\n"),
        refuses(
            "authority-revoked",
            &with("ecdsa-sha2-nistp256", "known-authority-revoked", "@revoked * $authority"),
            "the host key of `[127.0.0.1]:$CERTIFIED`, ecdsa-sha2-nistp256 $SHA_ecdsa256, is marked as revoked in \
             $DIR/known-authority-revoked:2",
        ),
        refuses(
            "key-revoked",
            &with("ecdsa-sha2-nistp256", "known-key-revoked", "@revoked * $ecdsa256"),
            "the host key of `[127.0.0.1]:$CERTIFIED`, ecdsa-sha2-nistp256 $SHA_ecdsa256, is marked as revoked in \
             $DIR/known-key-revoked:2",
        ),
        refuses(
            "signed-with-what-is-not-allowed",
            &format!("{}  CASignatureAlgorithms ssh-ed25519\n", of("rsa-sha2-512", "known-rsa-authority")),
            &refused(
                "signed-with-what-is-not-allowed",
                "ssh-rsa $SHA_rsa",
                "is signed by `rsa-sha2-512`, which `CASignatureAlgorithms` does not allow",
            ),
        ),
        refuses(
            "key-without-certificate",
            &of("ssh-ed25519", "known-authority").replace("-cert-v01@openssh.com", ""),
            &unknown(
                "key-without-certificate",
                ED25519,
                ", and no certificate of the authority in $DIR/known-authority:1 was shown",
            )
            .replace("$PORT", "$CERTIFIED"),
        ),
    ]);
}
