//! Time zones by their IANA names. The list is `zone1970.tab` and `zone.tab` of the tz database 2025b (public domain),
//! and UTC: one name for every zone that people live in.

const ZONES: &str = include_str!("zones.txt");

/// The default time zone.
pub const UTC: &str = "UTC";

/// Every name, in order.
pub fn all() -> impl Iterator<Item = &'static str> {
    ZONES.lines()
}

/// The names by their region: ("Europe", ["Europe/Amsterdam", …]); UTC comes first.
pub fn by_region() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut regions: Vec<(&str, Vec<&str>)> = vec![("Universal", vec![UTC])];
    for zone in all() {
        let Some((region, _)) = zone.split_once('/') else {
            continue;
        };
        match regions.last_mut() {
            Some((last, zones)) if *last == region => zones.push(zone),
            _ => regions.push((region, vec![zone])),
        }
    }
    regions
}

/// Reads a zone's name as typed or chosen.
///
/// # Errors
/// A message for the person who chose it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let wanted = text.trim();
    all()
        .find(|zone| zone.eq_ignore_ascii_case(wanted))
        .map(str::to_owned)
        .ok_or("Choose a time zone of the list, like Europe/Berlin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_iana_names() {
        assert_eq!(parse(" europe/berlin ").unwrap(), "Europe/Berlin");
        assert_eq!(parse("UTC").unwrap(), UTC);
        for bad in ["", "Berlin", "CET+1", "Mars/Olympus"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_zone_stands_in_one_region() {
        let regions = by_region();
        let listed: usize = regions.iter().map(|(_, zones)| zones.len()).sum();
        assert_eq!(listed, all().count());
        assert!(regions.len() < 15);
    }
}
