//! Ports of containers: published, or at the address of a bridge. They change whenever a container is started.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::{ASK, is_root, server_line};
use crate::support::{Bridge, Container, Database, Ran, Runner, Sshd, docker, must};

/// A server that listens to more than its own loopback.
#[track_caller]
fn served(options: &[&str]) -> &'static Container {
    let container = Container::serving(options, &["-c", "listen_addresses=*"]);
    Box::leak(Box::new(container))
}

/// Asks the server behind a target with these settings.
#[track_caller]
fn asked(database: &Database, host: &str, more: &str) -> Ran {
    let (container, name) = (database.container().name(), database.name());
    let target = format!(
        "[targets.prod]\nurl = \"postgres://postgres@{host}/{name}\"\ndocker = \"{container}\"\n{more}"
    );
    let ran = Runner::new()
        .toml(&target)
        .playbook(ASK)
        .stdout("here\n")
        .success();
    ran.assert_left();
    database.assert_left();
    ran
}

#[test]
fn a_url_with_a_host_means_the_published_port() {
    let network = Bridge::make();
    for address in ["127.0.0.1", "0.0.0.0", "[::1]"] {
        let publish = format!("{address}::5432");
        let container = served(&["--network", network.name(), "--publish", &publish]);
        let database = Database::empty(container);
        let sshd = Sshd::start("");
        let ssh = format!(
            "ssh = \"jump\"\n[ssh]\nconfig = \"{}\"",
            sshd.config().display()
        );
        let way = format!(
            "docker {} (its published port) (`docker` is set and the url names a host: the container's port)\n{}",
            container.name(),
            server_line("prod", &database)
        );
        assert_eq!(
            asked(&database, "db.example", "").stderr,
            format!("prod: {way}")
        );
        let behind = format!("prod: ssh jump (127.0.0.1:{}) → {way}", sshd.port());
        assert_eq!(asked(&database, "db.example", &ssh).stderr, behind);
        sshd.assert_left();
    }
}

#[test]
fn a_port_that_is_published_elsewhere_after_a_restart_is_found_again() {
    let network = Bridge::make();
    let container = served(&["--network", network.name(), "--publish", "127.0.0.1::5432"]);
    let database = Database::empty(container);
    let name = container.name();
    let published = || must(docker().args(["port", name, "5432/tcp"]));
    let before = published();
    let runner = Runner::new()
        .toml(&format!(
            "[targets.prod]\nurl = \"postgres://postgres@db.example/{}\"\ndocker = \"{name}\"",
            database.name()
        ))
        .playbook(
            r#"
            local db = connect "prod"
            print(db:value "SELECT 'before'")
            db:close()
            print "closed"
            io.read()
            print(connect("prod"):value "SELECT 'after'")
            "#,
        )
        .start();
    runner.wait_for_stdout("closed");
    must(docker().args(["stop", name]));
    // Whoever has it now is not the server.
    let _taken = TcpListener::bind(before.trim()).unwrap();
    container.serve();
    assert_ne!(published(), before);
    runner.finish(0);
}

#[test]
fn a_port_that_is_not_published_is_reached_over_the_bridge() {
    let (one, other) = (Bridge::make(), Bridge::make());
    let container = served(&["--network", one.name()]);
    must(docker().args(["network", "connect", other.name(), container.name()]));
    let database = Database::empty(container);
    let name = container.name();
    let expected = format!(
        "prod: docker {name} (its published port) (`docker` is set and the url names a host: the container's port)\n\
         prod: not by docker {name} (its published port): container `{name}` publishes its port 5432 nowhere\n\
         prod: docker {name} (its bridge address) (what comes before it was passed over)\n{}",
        server_line("prod", &database)
    );
    assert_eq!(asked(&database, "db.example", "").stderr, expected);
}

#[test]
fn a_container_with_the_network_of_its_host_is_reached_at_the_hosts_loopback() {
    let port = crate::support::free_port();
    let server = [
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        &format!("port={port}"),
    ];
    let options = ["--network", "host", "--env", &format!("PGPORT={port}")];
    let container: &'static Container = Box::leak(Box::new(Container::serving(&options, &server)));
    let database = Database::empty(container);
    let ran = asked(&database, &format!("db.example:{port}"), "");
    assert!(
        ran.stderr.contains(&server_line("prod", &database)),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_port_is_the_last_way_into_an_image_with_nothing() {
    let network = Bridge::make();
    let options = ["--env", "PGHOST=127.0.0.1", "--publish", "127.0.0.1::5432"];
    let options = [&["--network", network.name()], &options[..]].concat();
    let settings = ["-c", "listen_addresses=*", "-c", "unix_socket_directories="];
    let container = Container::with_only(&[], &options, &settings);
    let container: &'static Container = Box::leak(Box::new(container));
    let database = Database::empty(container);
    let ran = asked(&database, "", "");
    let name = container.name();
    for line in [
        format!(
            "prod: not by docker exec {name} (relay): the image of container `{name}` has nothing that can carry bytes"
        ),
        format!(
            "prod: docker {name} (its published port) (what comes before it was passed over)\n"
        ),
        server_line("prod", &database),
    ] {
        assert!(ran.stderr.contains(&line), "{line}\n{}", ran.stderr);
    }
    assert_eq!(ran.stderr.contains("through /proc): container"), is_root());
}

#[test]
fn addresses_of_an_engine_elsewhere_are_not_taken_for_ones_here() {
    let bridge = Bridge::make();
    let options = ["--network", bridge.name(), "--publish", "127.0.0.1::5432"];
    let container = served(&options);
    let name = container.name();
    let path = std::env::var("PATH").unwrap();
    // The process of an engine elsewhere has a number that is somebody else's here.
    let wrapper =
        format!("#!/bin/sh\nPATH={path}\ndocker \"$@\" | sed 's/\"Pid\": [0-9]*/\"Pid\": 1/'\n");
    let target = format!(
        "[targets.prod]\nurl = \"postgres://postgres@db.example/postgres\"\ndocker = \"{name}\""
    );
    let runner = Runner::new()
        .toml(&target)
        .file("bin/docker", wrapper)
        .playbook(ASK);
    let bin = runner.path().join("bin");
    fs::set_permissions(bin.join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = runner
        .env("PATH", &format!("{}:{path}", bin.display()))
        .code(1);
    let elsewhere = format!(
        "container `{name}` is no process on this machine, so its addresses mean nothing there; is its engine elsewhere, or in a \
         virtual machine?"
    );
    let error = format!(
        "error: cannot reach `prod`: every way was tried: docker {name} (its published port): {elsewhere}; docker {name} (its \
         bridge address): {elsewhere}\n"
    );
    assert!(ran.stderr.contains(&error), "{error}{}", ran.stderr);
    ran.assert_left();
}
