//! A real sshd with keys and certificates of every kind, and a way to ask both `ssh` and the program about it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;

use crate::support::{Database, Runner, Sshd, dev, must, reaper, sh_word, user};

/// The kinds of host keys of both servers.
const HOST_KEYS: [(&str, &[&str]); 5] = [
    ("ed25519", &["-t", "ed25519"]),
    ("ecdsa256", &["-t", "ecdsa", "-b", "256"]),
    ("ecdsa384", &["-t", "ecdsa", "-b", "384"]),
    ("ecdsa521", &["-t", "ecdsa", "-b", "521"]),
    ("rsa", &["-t", "rsa", "-b", "2048"]),
];

/// Keys of the user, of which `user` opens the host, and of authorities.
const OTHER_KEYS: [(&str, &[&str]); 6] = [
    ("user", &["-t", "ed25519"]),
    ("stranger", &["-t", "ed25519"]),
    ("certified", &["-t", "ed25519"]),
    ("rsa_authority", &["-t", "rsa", "-b", "2048"]),
    ("authority", &["-t", "ed25519"]),
    ("other_authority", &["-t", "ed25519"]),
];

/// The environment variable that has the folder's name, for both programs.
const FOLDER: &str = "LAB_FOLDER";

static LAB: LazyLock<Lab> = LazyLock::new(Lab::new);

pub fn lab() -> &'static Lab {
    &LAB
}

pub struct Lab {
    pub folder: PathBuf,
    pub sshd: Sshd,
    /// Shows certificates where it is asked for them, each of its keys another one.
    pub certified: Sshd,
}

/// A host of an ssh configuration, and whether one gets there.
pub struct Case {
    name: String,
    /// The lines of its `Host` block.
    config: String,
    /// What the program says where neither gets there; nothing where both do.
    refusal: Option<String>,
}

pub fn connects(name: &str, config: &str) -> Case {
    Case {
        name: name.to_owned(),
        config: config.to_owned(),
        refusal: None,
    }
}

pub fn refuses(name: &str, config: &str, message: &str) -> Case {
    Case {
        refusal: Some(message.to_owned()),
        ..connects(name, config)
    }
}

impl Case {
    /// Writes a file that the case names.
    pub fn with(self, file: &str, text: &str) -> Self {
        lab().write(file, text);
        self
    }
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("runner-lab-")
            .tempdir()
            .unwrap()
            .keep();
        reaper::at_end(&format!("rm -rf {}", sh_word(&folder)));
        for (name, kind) in HOST_KEYS.into_iter().chain(OTHER_KEYS) {
            keygen(&folder, name, kind);
        }
        for (key, authority, options) in [
            ("ed25519", "other_authority", "-h"),
            ("ecdsa256", "authority", "-h -n 127.0.0.1,certified"),
            (
                "ecdsa384",
                "authority",
                "-h -n 127.0.0.1 -V 20200101:20200102",
            ),
            ("ecdsa521", "authority", "-h -n elsewhere,127.0.0.*"),
            ("rsa", "rsa_authority", "-h"),
        ] {
            certify(&folder, key, authority, options);
        }
        let at = folder.display();
        // Keys that tests add go to the second file.
        let mut lines = format!(
            "AuthorizedKeysFile {at}/user.pub {at}/more.pub\nTrustedUserCAKeys {at}/authority.pub\n"
        );
        for (name, _) in HOST_KEYS {
            writeln!(lines, "HostKey {at}/{name}").unwrap();
        }
        let sshd = Sshd::start(&lines);
        for (name, _) in HOST_KEYS {
            writeln!(lines, "HostCertificate {at}/{name}-cert.pub").unwrap();
        }
        let certified = Sshd::start(&lines);
        let lab = Self {
            folder,
            sshd,
            certified,
        };
        lab.write("known", "[127.0.0.1]:$PORT $ed25519\n");
        lab
    }

    /// A file of the folder, with names of the lab replaced.
    pub fn write(&self, name: impl AsRef<Path>, text: &str) -> PathBuf {
        let file = self.folder.join(name);
        fs::write(&file, self.fill(text)).unwrap();
        file
    }

    /// Puts in `$DIR`, `$PORT`, `$USER`, keys as `$rsa` and fingerprints as `$SHA_rsa`.
    pub fn fill(&self, text: &str) -> String {
        let mut text = text
            .replace("$DIR", self.folder.to_str().unwrap())
            .replace("$CERTIFIED", &self.certified.port().to_string())
            .replace("$PORT", &self.sshd.port().to_string())
            .replace("$USER", &user());
        // The others first: `rsa_authority` before `rsa`.
        for (name, _) in OTHER_KEYS.into_iter().chain(HOST_KEYS) {
            if text.contains(&format!("$SHA_{name}")) {
                text = text.replace(
                    &format!("$SHA_{name}"),
                    &fingerprint(&self.folder.join(name)),
                );
            }
            if text.contains(&format!("${name}")) {
                let key = fs::read_to_string(self.folder.join(format!("{name}.pub"))).unwrap();
                text = text.replace(&format!("${name}"), key.trim());
            }
        }
        text
    }

    /// Fails unless `ssh` and the program agree about every host, as the cases say.
    #[track_caller]
    pub fn agree(&self, cases: &[Case]) {
        let runner = Runner::new();
        let config = runner.path().join("ssh_config");
        fs::write(&config, self.config(cases)).unwrap();
        let by_ssh = self.by_ssh(cases, &config);
        let by_us = by_us(runner.env(FOLDER, self.folder.to_str().unwrap()), cases);
        let mut differences = Vec::new();
        for ((case, (ssh_connects, ssh_says)), we_say) in cases.iter().zip(by_ssh).zip(by_us) {
            let expected = case.refusal.as_deref().map(|message| {
                let config = config.to_str().unwrap();
                self.fill(message).replace("$CONFIG", config)
            });
            if ssh_connects != expected.is_none() {
                differences.push(format!("{}: ssh {ssh_connects}: {ssh_says}", case.name));
            }
            if we_say != expected {
                differences.push(format!(
                    "{}: runner says {we_say:?}\n  not {expected:?}",
                    case.name
                ));
            }
        }
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    fn config(&self, cases: &[Case]) -> String {
        let mut text = String::new();
        for case in cases {
            writeln!(text, "Host {}\n{}", case.name, case.config).unwrap();
            if !case.config.contains("IdentityFile") {
                text += "  IdentityFile $DIR/user\n";
            }
        }
        text += "Host link-*\n  IdentityFile $DIR/user\nHost *\n  HostName 127.0.0.1\n  Port $PORT\n  User $USER\n  IdentityAgent none\n\
                 UserKnownHostsFile $DIR/known\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n";
        self.fill(&text)
    }

    fn by_ssh(&self, cases: &[Case], config: &Path) -> Vec<(bool, String)> {
        let ask = |case: &Case| {
            let mut ssh = Command::new("ssh");
            ssh.arg("-F").arg(config).env(FOLDER, &self.folder);
            ssh.args(["-o", "BatchMode=yes", &case.name, "true"]);
            let ended = ssh.stdin(Stdio::null()).output().unwrap();
            let says = String::from_utf8_lossy(&ended.stderr).into_owned();
            (ended.status.success(), says)
        };
        let half = cases.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            let halves: Vec<_> = cases
                .chunks(half)
                .map(|cases| scope.spawn(move || cases.iter().map(ask).collect::<Vec<_>>()))
                .collect();
            halves
                .into_iter()
                .flat_map(|half| half.join().unwrap())
                .collect()
        })
    }
}

