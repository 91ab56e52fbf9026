//! The algorithms a configuration asks for, and what else it says about the connection itself.

use super::lab::{connects, lab, refuses};

#[test]
fn the_same_algorithms_lead_there_as_with_ssh() {
    let known = "  UserKnownHostsFile $DIR/known-kinds\n";
    lab().write(
        "known-kinds",
        "[127.0.0.1]:$PORT $rsa\n[127.0.0.1]:$PORT $ecdsa256\n[127.0.0.1]:$PORT $ecdsa384\n[127.0.0.1]:$PORT $ecdsa521\n",
    );
    let mut cases = Vec::new();
    for (option, values) in [
        (
            "Ciphers",
            &[
                "aes128-gcm@openssh.com",
                "aes256-gcm@openssh.com",
                "chacha20-poly1305@openssh.com",
                "aes128-ctr",
                "aes192-ctr",
                "aes256-ctr",
                "^aes256-ctr",
                "-aes*",
                "3des-cbc,aes128-ctr",
            ][..],
        ),
        (
            "KexAlgorithms",
            &[
                "curve25519-sha256",
                "ecdh-sha2-nistp256",
                "ecdh-sha2-nistp384",
                "ecdh-sha2-nistp521",
                "diffie-hellman-group-exchange-sha256",
                "diffie-hellman-group14-sha256",
                "diffie-hellman-group16-sha512",
                "sntrup761x25519-sha512@openssh.com,curve25519-sha256",
                // Over the user's own ssh.
                "sntrup761x25519-sha512@openssh.com",
            ],
        ),
        (
            "Ciphers aes128-ctr\n  MACs",
            &[
                "hmac-sha2-256",
                "hmac-sha2-512-etm@openssh.com",
                "hmac-sha1",
                "umac-64@openssh.com,hmac-sha2-512",
            ],
        ),
        (
            "Ciphers aes128-gcm@openssh.com\n  MACs",
            &["umac-64@openssh.com"],
        ),
        (
            "HostKeyAlgorithms",
            &[
                "rsa-sha2-512",
                "rsa-sha2-256",
                "ecdsa-sha2-nistp256",
                "ecdsa-sha2-nistp384",
                "ecdsa-sha2-nistp521",
                "-ssh-ed25519*",
                "+ssh-rsa",
            ],
        ),
        ("Compression", &["yes", "no"]),
        ("RekeyLimit", &["1M", "16K 1h", "default none"]),
        ("AddressFamily", &["inet", "any"]),
        ("BindAddress", &["127.0.0.1", "127.0.0.7"]),
        ("BindInterface", &["lo"]),
        ("RevokedHostKeys", &["$DIR/stranger.pub"]),
        ("ConnectionAttempts", &["3"]),
        ("ConnectTimeout", &["20", "1m"]),
        ("ServerAliveInterval", &["0", "1"]),
    ] {
        for value in values {
            let name = format!("case-{}", cases.len());
            cases.push(connects(&name, &format!("{known}  {option} {value}")));
        }
    }
    cases.push(refuses(
        "no-such-family",
        "  AddressFamily inet6",
        "cannot reach ssh host `no-such-family`: the name `127.0.0.1` does not resolve (it has no address of the kind \
         asked for); is it spelled right?",
    ));
    cases.push(refuses(
        "no-such-source",
        "  BindAddress 192.0.2.1",
        "cannot reach ssh host `no-such-source`: cannot reach `127.0.0.1:$PORT`: Cannot assign \
         requested address (os error 99)",
    ));
    cases.push(refuses(
        "order-of-its-own",
        &format!("{known}  HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp384"),
        "the host key of `[127.0.0.1]:$PORT`, ssh-ed25519 $SHA_ed25519, has changed: $DIR/known-kinds:1 records another; \
         somebody may be in between; if the host was reinstalled, run `ssh-keygen -R '[127.0.0.1]:$PORT' -f \
         $DIR/known-kinds` and record the new key",
    ));
    lab().agree(&cases);
}
