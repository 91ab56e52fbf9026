//! A way to a server on which something happens when so many bytes have passed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToServer,
    ToClient,
}

#[derive(Clone)]
pub struct Link {
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    traffic: Mutex<Traffic>,
    /// Whether connections are turned away.
    down: AtomicBool,
}

#[derive(Default)]
struct Traffic {
    open: Vec<TcpStream>,
    to_server: u64,
    to_client: u64,
    trap: Option<Trap>,
}

struct Trap {
    way: Way,
    at: u64,
    strike: Box<dyn FnOnce() + Send>,
}

impl Traffic {
    fn passed(&mut self, way: Way) -> &mut u64 {
        match way {
            Way::ToServer => &mut self.to_server,
            Way::ToClient => &mut self.to_client,
        }
    }

    /// How many of the next bytes go on before the trap snaps, with what it does, where it is among them.
    fn snapping(&mut self, way: Way, next: usize) -> Option<(usize, Box<dyn FnOnce() + Send>)> {
        let passed = *self.passed(way);
        let reached = |trap: &mut Trap| trap.way == way && passed + next as u64 >= trap.at;
        let trap = self.trap.take_if(reached)?;
        let before = usize::try_from(trap.at.saturating_sub(passed)).unwrap();
        Some((before, trap.strike))
    }
}

impl Link {
    /// Passes what comes in on to a port of this machine.
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Shared>::default();
        let link = Self {
            port,
            shared: Arc::clone(&shared),
        };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                if !shared.down.load(Ordering::SeqCst) {
                    shared.connect(&client, &TcpStream::connect(("127.0.0.1", server)).unwrap());
                }
            }
        });
        link
    }

    /// Does `strike` when `at` bytes have passed this way, counted from [`Link::mend`] on.
    pub fn trap(&self, way: Way, at: u64, strike: impl FnOnce() + Send + 'static) {
        self.shared.traffic().trap = Some(Trap {
            way,
            at,
            strike: Box::new(strike),
        });
    }

    /// Everything passes again, from zero on.
    pub fn mend(&self) {
        self.shared.down.store(false, Ordering::SeqCst);
        *self.shared.traffic() = Traffic::default();
    }

    pub fn passed(&self, way: Way) -> u64 {
        *self.shared.traffic().passed(way)
    }

    /// Ends all connections; later ones pass unless the link stays down.
    pub fn cut(&self, stays_down: bool) {
        self.shared.down.store(stays_down, Ordering::SeqCst);
        for stream in self.shared.traffic().open.drain(..) {
            // One that has ended by itself is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: &TcpStream, server: &TcpStream) {
        let copy = |stream: &TcpStream| stream.try_clone().unwrap();
        self.traffic().open.extend([copy(client), copy(server)]);
        for (from, to, way) in [
            (copy(client), copy(server), Way::ToServer),
            (copy(server), copy(client), Way::ToClient),
        ] {
            let shared = Arc::clone(self);
            std::thread::spawn(move || {
                shared.pass(&from, &to, way);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    }

    /// Passes bytes on until either side ends.
    fn pass(&self, mut from: &TcpStream, mut to: &TcpStream, way: Way) {
        let mut buffer = [0; 16 << 10];
        while let Ok(length) = from.read(&mut buffer)
            && length > 0
        {
            let mut rest = &buffer[..length];
            let snapping = self.traffic().snapping(way, length);
            if let Some((before, strike)) = snapping {
                let (first, behind) = rest.split_at(before);
                if to.write_all(first).is_err() {
                    return;
                }
                strike();
                rest = behind;
            }
            if to.write_all(rest).is_err() {
                return;
            }
            *self.traffic().passed(way) += length as u64;
        }
    }
}
