//! Compose projects, by the `docker compose` or `docker-compose` that is there.

use crate::support::{Runner, container, docker, must, removed_at_end};

/// Two services without a network, of the image the tests have anyway.
fn project(run: Runner) -> Runner {
    let name = container().name();
    let image = must(docker().args(["inspect", "--format", "{{.Config.Image}}", name]));
    let image = image.trim();
    let label = "com.docker.compose.project.working_dir";
    removed_at_end(&format!("{label}={}", run.path().display()));
    let service = |command: &str| {
        format!(
            "    image: {image}\n    network_mode: none\n    stop_signal: SIGKILL\n    command: sh -c '{command}'\n"
        )
    };
    let yaml = format!(
        "version: '3'\nservices:\n  web:\n{}  db:\n{}",
        service("echo up; exec sleep 1000"),
        service("exec sleep 1000")
    );
    run.file("docker-compose.yml", yaml)
}

#[test]
fn services_are_brought_up_looked_at_and_stopped() {
    let run = project(Runner::new());
    let folder = run.path().display().to_string();
    let lua = format!(
        r#"
          local h = host()
          local p = h:compose "{folder}"
          local function states()
            local all, list = p:ps(), {{}}
            for i, c in ipairs(all) do list[i] = c.service .. " " .. c.state end
            table.sort(list)
            print(table.concat(list, ", "))
            return all[1]
          end
          p:up {{ "web" }}
          local first = states()
          p:up {{ "web", force_recreate = true, no_deps = true }}
          local second = states()
          print(second.id == first.id, h:container(second.name):inspect().State.Running)
          p:stop()
          states()
          local function fails(...) print(select(2, pcall(...)).message) end
          fails(p.exec, p, {{ service = "web", "true" }})
          fails(p.exec, p, {{ "true" }})
          fails(p.up, p, {{ "-v" }})
          fails(p.up, p, {{ "web", volumes = true }})
          fails(p.ps, h:compose "/none")
          print(p.down, p)
        "#
    );
    let place = "on this machine";
    run.playbook(&lua)
        .stdout(&format!(
            "web running\nweb running\nfalse\ttrue\nweb exited\n\
             compose service `web` {place} has no running container; `up` starts it\n\
             `compose:exec`: option `service` is missing\n\
             `-v` is no name of a compose service: it is empty, begins with `-`, or holds what such names may not\n\
             `compose:up`: unknown option `volumes`\n\
             folder `/none` cannot be entered {place}; does it exist?\n\
             nil\tcompose {folder} {place}\n"
        ))
        .success();
}

#[test]
fn services_behind_ssh_are_restarted_and_entered() {
    let run = project(Runner::new().over_ssh());
    let lua = format!(
        r#"
          local p = host("jump"):compose "{}"
          p:up()
          p:restart {{ "web" }}
          local ran = p:exec {{ service = "web", "sh", "-c", "echo $A; cat; exit 3", env = {{ A = "b" }}, stdin = "in", check = false }}
          print(ran.code, ran.stdout)
          print(p:logs {{ "web", tail = 1 }}.stdout:find "up" ~= nil)
        "#,
        run.path().display()
    );
    run.playbook(&lua)
        .stdout("3\tb\nin\ntrue\n")
        .stderr_has("jump/web: b\n")
        .success();
}
