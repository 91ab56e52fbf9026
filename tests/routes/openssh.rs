//! Hosts that only the user's own `ssh` reaches: what it is asked for, what it asks, and that it goes with the run.

use super::{ASK, behind, host, leads_to};
use crate::support::{Database, Sshd, dev, must, processes, sshd, wait_until};

/// A target behind a host that is reached by a command.
fn by_command(sshd: &Sshd, url: &str) -> crate::support::Runner {
    let runner = behind(sshd, "by-command", url);
    let hosts = format!(
        "{}  ProxyCommand {}\n",
        host(sshd, "by-command", "user_key"),
        command(sshd)
    );
    sshd.config_with(&runner.path().join("ssh_config"), &hosts);
    runner
}

fn command(sshd: &Sshd) -> String {
    format!("ssh -F {} -W %h:%p jump", sshd.config().display())
}

fn way(sshd: &Sshd, to: &str) -> String {
    format!(
        "ssh by-command (127.0.0.1:{}) over `ssh -W`, since it is reached by `ProxyCommand {}` → {to}",
        sshd.port(),
        command(sshd)
    )
}

#[test]
fn a_host_reached_by_a_command_is_reached_by_the_users_own_ssh() {
    let (database, sshd) = (Database::empty(dev()), Sshd::start(""));
    let port = dev().port();
    let to = format!("127.0.0.1:{port} (the url names a host, as the ssh host sees it)");
    leads_to(
        &database,
        by_command(&sshd, &database.url()),
        &way(&sshd, &to),
    );
    sshd.assert_left();

    let socket = super::socket_of_dev();
    let to = format!("{socket} (the url names a folder of sockets, as the ssh host sees it)");
    leads_to(
        &database,
        by_command(&sshd, &database.socket_url()),
        &way(&sshd, &to),
    );
    sshd.assert_left();
}
