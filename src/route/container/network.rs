//! The addresses of a container, as its host sees them: published ports, and those of bridges.
//!
//! They change whenever the container is started, so they are looked up for every connection. And they mean nothing
//! on any machine but the engine's own: `127.0.0.1:5432` would be another server there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::engine::Found;
use super::inspect::{Binding, Inspected, Network};
use super::place::Place;
use crate::route::Error;

/// Where the host keeps its own addresses.
const OWN_ADDRESSES: [&str; 2] = ["/proc/net/fib_trie", "/proc/net/if_inet6"];

/// The addresses at which the server's port is published; that port itself where the container shares the network
/// of its host.
pub async fn published(
    found: &Found,
    inspected: &Inspected,
    port: u16,
    place: &Place<'_>,
) -> Result<Vec<(IpAddr, u16)>, Error> {
    let addresses: Vec<_> = if inspected.has_hosts_network() {
        vec![(Ipv4Addr::LOCALHOST.into(), port)]
    } else {
        let mut addresses: Vec<_> = bindings(inspected, port)
            .filter_map(|binding| Some((dialled(&binding.address)?, binding.port.parse().ok()?)))
            .collect();
        addresses.sort_by_key(|(address, _)| address.is_ipv6());
        addresses
    };
    if addresses.is_empty() {
        return Err(Error::Unpublished {
            name: found.name.clone(),
            port,
        });
    }
    seen(found, inspected, &[], place).await?;
    Ok(addresses)
}

/// The container's own addresses in networks that the host is in, too.
pub async fn bridged(
    found: &Found,
    inspected: &Inspected,
    port: u16,
    place: &Place<'_>,
) -> Result<Vec<(IpAddr, u16)>, Error> {
    let own = own_addresses(&seen(found, inspected, &OWN_ADDRESSES, place).await?);
    let networks = inspected.networking.networks.values();
    let within = |&(address, prefix): &(IpAddr, u8)| {
        own.iter().any(|&own| same_network(own, address, prefix))
    };
    let port = inside(inspected, port);
    let addresses: Vec<_> = networks
        .flat_map(Network::addresses)
        .filter(within)
        .map(|(address, _)| (address, port))
        .collect();
    if addresses.is_empty() {
        let networks = inspected.networking.networks.keys();
        return Err(Error::NoBridge {
            name: found.name.clone(),
            place: place.words(),
            networks: networks.cloned().collect(),
        });
    }
    Ok(addresses)
}

fn bindings(inspected: &Inspected, port: u16) -> impl Iterator<Item = &Binding> {
    let key = format!("{}/tcp", inside(inspected, port));
    let bindings = inspected.networking.ports.get(&key);
    bindings.into_iter().flatten().flatten()
}

/// The port inside the container: the url may name it, or the one it is published as.
fn inside(inspected: &Inspected, port: u16) -> u16 {
    let ports = &inspected.networking.ports;
    if ports.contains_key(&format!("{port}/tcp")) {
        return port;
    }
    let outside = port.to_string();
    let published = ports.iter().find(|(_, bindings)| {
        let mut bindings = bindings.iter().flatten();
        bindings.any(|binding| binding.port == outside)
    });
    let key = published.and_then(|(key, _)| key.strip_suffix("/tcp"));
    key.and_then(|port| port.parse().ok()).unwrap_or(port)
}

/// The address to dial for one that is listened on.
fn dialled(listening: &str) -> Option<IpAddr> {
    if listening.is_empty() {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    Some(match listening.parse().ok()? {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        address => address,
    })
}

/// Succeeds if the container's process runs on the machine of `place`; gives the contents of `files` there.
async fn seen(
    found: &Found,
    inspected: &Inspected,
    files: &[&str],
    place: &Place<'_>,
) -> Result<String, Error> {
    let cgroup = format!("/proc/{}/cgroup", inspected.pid());
    let reading = [&["cat", &cgroup], files].concat();
    let text = place.output(&reading).await?.stdout;
    if inspected.id.is_empty() || !text.contains(&inspected.id) {
        return Err(Error::EngineElsewhere {
            name: found.name.clone(),
            place: place.words(),
        });
    }
    Ok(text)
}

/// The host's own addresses out of [`OWN_ADDRESSES`].
fn own_addresses(text: &str) -> Vec<IpAddr> {
    let mut last: Option<IpAddr> = None;
    let mut own: Vec<IpAddr> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            // `|-- 172.17.0.1`, and below it `/32 host LOCAL`.
            (Some("|--"), Some(address)) => last = address.parse().ok(),
            (Some("/32"), Some("host")) => own.extend(last.take()),
            // `fe80000000000000004215fffe8b8c44 10 40 20 80 br-2c242887ebed`.
            (Some(digits), Some(_)) if digits.len() == 32 => {
                let number = u128::from_str_radix(digits, 16).ok();
                own.extend(number.map(|number| IpAddr::from(Ipv6Addr::from(number))));
            }
            _ => {}
        }
    }
    own
}

fn same_network(one: IpAddr, other: IpAddr, prefix: u8) -> bool {
    let (one, other, width) = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits().into(), other.to_bits().into(), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let host_bits = width - u32::from(prefix).min(width);
    let network = |bits: u128| bits.checked_shr(host_bits).unwrap_or(0);
    network(one) == network(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(ports: &str) -> Inspected {
        serde_json::from_str(&format!(
            r#"{{ "NetworkSettings": {{ "Ports": {ports}, "Networks": null }} }}"#
        ))
        .unwrap()
    }

    #[test]
    fn the_url_may_name_the_port_inside_or_the_published_one() {
        let published =
            r#"{ "5432/tcp": [{ "HostIp": "", "HostPort": "15432" }], "80/tcp": null }"#;
        let inspected = inspected(published);
        assert_eq!(inside(&inspected, 5432), 5432);
        assert_eq!(inside(&inspected, 15432), 5432);
        assert_eq!(inside(&inspected, 6543), 6543);
        assert_eq!(bindings(&inspected, 15432).count(), 1);
        assert_eq!(bindings(&inspected, 80).count(), 0);
    }

    #[test]
    fn every_address_is_dialled_where_it_is_listened_on() {
        for (listening, expected) in [
            ("", Some("127.0.0.1")),
            ("0.0.0.0", Some("127.0.0.1")),
            ("::", Some("::1")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("what is this", None),
        ] {
            let expected = expected.map(|address| address.parse().unwrap());
            assert_eq!(dialled(listening), expected);
        }
    }

    #[test]
    fn a_host_is_in_the_networks_of_its_own_addresses() {
        let text = "9:pids:/docker/0123\n\
            Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
            |-- 172.17.0.0\n /16 link UNICAST\n |-- 172.17.0.1\n /32 host LOCAL\n\
            |-- 172.17.255.255\n /32 link BROADCAST\n\
            fd00dead000000000000000000000001 04 40 00 80 br-1\n";
        let own = own_addresses(text);
        let expected: [IpAddr; 2] = ["172.17.0.1", "fd00:dead::1"].map(|it| it.parse().unwrap());
        assert_eq!(own, expected);
        let among = |address: &str, prefix| {
            let address = address.parse().unwrap();
            own.iter().any(|&own| same_network(own, address, prefix))
        };
        assert!(among("172.17.3.4", 16) && among("fd00:dead::2", 64));
        assert!(!among("172.18.0.2", 16) && !among("fd00:beef::2", 64));
    }
}
