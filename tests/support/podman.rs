//! A real podman of a test's own, with everything it has in one folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::docker::{archive, sudo};
use super::{as_root, must, output, reaper, sh_word, wait_until};

pub struct Podman(PathBuf);

impl Podman {
    /// The container it has: a server that no network reaches.
    pub const CONTAINER: &str = "runner-test-podman";

    #[track_caller]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("runner-podman-").tempdir();
        let podman = Self(folder.unwrap().keep());
        fs::set_permissions(&podman.0, fs::Permissions::from_mode(0o755)).unwrap();
        let (folder, sudo) = (sh_word(&podman.0), sudo().join(" "));
        fs::create_dir(podman.0.join("bin")).unwrap();
        let wrapper = format!(
            "#!/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n\
             exec {sudo} podman --root {folder}/root --runroot {folder}/run --tmpdir {folder}/tmp \
             --cgroup-manager cgroupfs --events-backend file \"$@\"\n"
        );
        let program = podman.0.join("bin/podman");
        fs::write(&program, wrapper).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        for tool in ["sh", "cat", "grep", "base64"] {
            symlink(format!("/usr/bin/{tool}"), podman.0.join("bin").join(tool)).unwrap();
        }
        reaper::at_end(&format!(
            "{} rm -f {}; {sudo} umount {folder}/root/overlay; {sudo} rm -rf {folder}",
            sh_word(&program),
            Self::CONTAINER
        ));
        podman.serve();
        podman
    }

    fn serve(&self) {
        let rootfs = self.0.join("rootfs");
        fs::create_dir(&rootfs).unwrap();
        must(
            as_root("tar")
                .arg("-C")
                .arg(&rootfs)
                .arg("-xf")
                .arg(archive()),
        );
        // Limits that need no more rights than the tests have.
        let limits = [
            "--ulimit",
            "nofile=1024:1024",
            "--ulimit",
            "nproc=1024:1024",
        ];
        let program = self.0.join("bin/podman");
        let command = || std::process::Command::new(&program);
        must(
            command()
                .args([
                    "run",
                    "--detach",
                    "--name",
                    Self::CONTAINER,
                    "--network",
                    "none",
                ])
                .args(["--user", "postgres", "--log-driver", "none"])
                .args(limits)
                .arg("--rootfs")
                .arg(&rootfs)
                .args(["/srv/bin/postgres", "-D", "/srv/postgres"]),
        );
        wait_until("the server in podman's container is ready", || {
            let psql = ["exec", Self::CONTAINER, "/srv/bin/psql", "-c", "SELECT 1"];
            output(command().args(psql)).status.success()
        });
    }

    /// A PATH on which there is podman, and no docker.
    pub fn path(&self) -> String {
        self.0.join("bin").to_str().unwrap().to_owned()
    }
}
