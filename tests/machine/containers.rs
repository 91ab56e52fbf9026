//! Containers of a machine: here and behind ssh, with a shell in them and without.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{MACHINES, content, on};
use crate::support::{Container, container, container_without_relay, docker, must, wait_until};

#[test]
fn a_command_inside_is_like_one_outside() {
    let name = container().name();
    for (machine, source, place) in MACHINES {
        let lua = format!(
            r#"
              local c = h:container "{name}"
              local ran = c:run {{ "sh", "-c", "pwd; echo \"$A\"; cat; echo e >&2; exit 3", env = {{ A = "it's\nso" }}, cwd = "/usr",
                                  stdin = "in\0put", check = false }}
              print(ran.code, ran.stdout == "/usr\nit's\nso\nin\0put", ran.stderr)
              print(c:run {{ "sh", "-c", "kill -9 $$", check = false }}.code)
              local function fails(...) print(select(2, pcall(...)).message) end
              fails(c.run, c, {{ "sh", "-c", "exit 3" }})
              fails(c.run, c, {{ "no-such-program" }})
              fails(c.run, c, {{ "true", cwd = "/none" }})
              fails(h.container, h, "-x")
              fails(c.inspect, h:container "no-such-container")
              print(c:inspect().State.Running, c)
            "#
        );
        let there = format!("in container `{name}` {place}");
        let expected = format!(
            "3\ttrue\te\n137\n`sh -c 'exit 3'` {there} exited with code 3\n\
             there is no program `no-such-program` {there}; is it installed, and on the PATH that commands have there?\n\
             folder `/none` cannot be entered {there}; does it exist?\n\
             `-x` is no name of a container: it is empty, begins with `-`, or holds what such names may not\n\
             there is no container `no-such-container` {place}; `docker ps --all` lists them\n\
             true\tcontainer `{name}` {place}\n"
        );
        on(machine, &lua)
            .stdout(&expected)
            .stderr_has(&format!("{source}/{name}: it's\n"))
            .success();
    }
}

#[test]
fn a_command_inside_ends_with_its_time() {
    let own = Container::make(&["--user", "root"], &["sleep", "1000"]);
    must(docker().args(["start", own.name()]));
    for (machine, _, place) in MACHINES {
        let lua = format!(
            "h:container('{}'):run {{ 'sh', '-c', 'trap \"\" TERM; sleep 1001 & sleep 1002; true', timeout = 1 }}",
            own.name()
        );
        on(machine, &lua)
            .stderr_has(&format!(
                "in container `{}` {place} did not end within 1.0 s; it was ended",
                own.name()
            ))
            .code(1);
        wait_until("nothing of the command goes on inside", || {
            let running = own.processes();
            running
                .lines()
                .skip(1)
                .all(|line| line.ends_with("sleep 1000"))
        });
    }
}

#[test]
fn without_a_shell_inside_commands_run_all_the_same() {
    let name = container_without_relay().name();
    for (machine, ..) in MACHINES {
        let lua = format!(
            r#"
              local c = h:container "{name}"
              local ran = c:run {{ "/srv/bin/psql", "-XAtq", "postgres", env = {{ A = "it's so" }},
                                  stdin = "\\getenv a A\n\\echo :a\nSELECT 1;\n" }}
              print(ran.stdout)
              c:copy_in("x", "/tmp/x")
              c:copy_out("/tmp/x", "y")
              print(select(2, pcall(c.copy_out, c, "/none", "none")).message:find "find the file /none" ~= nil)
              print(select(2, pcall(c.copy_out, c, "/tmp", "none")).message:find "is no file" ~= nil)
            "#
        );
        let ran = on(machine, &lua)
            .file("x", "text")
            .stdout("it's so\n1\n\ntrue\ntrue\n")
            .success();
        assert_eq!(fs::read(ran.project.path().join("y")).unwrap(), b"text");
    }
}

