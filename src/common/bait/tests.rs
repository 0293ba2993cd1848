use super::*;
use proptest::prelude::*;

/// What spammers write, each in one of the three kinds.
const BAIT: &[&str] = &[
    "https://evil.example",
    "www.evil.example",
    "evil.example/win",
    "evil.com",
    "ｅｖｉｌ．ｃｏｍ",
    "evil。com",
    "ev\u{200b}il.co\u{ad}m",
    "evil[.]com",
    "evil dot com",
    "evil . com",
    "evil .com",
    "t.co/abc",
    "x.com",
    "зло.рф",
    "anna@evil.example",
    "@evilcorp",
    "203.0.113.7",
    "+1 (202) 555-0143",
    "0800 555 0143",
    "+49.30.901820",
    "٠٣٠١٢٣٤٥٦٧",
    "１２３ ４５６ ７８９０",
    "1-800-WINNERS",
    "$500",
    "500 €",
    "€ 1,000",
    "₿2",
    "500 USD",
    "500usd",
    "1000 dollars",
    "Free money",
    "FR33 M0NEY",
    "You won",
    "You’ve won",
    "Claim your reward",
    "Gift card",
    "50% off",
    "Has ganado",
    "Vous avez gagné",
    "Выигрыш",
    "恭喜中奖",
];

const NAMES: &[&str] = &[
    "Lakeside Agency",
    "O'Brien & Sons",
    "Dr. Anna Lee",
    "Dr.Müller",
    "J.R.R.Tolkien",
    "J. P. Morgan",
    "St. Gallen",
    "Müller GmbH & Co. KG",
    "Müller GmbH&Co.KG",
    "Harbor e.V.",
    "Acme Inc.",
    "Studio 54",
    "24/7 Support",
    "Class of 2026",
    "Season 2025/2026",
    "Access review 2026-11-27",
    "Review 27.11.2026",
    "Q4 2026",
    "Version 2.0",
    "Johnny Cash",
    "Ca$h",
    "Team @ Harbor",
    "R&D/Design",
    "山田太郎",
    "علی‌رضا",
    "Владимир",
    "3M",
    "7-Eleven",
];

#[test]
fn web_addresses_phone_numbers_and_promises_of_money_are_found() {
    for bait in BAIT {
        assert!(!is_plain(bait), "{bait}");
    }
}

#[test]
fn the_names_of_people_and_companies_are_plain() {
    for name in NAMES {
        assert!(is_plain(name), "{name}");
    }
    assert!(!is_plain("Anna\nLee"));
}

proptest! {
    #[test]
    fn no_words_around_bait_hide_it(at in 0..BAIT.len(), before in "[A-Za-zäöß]{0,12}", after in "[A-Za-zäöß]{0,12}") {
        let name = format!("{before} {} {after}", BAIT[at]);
        prop_assert!(!is_plain(&name), "{}", name);
        prop_assert!(!is_plain(&name.to_uppercase()), "{}", name);
    }

    #[test]
    fn every_domain_and_every_long_number_is_found(
        name in "[a-z]{5,12}(-[a-z]{2,8})?\\.(com|org|ru|shop|example|travel)",
        number in "\\+?[1-9][0-9]{1,2}[ -][0-9]{3}[ -][0-9]{4}",
        amount in "[$€£][0-9]{1,6}",
    ) {
        for bait in [name, number, amount] {
            let text = format!("Visit {bait} now");
            prop_assert!(!is_plain(&text), "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_strange_to_decide(text in ".{0,80}") {
        let _ = is_plain(&text);
    }
}
