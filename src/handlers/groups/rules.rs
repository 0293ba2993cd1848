//! Names and descriptions of groups.

/// The longest name, in characters.
pub const NAME: usize = 60;

/// The longest description, in characters.
pub const DESCRIPTION: usize = 200;

/// The name, or what is wrong with it.
pub fn name(typed: &str) -> Result<String, String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err("Enter a name".into()),
        n if n > NAME => Err(format!("Use at most {NAME} characters")),
        _ if name.chars().any(char::is_control) => Err("Use letters, digits and spaces".into()),
        _ => Ok(name),
    }
}

/// The description, or what is wrong with it.
pub fn description(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    if text.chars().count() > DESCRIPTION {
        Err(format!("Use at most {DESCRIPTION} characters"))
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_has_single_spaces() {
        assert_eq!(name("  Night   shift "), Ok("Night shift".into()));
        for bad in ["", "   ", &"x".repeat(NAME + 1), "a\u{7}b"] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(name(&"ü".repeat(NAME)).is_ok());
        assert!(description(&"x".repeat(DESCRIPTION + 1)).is_err());
        assert_eq!(description(" a \n"), Ok("a".into()));
    }
}
