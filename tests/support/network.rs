//! A network of two ends that can go silent: what is sent to the far one is lost from then on, and nobody is told.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sched::{CloneFlags, setns};

use super::{as_root, must, reaper};

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub struct Network {
    /// Of the namespace and, with an ending, of its two interfaces.
    name: String,
    near: Ipv4Addr,
    far: Ipv4Addr,
}

impl Network {
    pub fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("rt{}x{number}", std::process::id());
        // Four addresses of a private block for each, two of which have a use.
        let first = (std::process::id() * 64 + number * 4) & 0xfffc;
        let address =
            |place| Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 213, 0, 0)) + first + place);
        let network = Self {
            near: address(1),
            far: address(2),
            name,
        };
        network.make();
        network
    }

    fn make(&self) {
        let Self { name, near, far } = self;
        reaper::at_end(&format!("ip netns del {name}"));
        for words in [
            format!("netns add {name}"),
            format!("link add {name}n type veth peer name {name}f netns {name}"),
            format!("addr add {near}/30 dev {name}n"),
            format!("link set {name}n up"),
            format!("-n {name} addr add {far}/30 dev {name}f"),
            format!("-n {name} link set {name}f up"),
        ] {
            ip(&words);
        }
    }

    /// The address of the far end.
    pub fn address(&self) -> Ipv4Addr {
        self.far
    }

    /// Listens at the far end.
    pub fn listen(&self) -> TcpListener {
        let namespace = File::open(format!("/run/netns/{}", self.name)).unwrap();
        let far = self.far;
        // A thread of its own: the socket stays at the far end, everybody else here.
        let listening = std::thread::spawn(move || {
            setns(namespace, CloneFlags::CLONE_NEWNET).expect("these tests need root");
            TcpListener::bind((far, 0)).unwrap()
        });
        listening.join().unwrap()
    }

    /// From now on nothing comes back from the far end.
    pub fn silence(&self) {
        ip(&format!(
            "-n {} route add blackhole {}/32",
            self.name, self.near
        ));
    }
}

#[track_caller]
fn ip(words: &str) {
    must(as_root("ip").args(words.split(' ')));
}
