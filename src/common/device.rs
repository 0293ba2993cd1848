//! What a browser says of itself, in words.

/// A device in words, and its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// "Chrome on Linux".
    pub words: String,
    /// The icon's name.
    pub icon: &'static str,
}

/// Reads what a browser says of itself. Browsers also name the ones they descend from, so the order matters.
pub fn device(agent: &str) -> Device {
    const BROWSERS: &[(&str, &str)] = &[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Vivaldi", "Vivaldi"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ];
    const SYSTEMS: &[(&str, &str, &str)] = &[
        ("iPhone", "iPhone", "smartphone"),
        ("iPad", "iPad", "smartphone"),
        ("Android", "Android", "smartphone"),
        ("CrOS", "ChromeOS", "laptop"),
        ("Windows", "Windows", "monitor"),
        ("Mac OS X", "macOS", "laptop"),
        ("Macintosh", "macOS", "laptop"),
        ("Linux", "Linux", "monitor"),
    ];
    let browser = BROWSERS
        .iter()
        .find(|(mark, _)| agent.contains(mark))
        .map(|(_, name)| *name);
    let system = SYSTEMS.iter().find(|(mark, ..)| agent.contains(mark));
    let words = match (browser, system) {
        (Some(browser), Some((_, system, _))) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some((_, system, _))) => format!("A browser on {system}"),
        (None, None) => "An unknown device".to_owned(),
    };
    Device {
        words,
        icon: system.map_or("monitor", |(.., icon)| icon),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_their_owners_name_them() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "An unknown device"),
        ] {
            assert_eq!(device(agent).words, words);
        }
    }
}
