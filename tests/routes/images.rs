//! Images that leave one way in: each relay with no other at hand, and none at all.

use std::time::Instant;

use rustix::process::Signal;

use super::ended::{AT_ONCE, IN_THE_END, Scene, interrupted};
use super::{ASK, is_root};
use crate::support::{Container, Database, Runner, Sshd, container, must};

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

/// Everything that must hold of a way, whatever it is. `announced` is how the topology names it in the end, `carrier`
/// what runs in the container for it.
#[track_caller]
fn holds(scene: &Scene, announced: &str, carrier: Option<&str>) {
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
    let (carriers, name) = (scene.relays().join("\n"), carrier.unwrap_or_default());
    assert!(carriers.contains(name), "{name} lacks in {carriers}");
    assert_eq!(carriers.is_empty(), carrier.is_none(), "{carriers}");
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

/// An image with these programs only, which must do: as the relay of this name, a process that is run so.
#[track_caller]
fn relays(programs: &[&str], relay: &str, process: &str) {
    // Two relays know no sockets.
    let settings = ["-c", "listen_addresses=127.0.0.1"];
    let scene = Scene::by_relay(Container::with_only(programs, &[], &settings));
    // Who is not root has no other way to pass over, and the relay is announced before it is known which.
    let known = if is_root() {
        format!("{relay} ")
    } else {
        String::new()
    };
    let announced = format!("→ docker exec {} ({known}relay)", scene.name());
    holds(&scene, &announced, Some(process));
}

#[test]
fn an_image_with_perl_only_is_entered_by_it() {
    relays(&["perl"], "perl", "perl -e");
}

#[test]
fn an_image_with_python_only_is_entered_by_it() {
    relays(&["python3"], "python3", "python3 -c");
}

#[test]
fn an_image_with_bash_and_cat_only_is_entered_by_them() {
    relays(&["bash", "cat"], "bash", "exec 3<>");
}

#[test]
fn an_image_with_a_shell_and_nc_only_is_entered_by_them() {
    relays(&["sh", "nc"], "nc", "nc -N -U");
}

#[test]
fn an_image_with_busybox_only_is_entered_by_it() {
    relays(&["busybox"], "busybox", "busybox nc");
}

#[test]
fn an_image_with_nothing_is_entered_from_outside() {
    let scene = Scene::of(Container::with_only(&[], &[], &[]), Sshd::start(""));
    if is_root() {
        let announced = format!("→ docker {} (its socket, through /proc)", scene.name());
        holds(&scene, &announced, None);
    } else {
        scene
            .runner("connect \"prod\"")
            .stderr_has("has nothing that can carry bytes")
            .code(1);
    }
}

#[test]
fn a_symbolic_link_is_not_followed_from_outside() {
    let database = Database::empty(container());
    let name = container().name();
    let link = format!("/tmp/link-of-{}", database.name());
    must(&mut container().exec(&["ln", "-s", "/run/postgresql", &link]));
    let url = format!("postgres://postgres@/{}?host={link}", database.name());
    let ran = Runner::new()
        .toml(&format!(
            "[targets.prod]\nurl = \"{url}\"\ndocker = \"{name}\""
        ))
        .playbook(ASK)
        .stdout("here\n")
        .success();
    let passed = format!("no socket at {link}/.s.PGSQL.5432 (symbolic links are not followed)\n");
    assert_eq!(ran.stderr.contains(&passed), is_root(), "{}", ran.stderr);
    database.assert_left();
}
