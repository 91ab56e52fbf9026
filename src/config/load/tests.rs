//! Projects found, read and refused.

use super::*;

const TOML: &str = r#"
[targets.dev]
url = "${DEV_URL}"

[targets.prod]
url = "postgres://postgres@/app"
ssh = "jump"
docker = "${RUNNER_TEST_CONTAINER:-shared_postgres}"
password = "${RUNNER_TEST_PASSWORD}"
protect = "MIGRATE PRODUCTION"

[groups]
law = ["uk_lrt", "lat"]

[copy]
exclude = ["solid_queue_*"]
sensitive = ["users.email"]
mask_seed = "${SEED:-grain}"

[ssh]
config = "ssh/config"

[playbooks.promote]
tables = ["group:law"]
"#;

fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

fn from(folder: &Path) -> Result<Project, Error> {
    load(&LoadOptions {
        start: folder.join("playbooks/deep"),
        ..LoadOptions::default()
    })
}

#[test]
fn a_project_is_found_above_its_playbook() {
    let folder = files(&[
        ("runner.toml", TOML),
        (".env", "DEV_URL='postgres://dev@db:6000/dev_db'\n"),
        ("playbooks/deep/x.lua", ""),
    ]);
    let project = from(folder.path()).unwrap();
    assert_eq!(project.root, folder.path());
    assert_eq!(project.groups["law"], ["uk_lrt", "lat"]);
    assert_eq!(project.exclude, ["solid_queue_*"]);
    assert_eq!(project.sensitive, ["users.email"]);
    assert_eq!(project.mask_seed().unwrap().unwrap().expose(), "grain");
    assert!(project.playbooks["promote"].contains_key("tables"));
    assert_eq!(project.target_names().collect::<Vec<_>>(), ["dev", "prod"]);
    let dev = project.target("dev").unwrap();
    assert_eq!(
        (
            dev.name.as_str(),
            dev.dsn.first().name(),
            dev.dsn.first().port
        ),
        ("dev", Some("db"), 6000)
    );
    assert_eq!(dev.ssh_config, Some(folder.path().join("ssh/config")));
}

#[test]
fn a_missing_variable_stops_only_the_target_that_needs_it() {
    let folder = files(&[
        ("runner.toml", TOML),
        (".env.example", ""),
        (".env", "DEV_URL=postgres:///x\n"),
    ]);
    let project = from(folder.path()).unwrap();
    assert!(project.target("dev").is_ok());
    let at = folder.path().display();
    assert_eq!(
        project.target("prod").unwrap_err().to_string(),
        format!(
            "`{at}/runner.toml:9`, target `prod`: the variable `RUNNER_TEST_PASSWORD` is set nowhere; \
             add it to `{at}/.env`, as in `{at}/.env.example`"
        )
    );
    std::fs::remove_file(folder.path().join(".env")).unwrap();
    assert_eq!(
        from(folder.path())
            .unwrap()
            .target("dev")
            .unwrap_err()
            .to_string(),
        format!(
            "`{at}/runner.toml:3`, target `dev`: the variable `DEV_URL` is set nowhere; \
             copy `{at}/.env.example` to `{at}/.env` and fill it in"
        )
    );
}

#[test]
fn a_target_behind_ssh_in_a_container() {
    let folder = files(&[
        ("runner.toml", TOML),
        (".env", "RUNNER_TEST_PASSWORD='ab$c d'"),
    ]);
    let prod = from(folder.path()).unwrap().target("prod").unwrap();
    assert_eq!(prod.ssh.as_deref(), Some("jump"));
    assert_eq!(prod.docker.as_deref(), Some("shared_postgres"));
    assert_eq!(prod.protect.as_deref(), Some("MIGRATE PRODUCTION"));
    assert_eq!(
        (prod.dsn.first().name(), prod.dsn.user.as_str()),
        (None, "postgres")
    );
    let password = prod.dsn.first().password.as_ref().unwrap();
    assert_eq!(password.expose(), "ab$c d");
}

#[test]
fn an_unknown_target_is_told_with_the_known_ones() {
    let folder = files(&[("runner.toml", TOML)]);
    let error = from(folder.path()).unwrap().target("prd").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "there is no target `prd`, did you mean `prod`; `{}/runner.toml` has `dev`, `prod`",
            folder.path().display()
        )
    );
}

#[test]
fn a_given_file_must_exist() {
    let folder = files(&[("runner.toml", TOML), ("x.env.example", "")]);
    let at = folder.path();
    let mut options = LoadOptions {
        config: Some(at.join("runner.toml")),
        env_file: Some(at.join("x.env")),
        start: PathBuf::new(),
    };
    let at = at.display();
    assert_eq!(
        load(&options).unwrap_err().to_string(),
        format!(
            "there is no `{at}/x.env`; copy `{at}/x.env.example` to `{at}/x.env` and fill it in"
        )
    );
    options.env_file = None;
    options.config = Some(folder.path().join("other.toml"));
    let error = load(&options).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot read `{at}/other.toml`: ")),
        "{error}"
    );
}

#[test]
fn a_table_given_to_connect_is_a_target() {
    let folder = files(&[("runner.toml", TOML), (".env", "H=db.example\n")]);
    let project = from(folder.path()).unwrap();
    let target = |keys: &str| project.unnamed_target(keys.parse().unwrap());
    let plain = target("host = \"${H}\"\nport = 6000\nuser = \"me\"\ndatabase = \"app\"").unwrap();
    assert_eq!(
        (plain.name.as_str(), plain.dsn.first().port),
        ("db.example/app", 6000)
    );
    for (keys, error) in [
        (
            "ssh = \"-oProxyCommand=x\"",
            "`ssh` begins with `-`, which another program would take for an option",
        ),
        (
            "protect = \" \"",
            "`protect` is empty; give the phrase to type, or leave the key out",
        ),
        (
            "url = \"\"",
            "`url` is empty; check the variable it is made of",
        ),
        (
            "host = \"${H\"",
            "`host` holds a `${` that names no variable; write `${NAME}` or `${NAME:-default}`, and `$$` for a `$`",
        ),
    ] {
        assert_eq!(
            target(keys).unwrap_err().to_string(),
            format!("the table given to `connect`: {error}")
        );
    }
}
