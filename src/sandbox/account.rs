//! Who runs the servers: `PostgreSQL` refuses to be root.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::Error;

/// An ordinary user, by the numbers of /etc/passwd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Whom to become for a server: nobody else unless we are root, and then `postgres` or `nobody`.
    pub fn of_servers() -> Result<Option<Self>, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = Path::new("/etc/passwd");
        let text = std::fs::read_to_string(passwd).map_err(Error::file("read", passwd))?;
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| named(&text, name))
            .map(Some)
            .ok_or(Error::NoAccount)
    }
}

/// Makes `command` run as `account`; std clears the supplementary groups with it.
pub fn run_as(command: &mut Command, account: Option<Account>) {
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
}

pub fn give(path: &Path, account: Option<Account>) -> Result<(), Error> {
    match account {
        Some(Account { uid, gid }) => {
            chown(path, Some(uid), Some(gid)).map_err(Error::file("give away", path))
        }
        None => Ok(()),
    }
}

fn named(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        Some(Account {
            uid: number(fields.nth(1)?)?,
            gid: number(fields.next()?)?,
        })
    })
}

/// macOS writes `nobody` as -2.
fn number(field: &str) -> Option<u32> {
    field
        .parse()
        .ok()
        .or_else(|| field.parse::<i32>().ok().map(i32::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:*:-2:-2:none:/:/usr/bin/false\npostgres:x:108:117::/:/bin/sh";
        let account = |uid, gid| Some(Account { uid, gid });
        assert_eq!(named(passwd, "postgres"), account(108, 117));
        assert_eq!(named(passwd, "nobody"), account(u32::MAX - 1, u32::MAX - 1));
        assert_eq!(named(passwd, "post"), None);
    }
}
