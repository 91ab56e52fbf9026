//! The reader on its own, and beside `ssh -G`.

use super::*;

/// Configurations, each with the hosts asked about; `FOLDER` has files `extra` and `more extra`.
const CORPUS: [(&str, &[&str]); 14] = [
    ("", &["hz", "ada@hz:77", "UPPER.example"]),
    (
        "Host hz\n HostName 10.0.0.7\n User \"ada l\"\n Port 2222\n",
        &["hz", "other", "root@hz:9"],
    ),
    (
        "Host=hz\nHostName\t=\t%h.Example.com\nUser = ada # not me\nPort=22 \n",
        &["hz"],
    ),
    (
        "Host *.example !db.example\nUser a\nHost db.* 10.0.?.*\nUser b\nHost !hz *\nPort 7\n",
        &["db.example", "x.example", "10.0.3.4", "hz"],
    ),
    (
        "User first\nUser second\nIdentityFile ~/one\nHost *\nIdentityFile %d/two-%r\nCertificateFile ~/c\nCertificateFile /d\n",
        &["hz"],
    ),
    (
        "Host a\nInclude FOLDER/ext*\nHost *\nPort 99\n",
        &["a", "hz"],
    ),
    (
        "Include \"FOLDER/more extra\"\nInclude FOLDER/missing\nPort 99\n",
        &["a"],
    ),
    ("ProxyJump a,b@c:7\nProxyCommand nc %h %p\n", &["hz"]),
    (
        "Host hz\nProxyCommand nc -x 'a b' %h %p\nHost *\nProxyJump c\n",
        &["hz", "other"],
    ),
    (
        "Host hz\nProxyJump none\nHost *\nProxyJump c\n",
        &["hz", "other"],
    ),
    (
        "ConnectTimeout 1m30\nServerAliveInterval 5\nServerAliveCountMax 2\nRekeyLimit 2M 1h\nConnectionAttempts 3\n\
         Compression YES\nAddressFamily inet6\nBindAddress ::1\n",
        &["hz"],
    ),
    (
        "UserKnownHostsFile ~/a /b/%n\nGlobalKnownHostsFile none\nHostKeyAlias prod\nHashKnownHosts true\n\
         StrictHostKeyChecking accept-new\nIdentitiesOnly yes\nIdentityAgent ~/agent\nControlPath ~/c-%r@%h:%p\n",
        &["hz"],
    ),
    (
        "Ciphers aes256-ctr,aes128-ctr\nMACs hmac-sha2-512\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms \
         rsa-sha2-512,ssh-ed25519\nPubkeyAcceptedAlgorithms ssh-ed25519\nCASignatureAlgorithms ssh-ed25519\n",
        &["hz"],
    ),
    (
        "PreferredAuthentications password,publickey\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n\
         GSSAPIAuthentication yes\nPKCS11Provider /lib/x.so\nKnownHostsCommand /bin/k %H\n",
        &["hz"],
    ),
];

#[tokio::test]
async fn it_reads_what_openssh_reads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(
        folder.path().join("extra"),
        "Host hz\nPort 2222\nHost a\nPort 3333\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("more extra"), "Host a\nUser 'in a'\n").unwrap();
    for (text, hosts) in CORPUS {
        std::fs::write(
            &file,
            text.replace("FOLDER", folder.path().to_str().unwrap()),
        )
        .unwrap();
        for given in hosts {
            let destination = Destination::parse(given).unwrap();
            let told = |settings: Settings| {
                let jumps = settings.jumps(&destination);
                let mut host = settings.host(given, &destination, Some(&file));
                // Kinds of keys that come and go with versions.
                host.identity_files
                    .retain(|file| !file.ends_with("id_xmss") && !file.ends_with("id_dsa"));
                format!("{host:#?} behind {jumps:?}")
            };
            let ours = told(settings(&destination, None, Some(&file)).unwrap());
            let theirs = super::super::openssh::settings(given, &destination, None, Some(&file));
            let theirs = told(theirs.await.unwrap().unwrap());
            for (ours, theirs) in ours.lines().zip(theirs.lines()) {
                assert_eq!(ours, theirs, "{given} in\n{text}");
            }
        }
    }
}

fn read(text: &str, host: &str) -> Result<Settings, Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(folder.path().join("extra"), "Host hz\n  Port 2222\n").unwrap();
    let text = text.replace("FOLDER", folder.path().to_str().unwrap());
    std::fs::write(&file, text).unwrap();
    settings(&Destination::parse(host).unwrap(), None, Some(&file))
}

#[test]
fn the_first_value_wins_and_identity_files_add_up() {
    let settings = read(
        "# mine\nHost hz other !hz2\n\tHostName=%h.example.com\n  User \"ada l\"\n\
         IdentityFile ~/.ssh/one\nHost *\nUser nobody\nIdentityFile ~/.ssh/two\n",
        "hz",
    )
    .unwrap();
    assert_eq!(settings.first("hostname"), Some("hz.example.com"));
    assert_eq!(settings.first("user"), Some("ada l"));
    let config = settings.host("hz", &Destination::parse("hz").unwrap(), None);
    assert_eq!(config.identity_files.len(), 2);
}

#[test]
fn an_include_applies_inside_its_host_block() {
    let text = "Host hz\nInclude FOLDER/ext*\nHost *\nPort 99\n";
    assert_eq!(read(text, "hz").unwrap().first("port"), Some("2222"));
    assert_eq!(read(text, "else").unwrap().first("port"), Some("99"));
}

#[test]
fn what_the_destination_says_wins() {
    let settings = read("Host *\nUser nobody\nPort 9\n", "ada@hz:77").unwrap();
    assert_eq!(settings.first("user"), Some("ada"));
    assert_eq!(settings.first("port"), Some("77"));
}

#[test]
fn a_match_block_is_refused_with_its_line() {
    let error = read("Host a\nMatch host hz\nUser x\n", "hz").unwrap_err();
    assert!(error.to_string().contains("config:2: `Match`"), "{error}");
}
