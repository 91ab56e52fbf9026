//! Images that leave one way in: each relay with no other at hand, and none at all.

use std::time::Instant;

use rustix::process::Signal;

use super::ended::{AT_ONCE, IN_THE_END, Scene, interrupted};
use super::is_root;
use crate::support::{Container, Sshd};

/// 10 MB to the server and back, in characters of one to four bytes.
const THERE_AND_BACK: &str = r#"
  local db, parts, seed = connect "prod", {}, 1
  for i = 1, 100000 do
    seed = (seed * 1103515245 + 12345) % 2147483648
    parts[i] = string.format("%08x ", seed):rep(10) .. utf8.char(33 + seed % 94, 0x100 + seed % 1000, 0x1F600 + seed % 50)
  end
  local text = table.concat(parts)
  local there = db:one("SELECT octet_length($1::text) AS length, $1::text AS back", text)
  print(there.length == #text, there.back == text, #text > 9e6)
"#;

/// Everything that must hold of a way, whatever it is; `announced` is how the topology names it in the end.
#[track_caller]
fn holds(scene: &Scene, announced: &str) {
    let ran = scene
        .runner(THERE_AND_BACK)
        .stdout("true\ttrue\ttrue\n")
        .success();
    assert!(
        ran.stderr.contains(announced),
        "{announced}\n{}",
        ran.stderr
    );
    ran.assert_left();
    let running = scene.sleeping();
    let begun = Instant::now();
    running.signal(Signal::INT);
    interrupted(&running.finish(130));
    scene.assert_left(begun, AT_ONCE);
    let (sleeping, streaming) = (scene.sleeping(), scene.streaming());
    let begun = Instant::now();
    for running in [sleeping, streaming] {
        running.killed().assert_left();
    }
    scene.assert_left(begun, IN_THE_END);
}

/// An image with these programs only, whose socket must be reached by the relay of this name.
#[track_caller]
fn relays(programs: &[&str], relay: &str) {
    // Two relays know no sockets.
    let settings = ["-c", "listen_addresses=127.0.0.1"];
    let scene = Scene::by_relay(Container::with_only(programs, &[], &settings));
    holds(
        &scene,
        &format!("→ docker exec {} ({relay} relay)", scene.name()),
    );
}

#[test]
fn an_image_with_perl_only_is_entered_by_it() {
    relays(&["perl"], "perl");
}

#[test]
fn an_image_with_python_only_is_entered_by_it() {
    relays(&["python3"], "python3");
}

#[test]
fn an_image_with_bash_and_cat_only_is_entered_by_them() {
    relays(&["bash", "cat"], "bash");
}

#[test]
fn an_image_with_a_shell_and_nc_only_is_entered_by_them() {
    relays(&["sh", "nc"], "nc");
}

#[test]
fn an_image_with_busybox_only_is_entered_by_it() {
    relays(&["busybox"], "busybox");
}

#[test]
fn an_image_with_nothing_is_entered_from_outside() {
    let scene = Scene::of(Container::with_only(&[], &[], &[]), Sshd::start(""));
    if is_root() {
        holds(
            &scene,
            &format!("→ docker {} (its socket, through /proc)", scene.name()),
        );
    } else {
        scene
            .runner("connect \"prod\"")
            .stderr_has("has nothing that can carry bytes")
            .code(1);
    }
}