/// What the program says of each host, in one run: nothing where it gets to the database behind it.
fn by_us(runner: Runner, cases: &[Case]) -> Vec<Option<String>> {
    let database = Database::empty(dev());
    let url = database.url();
    let mut toml = "[ssh]\nconfig = \"ssh_config\"\n".to_owned();
    let mut lua = "local function try(name)\n  local ok, problem = pcall(function()\n    local db = connect(name)\n    db:close()\n  end)\n  \
                   print(name .. '\\t' .. (ok and '' or tostring(problem)))\nend\n"
        .to_owned();
    for (number, case) in (1..).zip(cases) {
        let name = &case.name;
        writeln!(
            toml,
            "[targets.t{number}]\nurl = \"{url}\"\nssh = \"{name}\""
        )
        .unwrap();
        writeln!(lua, "try 't{number}'").unwrap();
    }
    let ran = runner.toml(&toml).playbook(&lua).success();
    let said = |number: usize| {
        let begin = format!("t{number}\t");
        let line = ran.stdout.lines().find(|line| line.starts_with(&begin));
        let said = &line.unwrap_or_else(|| panic!("{begin}{}", ran.stdout))[begin.len()..];
        let prefix = format!("playbook.lua:3: cannot reach `t{number}`: ");
        (!said.is_empty()).then(|| said.replace(&prefix, ""))
    };
    (1..=cases.len()).map(said).collect()
}

pub fn keygen(folder: &Path, name: &str, kind: &[&str]) {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-N", "", "-C", name]).args(kind);
    must(keygen.arg("-f").arg(folder.join(name)));
}

/// Makes `KEY-cert.pub`.
pub fn certify(folder: &Path, key: &str, authority: &str, options: &str) {
    let mut keygen = Command::new("ssh-keygen");
    keygen
        .args(["-q", "-I", key, "-s"])
        .arg(folder.join(authority));
    keygen.args(options.split(' '));
    must(keygen.arg(folder.join(format!("{key}.pub"))));
}

fn fingerprint(key: &Path) -> String {
    let shown = must(Command::new("ssh-keygen").arg("-lf").arg(key));
    shown.split(' ').nth(1).unwrap().to_owned()
}
