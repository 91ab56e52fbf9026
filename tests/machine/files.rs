//! Files brought there and back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{MACHINES, content, on};
use crate::support::{Runner, Sshd, as_root, must, reaper, sh_word, user, wait_until};

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_arrives_whole_with_its_mode() {
    // More than all requests under way hold, and not a multiple of anything.
    let content = content(20_000_003);
    for (machine, name, _) in MACHINES {
        let there = tempfile::tempdir().unwrap();
        let to = there.path().join("it's a file");
        let run = on(
            machine,
            &format!(
                r#"
                  local to = "{}"
                  local moved = h:upload("big", to, {{ mode = "640" }})
                  print(moved.bytes, moved.resumed, moved.seconds > 0)
                  print(h:download(to, "again").bytes)
                  h:upload("empty", "{}/")
                  h:download("{}/empty", "empty.again")
                "#,
                to.display(),
                there.path().display(),
                there.path().display(),
            ),
        );
        let run = run.file("big", &content).file("empty", "");
        let folder = run.path().to_owned();
        fs::set_permissions(folder.join("empty"), fs::Permissions::from_mode(0o600)).unwrap();
        let ran = run
            .stdout("20000003\t0\ttrue\n20000003\n")
            .stderr_has(&format!("{name}:{}: 20.0 MB ", to.display()))
            .success();
        assert!(fs::read(&to).unwrap() == content);
        assert!(fs::read(ran.project.path().join("again")).unwrap() == content);
        assert_eq!(mode(&to), 0o640);
        assert_eq!(mode(&ran.project.path().join("again")), 0o640);
        assert_eq!(mode(&there.path().join("empty")), 0o600);
        assert_eq!(
            fs::read(ran.project.path().join("empty.again")).unwrap(),
            b""
        );
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 2);
    }
}

#[test]
fn what_an_interrupted_run_brought_is_kept_if_it_is_the_beginning() {
    let content = content(1_000_000);
    let mut other = content[..400_000].to_vec();
    other[399_999] ^= 1;
    for (machine, ..) in MACHINES {
        for (part, resumed) in [
            (&content[..400_000], 400_000),
            (&other[..], 0),
            (&content[..], 1_000_000),
            (&[&content[..], b"more"].concat()[..], 0),
        ] {
            let there = tempfile::tempdir().unwrap();
            fs::write(there.path().join(".x.runner-part"), part).unwrap();
            let to = there.path().join("x");
            let lua = format!(
                "print(h:upload('x', '{0}').resumed, h:download('{0}', 'y').resumed)",
                to.display()
            );
            let run = on(machine, &lua)
                .file("x", &content)
                .file(".y.runner-part", part);
            let ran = run.stdout(&format!("{resumed}\t{resumed}\n")).success();
            assert!(fs::read(&to).unwrap() == content);
            assert!(fs::read(ran.project.path().join("y")).unwrap() == content);
            assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
        }
    }
}

#[test]
fn an_upload_that_dies_half_way_leaves_nothing_under_the_name_and_is_taken_up_again() {
    const SIZE: u64 = 400_000_000;
    let there = tempfile::tempdir().unwrap();
    let (to, part) = (there.path().join("x"), there.path().join(".x.runner-part"));
    let run = || {
        let run = on(
            "host 'jump'",
            &format!("print(h:upload('x', '{}').resumed)", to.display()),
        );
        let file = fs::File::create(run.path().join("x")).unwrap();
        file.set_len(SIZE).unwrap();
        run
    };
    let arrived = || fs::metadata(&part).map_or(0, |part| part.len());
    let running = run().start();
    wait_until("something has arrived", || arrived() > 0);
    running.killed();
    assert!(!to.exists());
    let mut before = 0;
    wait_until("nothing more arrives", || {
        std::mem::replace(&mut before, arrived()) == arrived()
    });
    assert!(before < SIZE, "the upload was too quick to be killed");
    let ran = run().success();
    let resumed: u64 = ran.stdout.trim().parse().unwrap();
    assert!(resumed >= before, "{resumed} {before}");
    assert_eq!(fs::metadata(&to).unwrap().len(), SIZE);
    assert!(!part.exists());
}