#[test]
fn files_go_in_and_come_out() {
    let name = container().name();
    let content = content(3_000_001);
    for (machine, ..) in MACHINES {
        let lua = format!(
            r#"
              local c = h:container "{name}"
              local path = "/tmp/" .. tostring(math.random(1 << 40)) .. " it's"
              print(c:copy_in("x", path, {{ mode = "640" }}).bytes)
              c:run {{ "ln", "-s", path, path .. ".link" }}
              print(c:copy_out(path .. ".link", "y").bytes)
              print(c:run {{ "sh", "-c", 'stat -c "%a %s %U" "$1"; rm "$1" "$1".*; ls -A /tmp | grep -c runner', "sh", path,
                            check = false }}.stdout)
            "#
        );
        let ran = on(machine, &lua)
            .file("x", &content)
            .stdout("3000001\n3000001\n640 3000001 postgres\n0\n\n")
            .success();
        let arrived = ran.project.path().join("y");
        assert!(fs::read(&arrived).unwrap() == content);
        assert_eq!(
            fs::metadata(arrived).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}

#[test]
fn a_file_that_cannot_be_copied_leaves_nothing() {
    let name = container().name();
    let lua = format!(
        r#"
          local c = h:container "{name}"
          local function fails(...) print(select(2, pcall(...)).message) end
          fails(c.copy_out, c, "/tmp", "none")
          fails(c.copy_out, c, "/none", "none")
          fails(c.copy_in, c, "large", "/tmp")
          fails(c.copy_in, c, "none", "/tmp/none")
          fails(c.copy_in, c, "large", "/srv/small/large")
          print(c:run {{ "sh", "-c", "ls -A /srv/small | grep -c large || true" }}.stdout)
        "#
    );
    let place = format!("in container `{name}` on this machine");
    let ran = on("host()", &lua)
        .file("large", vec![7; Container::SMALL_DISK + 1])
        .stdout_has(&format!(
            "`/tmp` {place}: it is no file; folders are packed first, with `tar`\n\
             `/none` {place}: it is not there\n\
             `/tmp` {place}: it is a folder\n"
        ))
        .stdout_has("none` is not there on this machine\n")
        .stdout_has("No space left on device\n0\n")
        .success();
    assert!(!ran.project.path().join("none").exists());
}

#[test]
fn health_is_waited_for_and_told() {
    let own = Container::make(
        &[
            "--user",
            "root",
            "--health-cmd",
            "test -e /tmp/well || { echo not yet; exit 1; }",
            "--health-interval",
            "1s",
            "--health-retries",
            "1",
        ],
        &[
            "sh",
            "-c",
            "echo to stdout; echo to stderr >&2; exec sleep 1000",
        ],
    );
    must(docker().args(["start", own.name()]));
    let (name, plain) = (own.name(), container().name());
    for (machine, source, place) in MACHINES {
        let lua = format!(
            r#"
              local c, plain = h:container "{name}", h:container "{plain}"
              local function fails(...) print(select(2, pcall(...)).message) end
              retry({{ times = 100, delay = 0.1 }}, function()
                assert(c:inspect().State.Health.Status == "unhealthy")
              end)
              fails(c.wait_healthy, c, {{ tries = 2, every = 0.01 }})
              c:run {{ "touch", "/tmp/well" }}
              print(c:wait_healthy {{ tries = 600, every = "100ms" }}.tries > 0)
              c:run {{ "rm", "/tmp/well" }}
              fails(plain.wait_healthy, plain)
              print(c:logs().stdout, c:logs().stderr)
              local last = c:logs {{ tail = 1 }}
              print(#(last.stdout .. last.stderr) < 12)
            "#
        );
        on(machine, &lua)
            .stdout(&format!(
                "container `{name}` {place} is not healthy but `unhealthy` after 2 tries: not yet\ntrue\n\
                 container `{plain}` {place} has no health check; give its service a `healthcheck`, or look with `run`\n\
                 to stdout\n\tto stderr\ntrue\n"
            ))
            .stderr_has(&format!("{source}/{name}: to stdout\n"))
            .success();
    }
    must(docker().args(["kill", name]));
    for (machine, _, place) in MACHINES {
        on(machine, &format!("h:container('{name}'):wait_healthy()"))
            .stderr_has(&format!(
                "container `{name}` {place} is not healthy but `exited` after 1 tries: "
            ))
            .code(1);
        on(machine, &format!("h:container('{name}'):run {{ 'true' }}"))
            .stderr_has(&format!(
                "container `{name}` {place} is not running (its state is `exited`); start it with `docker start {name}`"
            ))
            .code(1);
    }
}
