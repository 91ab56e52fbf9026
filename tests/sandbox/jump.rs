//! The jump host and its docker, asked by OpenSSH's own client.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use runner::sandbox::Bin;

use super::{SHARED, is_alive};
use crate::support::{must, output, wait_until};

#[test]
fn a_command_on_the_jump_host_has_its_streams_and_its_status() {
    let sandbox = &*SHARED;
    let ran = output(&mut sandbox.on_jump("echo to stdout; echo to stderr >&2; exit 7"));
    assert_eq!(ran.stdout, b"to stdout\n");
    assert_eq!(ran.stderr, b"to stderr\n");
    assert_eq!(ran.status.code(), Some(7));

    let mut upper = sandbox
        .on_jump("wc -c; exit 3")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    upper
        .stdin
        .take()
        .unwrap()
        .write_all(&vec![b'x'; 5_000_000])
        .unwrap();
    let counted = upper.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&counted.stdout).trim(), "5000000");
    assert_eq!(counted.status.code(), Some(3));

    let killed = output(&mut sandbox.ssh(&["-v", "sertantai-hz", "kill -KILL $$"]));
    let log = String::from_utf8_lossy(&killed.stderr);
    assert!(log.contains("exit-signal"), "{log}");
}

#[test]
fn a_command_ends_with_its_session() {
    let sandbox = &*SHARED;
    let mark = sandbox.project().join("mark");
    let script = format!(
        "sh -c 'echo $$ >{}; exec sleep 1000' & wait",
        mark.display()
    );
    let mut client = sandbox
        .on_jump(&script)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    wait_until("the command runs", || {
        pid = fs::read_to_string(&mark).unwrap_or_default();
        pid.ends_with('\n')
    });
    client.kill().unwrap();
    client.wait().unwrap();
    let pid = pid.trim();
    wait_until("the command has ended", || !is_alive(pid));
}

#[test]
fn only_the_key_of_the_sandbox_is_let_in() {
    let sandbox = &*SHARED;
    let key = sandbox.project().join("stranger");
    must(
        Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key),
    );
    let config = fs::read_to_string(sandbox.project().join("ssh_config")).unwrap();
    let mine = sandbox.project().join("id_ed25519");
    let theirs = sandbox.project().join("stranger_config");
    fs::write(
        &theirs,
        config.replace(mine.to_str().unwrap(), key.to_str().unwrap()),
    )
    .unwrap();
    let refused = output(
        Command::new("ssh")
            .arg("-F")
            .arg(theirs)
            .args(["sertantai-hz", "true"]),
    );
    let log = String::from_utf8_lossy(&refused.stderr);
    assert!(log.contains("Permission denied (publickey)"), "{log}");
}

#[test]
fn ports_and_sockets_are_forwarded_and_closed_ones_refused() {
    let sandbox = &*SHARED;
    let socket = prod_socket(&sandbox.project());
    let local = sandbox.project().join(".s.PGSQL.5432");
    let forward = format!("{}:{}", local.display(), socket.display());
    let mut tunnel = sandbox
        .ssh(&["-N", "-L", &forward, "sertantai-hz"])
        .spawn()
        .unwrap();
    wait_until("the tunnel listens", || local.exists());
    assert_eq!(count_laws(&sandbox.project()), "1003\n");
    tunnel.kill().unwrap();
    tunnel.wait().unwrap();

    let port = dev_port(&sandbox.project());
    let mut through = sandbox
        .ssh(&["-W", &format!("127.0.0.1:{port}"), "sertantai-hz"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // An SSLRequest, which the server answers with one letter.
    let request = [0, 0, 0, 8, 4, 210, 22, 47];
    through.stdin.take().unwrap().write_all(&request).unwrap();
    assert_eq!(through.wait_with_output().unwrap().stdout, b"N");

    let refused = output(&mut sandbox.ssh(&["-W", "127.0.0.1:1", "sertantai-hz"]));
    let log = String::from_utf8_lossy(&refused.stderr);
    assert!(log.contains("open failed: connect failed"), "{log}");
}

#[test]
fn prod_is_a_container_to_whoever_asks_docker() {
    let sandbox = &*SHARED;
    let inspected = must(&mut sandbox.on_jump("docker inspect shared_postgres"));
    let inspected: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected[0]["State"]["Running"], true);
    assert!(inspected[0]["State"]["Pid"].is_u64());
    assert!(inspected[0]["NetworkSettings"]["Networks"].is_object());

    let query = "docker exec -i shared_postgres psql -U postgres -d sertantai_legal_prod -Atc 'SELECT count(*) FROM uk_lrt'";
    assert_eq!(must(&mut sandbox.on_jump(query)), "1003\n");

    for (command, code, stdout, stderr) in [
        (
            "docker inspect other",
            1,
            "[]\n",
            "Error: No such object: other\n",
        ),
        (
            "docker exec -i other true",
            1,
            "",
            "Error: No such container: other\n",
        ),
        (
            "docker exec -i shared_postgres nothing",
            126,
            "OCI runtime exec failed: ",
            "",
        ),
        (
            "docker frobnicate",
            1,
            "",
            "docker: 'frobnicate' is not a docker command.\n",
        ),
    ] {
        let ran = output(&mut sandbox.on_jump(command));
        assert_eq!(ran.status.code(), Some(code), "{command}");
        assert!(ran.stdout.starts_with(stdout.as_bytes()), "{command}");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), stderr, "{command}");
    }
}

fn prod_socket(project: &Path) -> PathBuf {
    project.parent().unwrap().join("prod/socket/.s.PGSQL.5432")
}

fn dev_port(project: &Path) -> String {
    let env = fs::read_to_string(project.join(".env")).unwrap();
    let after = env.rsplit_once(':').unwrap().1;
    after.split_once('/').unwrap().0.to_owned()
}

fn count_laws(socket_folder: &Path) -> String {
    must(
        Command::new(Bin::find().unwrap().program("psql"))
            .arg("-h")
            .arg(socket_folder)
            .args(["-U", "postgres", "-d", "sertantai_legal_prod", "-Atc"])
            .arg("SELECT count(*) FROM uk_lrt"),
    )
}