#[test]
fn a_disk_without_room_is_told_before_it_is_full() {
    let disk = tempfile::tempdir().unwrap().keep();
    let word = sh_word(&disk);
    must(
        as_root("mount")
            .args(["-t", "tmpfs", "-o", "size=4m,mode=1777", "tmpfs"])
            .arg(&disk),
    );
    reaper::at_end(&format!(
        "sudo -n umount {word} || umount {word}; rmdir {word}"
    ));
    for (machine, _, place) in MACHINES {
        let to = disk.join("x");
        let run = on(machine, &format!("h:upload('x', '{}')", to.display()));
        run.file("x", vec![7; 6_000_000])
            .stderr_has(&format!(
                "error: the disk of `{}` {place} is full: 6.0 MB are needed and 4.2 MB are free; nothing is left under \
                 that name",
                to.display()
            ))
            .code(1);
        assert_eq!(fs::read_dir(&disk).unwrap().count(), 0);
    }
}

#[test]
fn small_files_are_read_and_written_in_one_step() {
    for (machine, _, place) in MACHINES {
        let there = tempfile::tempdir().unwrap();
        let path = there.path().join("a.conf");
        fs::write(there.path().join("large"), vec![b'x'; 17 << 20]).unwrap();
        let lua = format!(
            r#"
              local folder = "{}"
              local path = folder .. "/a.conf"
              print(h:exists(path), h:exists(folder))
              h:write(path, "a\0b\n", {{ mode = "600" }})
              print(h:exists(path), h:read(path) == "a\0b\n")
              h:write(path, "")
              print(h:read(path) == "")
              local function fails(...) print(select(2, pcall(...)).message) end
              fails(h.read, h, folder .. "/none")
              fails(h.read, h, folder)
              fails(h.read, h, folder .. "/large")
              fails(h.write, h, folder, "text")
              fails(h.write, h, folder .. "/none/x", "text")
              fails(h.upload, h, "none", path)
              fails(h.upload, h, ".", path)
              fails(h.upload, h, "x", path, {{ mode = "rw" }})
              fails(h.exists, h, "")
            "#,
            there.path().display()
        );
        let folder = there.path().display();
        let expected = format!(
            "false\ttrue\ntrue\ttrue\ntrue\n\
             `{folder}/none` is not there {place}\n\
             `{folder}` {place} is no file; folders are packed first, with `tar`\n\
             `{folder}/large` {place} has 17.8 MB, and `read` takes at most 16.8 MB; `download` it\n\
             `{folder}` {place} is no file; folders are packed first, with `tar`\n\
             `{folder}/none/.x.runner-part` is not there {place}\n"
        );
        let ran = on(machine, &lua)
            .stdout_has(&expected)
            .stdout_has("/none` is not there on this machine\n")
            .stdout_has("` on this machine is no file; folders are packed first, with `tar`\n")
            .stdout_has("option `mode` must be octal digits such as `640`, got `rw`\n")
            .stdout_has("`` is no path: it is empty or holds a NUL\n")
            .success();
        drop(ran);
        // A mode that was not given is kept.
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 2);
    }
}

#[test]
fn without_sftp_it_is_said_what_is_missing() {
    let sshd = Sshd::start("Subsystem other /bin/false\n");
    let run = Runner::new().toml(&format!("[ssh]\nconfig = \"{}\"", sshd.config().display()));
    run.playbook("local h = host 'jump'\nh:run { 'true' }\nh:exists '/'")
        .stderr_has(
            "error: ssh host `jump` has no subsystem `sftp`; its `sshd_config` wants a line such as `Subsystem sftp \
             internal-sftp`",
        )
        .code(1);
    sshd.assert_left();
}

#[test]
fn paths_there_start_at_home() {
    let home = Path::new(
        &must(std::process::Command::new("sh").args(["-c", "cd; pwd"]))
            .trim()
            .to_owned(),
    )
    .to_owned();
    let name = format!("runner-test-{}-{}", std::process::id(), user());
    let lua = format!(
        "h:write('{name}', 'x') print(h:read '~/{name}', h:exists('{}/{name}'), h:run {{ 'rm', '{name}', cwd = '~' }}.code)",
        home.display()
    );
    on("host 'jump'", &lua).stdout("x\ttrue\t0\n").success();
    assert!(!home.join(name).exists());
}
