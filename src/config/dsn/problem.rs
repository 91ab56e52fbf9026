//! What can be wrong with an address.

use std::path::PathBuf;

/// No value is shown that could be part of a mangled url: half a password often ends up in the
/// host or the port.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("`url` is empty; check the variable it is made of")]
    EmptyUrl,
    #[error(
        "`url` does not begin with `postgres://` or `postgresql://`, nor is it of the form `host=db dbname=app`"
    )]
    Scheme,
    #[error(
        "`url` holds an `@` or `/` inside the user or the password; write `%40` for `@` and `%2F` for `/`, or give \
         the password as `password = \"...\"` of its own"
    )]
    RawAt,
    #[error(
        "the {0} in `url` holds a `%` that is not followed by two hexadecimal digits; write `%25` for `%`"
    )]
    Percent(&'static str),
    #[error(
        "the {0} in `url` is not UTF-8 once its `%` signs are decoded; `%` stands before the bytes of UTF-8, so `é` \
         is `%C3%A9`"
    )]
    NotUtf8(&'static str),
    #[error("`url` holds a `[` without its `]`; an IPv6 address is written `[::1]`")]
    Brackets,
    #[error(
        "`url` holds something that is not of the form `word=value`; a value with spaces stands in single quotes"
    )]
    Pairs,
    #[error("`url` holds a `'` without the one that ends it; inside quotes a `'` is written `\\'`")]
    OpenQuote,
    #[error("a host is no host name, address or absolute path of a socket's folder")]
    Host,
    #[error("`hostaddr` takes addresses in numbers only; a name goes into `host`")]
    HostAddress,
    #[error("a port is not a number from 1 to 65535")]
    Port,
    #[error("there are {hosts} hosts and {addresses} `hostaddr`; each host needs its own")]
    AddressCount { hosts: usize, addresses: usize },
    #[error("there are {ports} ports and {hosts} {}; give one port, or one for each host", hosts_in_words(*hosts))]
    PortCount { ports: usize, hosts: usize },
    #[error("`{0}` is not a whole number")]
    Number(&'static str),
    #[error("`{0}` is `0` or `1`")]
    Switch(&'static str),
    #[error("unknown word `{word}`{hint}")]
    UnknownWord { word: String, hint: String },
    #[error("`{word}` is a word of libpq that runner does not take: {reason}")]
    RefusedWord {
        word: &'static str,
        reason: &'static str,
    },
    #[error("unknown {word} `{value}`{hint}; there are {choices}")]
    Choice {
        word: &'static str,
        value: String,
        /// `, did you mean ...`, or nothing.
        hint: String,
        choices: String,
    },
    #[error("`require_auth` names either what is allowed or, each with a `!`, what is not")]
    MixedMethods,
    #[error("`sslrootcert = system` goes with `sslmode = verify-full` only")]
    WeakSystemRoots,
    #[error(
        "`sslnegotiation = direct` does not go with `sslmode = {0}`, which may do without TLS; use `require`, \
         `verify-ca` or `verify-full`"
    )]
    WeakDirect(&'static str),
    #[error(
        "`sslmode = verify-full` checks a name, and with `hostaddr` alone there is none; give `host` too"
    )]
    NoNameToVerify,
    #[error(
        "`sslcompression` is not done any more, since it gives away what is encrypted; remove it"
    )]
    Compression,
    #[error("`ssl_max_protocol_version` is older than `TLSv1.2`, the oldest that runner speaks")]
    OldTls,
    #[error("`ssl_min_protocol_version` is newer than `ssl_max_protocol_version`")]
    TlsRange,
    #[error(
        "`gssencmode = require` cannot be met, since runner does not speak GSSAPI; use `sslmode = require`"
    )]
    GssEncryption,
    #[error("`sslkey` names a key in an engine or on a card; runner reads keys from files only")]
    KeyEngine,
    #[error(
        "there is the certificate `{path}` but no key to it; name it by `sslkey`, or put it into \
         `~/.postgresql/postgresql.key`",
        path = .0.display()
    )]
    NoKey(PathBuf),
    #[error("the key `{path}` cannot be read: {reason}", path = path.display())]
    KeyFile { path: PathBuf, reason: String },
    #[error(
        "the key `{path}` may be read by others; run `chmod 600 {path}`",
        path = .0.display()
    )]
    KeyOpen(PathBuf),
    #[error("`client_encoding` is `{0}`, and runner speaks UTF8 only; remove it")]
    Encoding(String),
    #[error(
        "`{0}` cannot be met: runner speaks version 3.0 of the protocol, which every server does"
    )]
    ProtocolVersion(&'static str),
    #[error("no user is given, and this machine's user has no name to take instead")]
    NoUser,
    #[error(
        "`{path}` holds the password but others may read it; run `chmod 600 {path}`",
        path = .0.display()
    )]
    PassfileOpen(PathBuf),
    #[error("the service file `{path}` cannot be read: {reason}", path = path.display())]
    ServiceFile { path: PathBuf, reason: String },
    #[error("line {line} of the service file `{path}` is wrong: {reason}", path = path.display())]
    ServiceLine {
        path: PathBuf,
        line: usize,
        reason: String,
    },
    #[error(
        "no service `{name}` is in `{}`",
        looked_in.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("` or `")
    )]
    NoService {
        name: String,
        looked_in: Vec<PathBuf>,
    },
}

