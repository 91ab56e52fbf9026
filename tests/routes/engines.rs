//! Who knows a container: docker by name or id, podman, the labels of compose.

use super::{ASK, first_hop, is_root};
use crate::support::{Container, Podman, Ran, Runner, Sshd, container, docker, must};

#[track_caller]
fn asked(runner: Runner) -> Ran {
    let ran = runner.playbook(ASK).stdout("here\n").success();
    ran.assert_left();
    ran
}

#[track_caller]
fn refused(runner: Runner, message: &str) {
    let ran = runner.playbook(ASK).code(1);
    let error = format!("error: cannot reach `prod`: {message}\n");
    assert!(ran.stderr.contains(&error), "{error}{}", ran.stderr);
    ran.assert_left();
}

fn target(keys: &str) -> Runner {
    let url = "url = \"postgres://postgres@/postgres\"";
    Runner::new().toml(&format!("[targets.prod]\n{url}\n{keys}"))
}

fn behind(sshd: &Sshd, keys: &str) -> Runner {
    let config = sshd.config().display().to_string();
    target(&format!(
        "ssh = \"jump\"\n{keys}\n[ssh]\nconfig = \"{config}\""
    ))
}

#[test]
fn a_container_is_known_by_its_id_too() {
    let id = must(docker().args(["inspect", "--format", "{{.Id}}", container().name()]));
    let ran = asked(target(&format!("docker = \"{}\"", &id[..12])));
    assert!(ran.stderr.contains(&first_hop(&id[..12])), "{}", ran.stderr);
}

#[test]
fn podman_is_asked_where_docker_does_not_know_the_container() {
    let podman = Podman::start();
    let (name, path) = (Podman::CONTAINER, podman.path());
    let in_podman = format!("docker = \"{name}\"");
    asked(target(&in_podman).env("PATH", &path));
    let both = format!("{path}:{}", std::env::var("PATH").unwrap());
    asked(target(&in_podman).env("PATH", &both));
    refused(
        target("docker = \"no-such-container\"").env("PATH", &path),
        "there is no container `no-such-container` on this machine; `podman ps` lists those that run",
    );
    let lines = format!("SetEnv PATH={path}\nAllowStreamLocalForwarding no\n");
    let sshd = Sshd::start(&lines);
    let ran = asked(behind(&sshd, &in_podman));
    if is_root() {
        let way = format!("→ podman exec {name} (perl relay)");
        assert!(ran.stderr.contains(&way), "{}", ran.stderr);
    }
    sshd.assert_left();
}

/// The options of a container of a compose project.
fn of_project(labels: &[String; 3]) -> Vec<&str> {
    labels.iter().flat_map(|label| ["--label", label]).collect()
}

fn labels(folder: &str, service: &str) -> [String; 3] {
    let project = folder.rsplit('/').next().unwrap_or_default();
    [
        ("project.working_dir", folder),
        ("project", project),
        ("service", service),
    ]
    .map(|(name, value)| format!("com.docker.compose.{name}={value}"))
}

#[test]
fn a_compose_service_is_found_by_the_folder_of_its_project() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("law");
    std::fs::create_dir(&project).unwrap();
    let full = project.to_str().unwrap();
    let keys =
        |folder: &str, service: &str| format!("compose = \"{folder}\"\nservice = \"{service}\"");
    let refused_as = |keys: String, message: &str| refused(target(&keys), message);
    refused_as(
        keys(full, "db"),
        &format!(
            "there is no container of service `db` of the compose project `{full}` on this machine; no container bears the \
             label of that project; `docker compose up` makes them"
        ),
    );
    let _other = Container::make(&of_project(&labels(full, "web")), &["sleep", "1000"]);
    // What `docker compose run` makes is none of the service's.
    let one_off = ["--label", "com.docker.compose.oneoff=True"];
    let in_db = labels(full, "db");
    let _once = Container::make(
        &[&of_project(&in_db), &one_off[..]].concat(),
        &["sleep", "1000"],
    );
    refused_as(
        keys(full, "db"),
        &format!(
            "there is no container of service `db` of the compose project `{full}` on this machine; those it has are of `web`"
        ),
    );
    let db = Container::start(&of_project(&in_db));
    let sshd = Sshd::start("");
    let project_name = "law";
    for runner in [
        target(&keys(full, "db")),
        target(&keys(&format!("{full}/../law/"), "db")),
        behind(&sshd, &keys(full, "db")),
        behind(&sshd, &keys(project_name, "db")),
    ] {
        let ran = asked(runner);
        assert!(ran.stderr.contains("service db of "), "{}", ran.stderr);
    }
    sshd.assert_left();
    // A second one that does not run is no reason to ask.
    let second = Container::make(&of_project(&in_db), &["sleep", "1000"]);
    asked(target(&keys(full, "db")));
    must(docker().args(["start", second.name()]));
    let mut both = [db.name(), second.name()];
    both.sort_unstable();
    refused_as(
        keys(full, "db"),
        &format!(
            "service `db` of the compose project `{full}` runs in several containers on this machine: `{}` `{}`; name one of \
             them as `docker`",
            both[0], both[1]
        )
        .replace("` `", "`, `"),
    );
}

#[test]
fn a_project_is_named_with_its_service_and_instead_of_a_container() {
    for (keys, reason) in [
        (
            "compose = \"/srv/law\"",
            "`compose` goes with `service`, the name of the service",
        ),
        (
            "docker = \"pg\"\ncompose = \"/srv/law\"\nservice = \"db\"",
            "`compose` and `docker` both name a container; leave one out",
        ),
        (
            "compose = \"/srv/law\"\nservice = \"-db\"",
            "`service` begins with `-`, which another program would take for an option",
        ),
    ] {
        let ran = target(keys).playbook(ASK).code(2);
        assert!(ran.stderr.contains(reason), "{reason}\n{}", ran.stderr);
    }
}
