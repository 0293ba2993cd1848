//! Lists of IP addresses and ranges, as people type them.

use std::net::IpAddr;

use ipnet::IpNet;

/// The most entries of a list.
pub const MOST: usize = 50;

/// Reads addresses and ranges separated by commas, spaces or lines.
///
/// # Errors
/// A message for the person who typed them.
pub fn parse(text: &str) -> Result<Vec<IpNet>, String> {
    let words = text.split([',', ';', ' ', '\n', '\r', '\t']);
    let mut all = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        let Some(network) = one(word) else {
            let shown: String = word.chars().take(60).collect();
            return Err(format!(
                "“{shown}” is not an IP address. Enter addresses like 203.0.113.7 or ranges like 203.0.113.0/24"
            ));
        };
        all.push(network);
    }
    all.sort_unstable();
    all.dedup();
    if all.len() > MOST {
        return Err(format!("Enter at most {MOST} addresses"));
    }
    Ok(all)
}

/// An address is a range of one. An IPv4 address that is written as IPv6 is the same address.
fn one(word: &str) -> Option<IpNet> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Some(IpNet::from(address.to_canonical()));
    }
    word.parse::<IpNet>().ok().map(|network| network.trunc())
}

/// One address or range, a range of one as its address.
fn shown(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

/// The list as it is stored and shown again: separated by spaces.
pub fn text(networks: &[IpNet]) -> String {
    networks.iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// Whether an address is in one of the ranges of a stored list. An empty list has every address.
pub fn allow(stored: &str, address: &str) -> bool {
    if stored.is_empty() {
        return true;
    }
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let address = address.to_canonical();
    stored
        .split_whitespace()
        .filter_map(one)
        .any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ranges_are_read_and_written() {
        let read = |typed: &str| parse(typed).map(|networks| text(&networks));
        assert_eq!(read(""), Ok(String::new()));
        assert_eq!(
            read("203.0.113.7,\n10.1.2.3/8; ::ffff:192.0.2.1 2001:db8::1/32 203.0.113.7"),
            Ok("10.0.0.0/8 192.0.2.1 203.0.113.7 2001:db8::/32".into())
        );
        for bad in ["300.1.1.1", "10.0.0.0/33", "example.com", "10.0.0.1-10.0.0.9", "10.0.0"] {
            assert!(read(bad).unwrap_err().contains(bad), "{bad}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("10.0.0.{n}")).collect();
        assert!(read(&many.join(" ")).is_err());
    }

    #[test]
    fn an_address_is_allowed_by_the_ranges_that_contain_it() {
        assert!(allow("", "203.0.113.7") && allow("", ""));
        assert!(allow("10.0.0.0/8 203.0.113.7", "203.0.113.7"));
        assert!(allow("10.0.0.0/8", "::ffff:10.9.9.9"));
        assert!(allow("2001:db8::/32", "2001:db8:1::2"));
        assert!(!allow("10.0.0.0/8", "11.0.0.1") && !allow("10.0.0.0/8", "2001:db8::1"));
        assert!(!allow("10.0.0.0/8", "") && !allow("10.0.0.0/8", "unknown"));
    }
}
