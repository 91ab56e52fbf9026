//! TLS that begins at once, as from PostgreSQL 17 on: spoken with a terminator, since this server is older.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::{SERVER, error_of, root};
use crate::support::{Database, Runner, dev};

/// Ends TLS and passes what is inside on to `port`; gives the port it listens on. It ends with the tests.
fn terminator(port: u16) -> u16 {
    let files: PathBuf = SERVER.cluster.data_folder().join("server");
    let certificate = CertificateDer::from_pem_file(files.with_extension("crt")).unwrap();
    let key = PrivateKeyDer::from_pem_file(files.with_extension("key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    // As a server does: it ends the handshake with whoever does not ask for this protocol.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let config = Arc::clone(&config);
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            // It ends with an error when either side closes.
            std::thread::spawn(move || pass(client.unwrap(), server, config));
        }
    });
    own
}

fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    config: Arc<ServerConfig>,
) -> std::io::Result<()> {
    let mut tls = ServerConnection::new(config).map_err(std::io::Error::other)?;
    tls.complete_io(&mut client)?;
    if tls.alpn_protocol() != Some(b"postgresql") {
        return Err(ErrorKind::InvalidData.into());
    }
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(Duration::from_millis(1)))?;
    }
    let mut buffer = [0; 16384];
    loop {
        match tls.read_tls(&mut client) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if is_pause(&error) => {}
            Err(error) => return Err(error),
        }
        // The first message may have come with the end of the handshake.
        let state = tls.process_new_packets().map_err(std::io::Error::other)?;
        let mut plain = vec![0; state.plaintext_bytes_to_read()];
        tls.reader().read_exact(&mut plain)?;
        server.write_all(&plain)?;
        match server.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => tls.writer().write_all(&buffer[..count])?,
            Err(error) if is_pause(&error) => {}
            Err(error) => return Err(error),
        }
        while tls.wants_write() {
            tls.write_tls(&mut client)?;
        }
    }
}

fn is_pause(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn run(url: &str, words: &str) -> Runner {
    Runner::new()
        .toml(&format!("[targets.prod]\nurl = \"{url}?{words}\""))
        .playbook("print(connect('prod'):value 'SELECT 1')")
        .args(["--quiet"])
}

#[test]
fn it_begins_without_being_asked_for() {
    let database = Database::empty(dev());
    let port = terminator(dev().port());
    let url = database.url().replace(
        &format!("127.0.0.1:{}", dev().port()),
        &format!("localhost:{port}"),
    );
    let authority = root(&SERVER.root);
    for words in [
        "sslmode=require&sslnegotiation=direct".to_owned(),
        format!("sslmode=verify-full&sslnegotiation=direct&{authority}"),
    ] {
        run(&url, &words).stdout("1\n").success();
    }
    database.assert_left();
}

#[test]
fn a_server_that_wants_to_be_asked_is_told_apart() {
    let database = Database::empty(SERVER.cluster);
    let ran = run(&database.url(), "sslmode=require&sslnegotiation=direct").code(1);
    assert_eq!(
        error_of(&ran),
        "cannot connect to `prod`: the server does not begin TLS at once, which `sslnegotiation=direct` asks for; \
         PostgreSQL does from version 17 on"
    );
    database.assert_left();
}
