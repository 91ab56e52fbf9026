//! Jump hosts, each with a configuration of its own.

use super::lab::{connects, lab, refuses};
use crate::support::Runner;

#[test]
fn the_same_jump_hosts_are_passed_as_by_ssh() {
    let chain: Vec<String> = (0..9).map(|number| format!("link-{number}")).collect();
    lab().agree(&[
        connects("jump", ""),
        connects("behind", "  ProxyJump jump\n"),
        connects("behind-behind", "  ProxyJump behind\n"),
        connects("behind-list", "  ProxyJump jump,jump\n"),
        connects("behind-in-full", "  ProxyJump $USER@jump:$PORT\n"),
        connects("behind-a-url", "  ProxyJump ssh://$USER@jump:$PORT\n"),
        connects("behind-token", "  ProxyJump jump-%n\n"),
        connects("jump-behind-token", ""),
        connects("not-behind", "  ProxyJump none\n  ProxyJump no-such-host\n"),
        connects("far-behind", &format!("  ProxyJump {}\n", chain.join(","))),
        connects("link-3", "  User $USER\n"),
        refuses(
            "behind-unknown",
            "  ProxyJump unknown\n",
            "the host key of `[127.0.0.1]:$PORT`, ssh-ed25519 $SHA_ed25519, is not known; compare the fingerprint with \
             the host's own, then run `ssh -F $CONFIG -o StrictHostKeyChecking=ask unknown true` to record it",
        ),
        refuses(
            "unknown",
            "  UserKnownHostsFile none\n",
            "the host key of `[127.0.0.1]:$PORT`, ssh-ed25519 $SHA_ed25519, is not known; compare the fingerprint with \
             the host's own, then run `ssh -F $CONFIG -o StrictHostKeyChecking=ask unknown true` to record it",
        ),
        refuses(
            "behind-closed",
            "  ProxyJump closed\n",
            "cannot reach ssh host `closed`: `127.0.0.1:1` refuses connections; is anything listening there?",
        ),
        refuses(
            "closed",
            "  Port 1\n",
            "cannot reach ssh host `closed`: `127.0.0.1:1` refuses connections; is anything listening there?",
        ),
        refuses(
            "closed-behind",
            "  Port 1\n  ProxyJump jump\n",
            "from ssh host `jump`, `127.0.0.1:1` cannot be reached: it refuses connections; is anything listening there?",
        ),
    ]);
}

/// Not a case for ssh: it starts itself again and again until no process is left.
#[test]
fn jump_hosts_in_a_circle_are_named() {
    let hosts = "Host self\n  Port 2222\n  ProxyJump self\nHost a\n  ProxyJump b\nHost b\n  ProxyJump c\nHost c\n  \
                 ProxyJump b\nHost x*\n  ProxyJump x%n\n";
    let target =
        |name: &str| format!("[targets.{name}]\nurl = \"postgres://x@/x\"\nssh = \"{name}\"\n");
    let ran = Runner::new()
        .toml("[ssh]\nconfig = \"ssh_config\"")
        .toml(&["self", "a", "x"].map(target).concat())
        .file("ssh_config", hosts)
        .playbook("for _, name in ipairs { 'self', 'a', 'x' } do print(select(2, pcall(connect, name))) end")
        .success();
    let expected = [
        "self ← self",
        "a ← b ← c ← b",
        "x ← xx ← xxx ← xxxx ← xxxxx ← xxxxxx ← xxxxxxx ← xxxxxxxx",
    ];
    for way in expected {
        let told = format!("the jump hosts of the ssh configuration go round in circles: {way}\n");
        assert!(ran.stdout.contains(&told), "{}", ran.stdout);
    }
}
