//! Names that advertise. A name is printed in emails to people who did not ask for them, so spammers put web addresses, phone
//! numbers and promises of money into it.

mod words;

use std::sync::LazyLock;

use crate::common::search::fold;

use self::words::{COMMON_ENDINGS, CURRENCIES, INNER_PROMISES, PROMISES, TITLES};

/// The promises as they stand in a folded line.
static PROMISED: LazyLock<Vec<String>> =
    LazyLock::new(|| PROMISES.iter().map(|promise| format!(" {} ", fold(promise))).collect());

/// Whether a name has no web address, no phone number and no promise of money, also in disguise: in full-width letters, with
/// invisible characters, with digits for letters, or with a dot in words.
pub fn is_plain(name: &str) -> bool {
    let text = fold(name).replace('。', ".").replace("[.]", ".").replace("(.)", ".");
    !(name.chars().any(char::is_control) || has_address(&text) || has_phone_number(&text) || promises_money(&text))
}

fn has_address(text: &str) -> bool {
    let schemes = ["://", "http", "hxxp", "www.", "mailto:"];
    if schemes.iter().any(|scheme| text.contains(scheme)) {
        return true;
    }
    let handle = text.match_indices('@').any(|(at, _)| {
        let mut after = text[at + 1..].chars();
        after.next().is_some_and(char::is_alphanumeric)
    });
    handle || text.split(|c: char| !is_in_address(c)).any(is_domain) || is_spelled_out(text)
}

fn is_in_address(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-') || unicode_normalization::char::is_combining_mark(c)
}

/// Whether a word is a domain or an IP address, and not an abbreviation.
fn is_domain(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let labels: Vec<&str> = word.split('.').collect();
    let Some((last, before)) = labels.split_last().filter(|(_, before)| !before.is_empty()) else {
        return false;
    };
    if labels
        .iter()
        .any(|label| label.is_empty() || label.starts_with('-') || label.ends_with('-'))
    {
        // " .com" behind a word.
        return word.starts_with('.') && *last != "net" && COMMON_ENDINGS.contains(last);
    }
    if labels.len() == 4
        && labels
            .iter()
            .all(|label| label.len() <= 3 && label.chars().all(char::is_numeric))
    {
        return true;
    }
    if last.chars().count() < 2 || last.chars().any(char::is_numeric) {
        return last.starts_with("xn--");
    }
    let common = COMMON_ENDINGS.contains(last);
    let initials = before.iter().all(|label| label.chars().count() == 1);
    let title = matches!(before, [one] if TITLES.contains(one));
    common || !(initials || title)
}

/// "evil dot com", "evil . com".
fn is_spelled_out(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '.'))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(3).any(|three| {
        let [name, dot, ending] = three else { return false };
        *name != "." && matches!(*dot, "." | "dot" | "punkt" | "punto") && COMMON_ENDINGS.contains(ending)
    })
}

/// Seven digits or more in one number, which is neither a date nor two years.
fn has_phone_number(text: &str) -> bool {
    if ["1-800-", "1-844-", "1-855-", "1-866-", "1-877-", "1-888-"]
        .iter()
        .any(|free| text.contains(free))
    {
        return true;
    }
    let in_number = |c: char| c.is_numeric() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/' | '·' | '_');
    text.split(|c: char| !in_number(c)).any(|number| {
        let groups: Vec<usize> = number
            .split(|c: char| !c.is_numeric())
            .map(|group| group.chars().count())
            .filter(|digits| *digits > 0)
            .collect();
        groups.iter().sum::<usize>() >= 7
            && !matches!(groups.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4])
            && !are_years(number)
    })
}

fn are_years(number: &str) -> bool {
    let mut years = number
        .split(|c: char| !c.is_numeric())
        .filter(|group| !group.is_empty());
    years.all(|year| year.len() == 4 && (year.starts_with("19") || year.starts_with("20")))
}

fn promises_money(text: &str) -> bool {
    let mut before = ' ';
    let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
    while let Some(c) = chars.next() {
        if is_currency_sign(c) && (before.is_numeric() || chars.peek().is_some_and(|after| after.is_numeric())) {
            return true;
        }
        before = c;
    }
    if text.contains("% off") || INNER_PROMISES.iter().any(|promise| text.contains(promise)) {
        return true;
    }
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '$' | '@')))
        .filter(|word| !word.is_empty())
        .map(spelled)
        .collect();
    let is_number = |word: &String| word.chars().next().is_some_and(char::is_numeric);
    let amount = words.windows(2).any(|two| {
        let [one, other] = two else { return false };
        let currency = |word: &String| CURRENCIES.contains(&word.as_str());
        (is_number(one) && currency(other)) || (currency(one) && is_number(other))
    });
    let joined = words.iter().any(|word| {
        let letters = word.trim_start_matches(char::is_numeric);
        letters.len() < word.len() && CURRENCIES.contains(&letters)
    });
    let line = format!(" {} ", words.join(" "));
    amount || joined || PROMISED.iter().any(|promise| line.contains(promise))
}

/// The word with letters instead of the digits that look like them: "fr33" is "free". A number stays one.
fn spelled(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 || word.chars().next().is_some_and(char::is_numeric) && letters < 2 {
        return word.to_owned();
    }
    let amount = word.trim_start_matches(char::is_numeric);
    if amount.len() < word.len() && CURRENCIES.contains(&amount) {
        return word.to_owned();
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    word.chars().map(letter).collect()
}

fn is_currency_sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '֏' | '؋' | '৲'..='৳' | '฿' | '៛' | '₠'..='⃀')
}

#[cfg(test)]
mod tests;