fn hosts_in_words(count: usize) -> &'static str {
    if count == 1 { "host" } else { "hosts" }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Problem::Scheme,
                "`url` does not begin with `postgres://` or `postgresql://`, nor is it of the form `host=db dbname=app`",
            ),
            (
                Problem::RawAt,
                r#"`url` holds an `@` or `/` inside the user or the password; write `%40` for `@` and `%2F` for `/`, or give the password as `password = "..."` of its own"#,
            ),
            (
                Problem::Percent("user"),
                "the user in `url` holds a `%` that is not followed by two hexadecimal digits; write `%25` for `%`",
            ),
            (
                Problem::Brackets,
                "`url` holds a `[` without its `]`; an IPv6 address is written `[::1]`",
            ),
            (
                Problem::OpenQuote,
                r"`url` holds a `'` without the one that ends it; inside quotes a `'` is written `\'`",
            ),
            (
                Problem::Host,
                "a host is no host name, address or absolute path of a socket's folder",
            ),
            (
                Problem::HostAddress,
                "`hostaddr` takes addresses in numbers only; a name goes into `host`",
            ),
            (
                Problem::AddressCount {
                    hosts: 2,
                    addresses: 1,
                },
                "there are 2 hosts and 1 `hostaddr`; each host needs its own",
            ),
            (
                Problem::PortCount { ports: 2, hosts: 1 },
                "there are 2 ports and 1 host; give one port, or one for each host",
            ),
            (
                Problem::MixedMethods,
                "`require_auth` names either what is allowed or, each with a `!`, what is not",
            ),
            (
                Problem::Compression,
                "`sslcompression` is not done any more, since it gives away what is encrypted; remove it",
            ),
            (
                Problem::OldTls,
                "`ssl_max_protocol_version` is older than `TLSv1.2`, the oldest that runner speaks",
            ),
            (
                Problem::KeyEngine,
                "`sslkey` names a key in an engine or on a card; runner reads keys from files only",
            ),
            (
                Problem::NoKey("a.crt".into()),
                "there is the certificate `a.crt` but no key to it; name it by `sslkey`, or put it into `~/.postgresql/postgresql.key`",
            ),
            (
                Problem::KeyOpen("a.key".into()),
                "the key `a.key` may be read by others; run `chmod 600 a.key`",
            ),
            (
                Problem::NoUser,
                "no user is given, and this machine's user has no name to take instead",
            ),
            (
                Problem::PassfileOpen(".pgpass".into()),
                "`.pgpass` holds the password but others may read it; run `chmod 600 .pgpass`",
            ),
            (
                Problem::NoService {
                    name: "app".into(),
                    looked_in: vec!["a".into(), "b".into()],
                },
                "no service `app` is in `a` or `b`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
