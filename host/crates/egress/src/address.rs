//! Addresses: which of them are public, and which of the others the operator grants.
//!
//! Holds: an address is public only if it is in globally routed unicast space and carries no other
//! address inside it. Not here: names, connections.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hark_model::Grant;

/// An address that must not be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} is at {address}, which is {kind}: list it in private_addresses of the grant if that is meant"
)]
pub(crate) struct AddressRefused {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
    pub(crate) kind: &'static str,
}

/// Lets `address` pass if it is public or granted; an address inside it must pass as well.
pub(crate) fn admit(grant: &Grant, host: &str, address: IpAddr) -> Result<(), AddressRefused> {
    let refused = |kind| AddressRefused { host: host.to_owned(), address, kind };
    let Some(kind) = special_kind(address) else { return Ok(()) };
    if !grant.admits_private(address) {
        return Err(refused(kind));
    }
    match inner_v4(address) {
        Some(inner) => admit(grant, host, IpAddr::V4(inner)).map_err(|_| refused(kind)),
        None => Ok(()),
    }
}

/// Returns what makes `address` special; none for a public one.
fn special_kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let kind = match address.octets() {
        [0, ..] => "unspecified",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "shared by a carrier's NAT",
        [127, ..] => "loopback",
        [169, 254, 169, 254] | [168, 63, 129, 16] => "a cloud's metadata service",
        [169, 254, ..] => "link-local",
        [192, 0, 0, _] => "reserved for protocols",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "for documentation",
        [192, 88, 99, _] => "a 6to4 relay",
        [198, 18..=19, ..] => "for benchmarks",
        [224..=239, ..] => "multicast",
        [240..=255, ..] => "reserved",
        _ => return None,
    };
    Some(kind)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let kind = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0xffff, ..] => "an IPv4 address in IPv6 form",
        [0x64, 0xff9b, ..] => "behind NAT64",
        [0xfc00..=0xfdff, ..] => "private",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xff00..=0xffff, ..] => "multicast",
        [0x2001, 0, ..] => "a Teredo tunnel",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => "for documentation",
        [0x2001, 0..=0x1ff, ..] => "reserved for protocols",
        [0x2002, ..] => "a 6to4 tunnel",
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => "an ISATAP tunnel",
        [0x2000..=0x3fff, ..] => return None,
        _ => "reserved",
    };
    Some(kind)
}

/// Returns the IPv4 address that a translated or tunnelled address leads to.
fn inner_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let join = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0..=1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => join(high, low),
        [0x2002, high, low, ..] => join(high, low),
        [0x2001, 0, .., high, low] => join(!high, !low),
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => join(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granting(ranges: &[&str]) -> Grant {
        let private_addresses = ranges.iter().map(|range| range.parse().unwrap()).collect();
        Grant { private_addresses, ..Grant::default() }
    }

    #[test]
    fn only_public_addresses_pass_without_a_grant() {
        let cases = [
            ("1.1.1.1", true),
            ("93.184.216.34", true),
            ("2606:4700:4700::1111", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.63.255.255", true),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("127.0.0.1", false),
            ("127.255.0.9", false),
            ("168.63.129.16", false),
            ("169.254.169.254", false),
            ("169.254.1.1", false),
            ("172.15.0.1", true),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("172.32.0.1", true),
            ("192.0.0.192", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.7", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::127.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:1.1.1.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::101:101", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:10::1", false),
            ("2001:db8::1", false),
            ("2001:4860:4860::8888", true),
            ("2002:7f00:1::1", false),
            ("2606:4700::5efe:a00:1", false),
            ("3fff::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ];
        for (address, want) in cases {
            let passed = admit(&Grant::default(), "x.example", address.parse().unwrap()).is_ok();
            assert_eq!(passed, want, "address: {address}");
        }
    }

    #[test]
    fn a_grant_opens_its_own_range_and_nothing_beside() {
        let cases = [
            (&["10.1.0.0/16"][..], "10.1.2.3", true),
            (&["10.1.0.0/16"], "10.2.0.1", false),
            (&["10.1.0.0/16"], "::ffff:10.1.2.3", false),
            (&["127.0.0.1/32", "::ffff:0:0/96"], "::ffff:127.0.0.1", true),
            (&["64:ff9b::/96"], "64:ff9b::101:101", true),
            (&["64:ff9b::/96"], "64:ff9b::7f00:1", false),
            (&["2002::/16"], "2002:a00:1::1", false),
            (&["2001::/32"], "2001:0:1::80ff:fffe", false),
            (&["::1/128"], "::1", true),
        ];
        for (ranges, address, want) in cases {
            let passed = admit(&granting(ranges), "x.example", address.parse().unwrap()).is_ok();
            assert_eq!(passed, want, "{address} under {ranges:?}");
        }
    }

    #[test]
    fn a_refusal_names_host_address_and_remedy() {
        let refused = admit(&Grant::default(), "intra.example", "10.0.0.7".parse().unwrap()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "intra.example is at 10.0.0.7, which is private: list it in private_addresses of the grant if that is meant"
        );
    }
}
