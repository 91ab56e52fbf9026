//! The rules of `known_hosts`, each with the files that show it.

use super::*;

const ONE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKc1KGBIe+aKdVeqXXv/uXbosFG8Lz9h1qEvBtJOmfp4";
const TWO: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF5DG3HeqjJqsTn2KXTDaDOu968r+CWUgdwQYwcZrDN+";
const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJEsnKylLBtiFRDD7pkH/ZJiN/VLxW3clU7sraz/8oAeS3wP9AAEBBKu76VfhMuIb5Muo3XeAveILisANb5U9XA=";
/// Key one, hashed by `ssh-keygen -H` for `[db.example]:2222`.
const HASHED: &str = "|1|CsXDQKOtJGIqiRbnyfM/FZewCqA=|W4INqrB3ZN1IonOV50HV2QBCL4s=";

/// A host whose user file and global file hold these lines.
struct Scene {
    folder: tempfile::TempDir,
    config: HostConfig,
}

impl Scene {
    fn new(host: &str, port: u16, user: &str, global: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file
        };
        let config = HostConfig {
            port,
            host: host.to_owned(),
            user_known_hosts: vec![write("user", user), folder.path().join("missing")],
            global_known_hosts: vec![write("global", global)],
            ..HostConfig::unconfigured()
        };
        Self { folder, config }
    }

    fn verdict(&self, key: &str) -> Verdict {
        let known = KnownHosts::read(&self.config).unwrap();
        known.verdict(&PublicKey::from_openssh(key).unwrap().into())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn verdict(user: &str) -> Verdict {
    Scene::new("db.example", 22, user, "").verdict(ONE)
}

#[test]
fn a_right_key_behind_a_stale_one_is_known() {
    let lines = format!("db.example {TWO}\n\n# moved\ndb.example {ONE}\n");
    assert_eq!(verdict(&lines), Verdict::Known);
}

#[test]
fn a_key_has_changed_only_if_no_line_holds_it() {
    let scene = Scene::new(
        "DB.example",
        22,
        &format!("# first\ndb.example\t{TWO}\n"),
        "",
    );
    let (file, line) = (scene.file("user"), 2);
    assert_eq!(scene.verdict(ONE), Verdict::Changed { file, line });
    let lines = format!("db.example {TWO}\n");
    let global = format!("*.example {ONE}\n");
    let scene = Scene::new("db.example", 22, &lines, &global);
    assert_eq!(scene.verdict(ONE), Verdict::Known);
}

#[test]
fn another_kind_of_key_counts_as_a_change() {
    let lines = format!("db.example {ECDSA}\n");
    assert!(matches!(verdict(&lines), Verdict::Changed { .. }));
}

#[test]
fn wildcards_and_exclusions_are_understood() {
    assert_eq!(verdict(&format!("*.example {ONE}\n")), Verdict::Known);
    let lines = format!("*.example,!db.example {ONE}\n");
    assert_eq!(verdict(&lines), Verdict::Unknown(Unknown::New));
}

#[test]
fn a_revoked_key_is_refused_even_where_it_is_recorded() {
    let lines = format!("db.example {ONE}\n@revoked * {ONE}\n");
    assert!(matches!(verdict(&lines), Verdict::Revoked { line: 2, .. }));
}

#[test]
fn an_authority_does_not_vouch_for_a_key_without_a_certificate() {
    let authority = format!("@cert-authority *.example {TWO}\n");
    let scene = Scene::new("db.example", 22, &authority, "");
    let (file, line) = (scene.file("user"), 1);
    let why = Unknown::NoCertificate { file, line };
    assert_eq!(scene.verdict(ONE), Verdict::Unknown(why));
    let lines = format!("{authority}db.example {ONE}\n");
    assert_eq!(verdict(&lines), Verdict::Known);
}

#[test]
fn a_port_has_keys_of_its_own_and_may_borrow_those_of_the_host() {
    let on_port = |lines: String| Scene::new("db.example", 2222, &lines, "").verdict(ONE);
    assert_eq!(on_port(format!("{HASHED} {ONE}\n")), Verdict::Known);
    assert_eq!(on_port(format!("db.example {ONE}\n")), Verdict::Known);
    assert_eq!(
        on_port(format!("db.example {TWO}\n")),
        Verdict::Unknown(Unknown::New)
    );
    let lines = format!("{HASHED} {TWO}\ndb.example {ONE}\n");
    assert!(matches!(on_port(lines), Verdict::Changed { .. }));
}

#[test]
fn a_host_key_alias_is_what_is_searched_for() {
    let mut scene = Scene::new("10.0.0.7", 2222, &format!("prod {ONE}\n"), "");
    scene.config.host_key_alias = Some("prod".to_owned());
    assert_eq!(scene.verdict(ONE), Verdict::Known);
}

#[test]
fn recorded_kinds_of_keys_are_asked_for_first() {
    let scene = Scene::new("db.example", 22, &format!("db.example {ECDSA}\n"), "");
    let offered = &scene.config.algorithms.host_keys;
    let algorithms = KnownHosts::read(&scene.config).unwrap().algorithms(offered);
    assert_eq!(algorithms[0].as_str(), "ecdsa-sha2-nistp256");
    assert!(algorithms.contains(&Algorithm::Ed25519));
    assert!(!algorithms.contains(&Algorithm::Rsa { hash: None }));
}

#[test]
fn a_new_key_is_recorded_on_a_line_of_its_own() {
    for hash in [false, true] {
        let mut scene = Scene::new("db.example", 2222, "other ssh-ed25519 AAAA", "");
        scene.config.hash_known_hosts = hash;
        let name = KnownHosts::read(&scene.config).unwrap().name;
        let key = PublicKey::from_openssh(ONE).unwrap();
        learn(&scene.config, &name, &key).unwrap();
        assert_eq!(scene.verdict(ONE), Verdict::Known);
        let text = std::fs::read_to_string(scene.file("user")).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(text.contains("db.example"), !hash);
    }
}
