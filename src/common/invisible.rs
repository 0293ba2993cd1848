//! Characters that nobody sees: two texts that differ in one of them look alike.

/// Whether a character has no glyph of its own: joiners, direction marks, soft hyphens, fillers, variation selectors and tags
/// (Unicode: `Default_Ignorable_Code_Point`).
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether every invisible character of a text is needed where it is: a joiner between letters of a script that joins them
/// (Persian, Sinhala and others), or a joiner or variation selector after an emoji.
pub fn are_needed(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.iter().enumerate().all(|(at, c)| {
        if !is_invisible(*c) {
            return true;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        match c {
            '\u{200c}' => before.is_some_and(is_joining) && after.is_some_and(is_joining),
            '\u{200d}' => {
                before.is_some_and(|c| is_joining(c) || is_emoji_part(c))
                    && after.is_some_and(|c| is_joining(c) || is_emoji(c))
            }
            '\u{fe0e}'..='\u{fe0f}' => before.is_some_and(is_emoji),
            _ => false,
        }
    })
}

/// Arabic and its supplements, the scripts of India and Sri Lanka, Mongolian.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1820}'..='\u{18aa}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '#' | '*' | '0'..='9' | '©' | '®')
}

/// An emoji, or what may follow one before a joiner: a skin tone (an emoji itself) or a variation selector.
fn is_emoji_part(c: char) -> bool {
    is_emoji(c) || c == '\u{fe0f}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_are_needed_where_a_script_joins() {
        for text in ["علی‌رضا", "ශ්‍රී", "👩‍👩‍👧", "👩🏽‍⚕️", "plain"] {
            assert!(are_needed(text), "{text}");
        }
        for text in [
            "an\u{200d}na",
            "an\u{ad}na",
            "anna\u{200b}",
            "\u{202e}anna",
            "x\u{fe0f}",
            "علی\u{200c}",
        ] {
            assert!(!are_needed(text), "{text:?}");
        }
    }
}
