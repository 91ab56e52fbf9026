//! A way to a server that breaks when a test wants it to.

use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::{Database, PATIENCE, dev};

/// A way to a server that can be cut while bytes are on it; later connections pass again.
pub struct Proxy {
    pub port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    pub fn to_dev() -> Self {
        Self::between(TcpListener::bind("127.0.0.1:0").unwrap(), dev().port())
    }

    /// Passes what comes in on to a port of this machine.
    pub fn between(listener: TcpListener, server: u16) -> Self {
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let kept = Arc::clone(&open);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (
                    client.unwrap(),
                    TcpStream::connect(("127.0.0.1", server)).unwrap(),
                );
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                kept.lock().unwrap().push(client);
            }
        });
        Self { port, open }
    }

    /// The address of a database behind it.
    pub fn url(&self, database: &Database) -> String {
        let (there, here) = (format!(":{}/", dev().port()), format!(":{}/", self.port));
        database.url().replace(&there, &here)
    }

    /// Ends all connections, and waits until the other side has seen it.
    pub fn cut(&self) {
        for mut stream in self.open.lock().unwrap().drain(..) {
            stream.shutdown(Shutdown::Write).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            while stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {}
        }
    }
}
