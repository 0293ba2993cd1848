use super::*;
use proptest::prelude::*;

fn finds(query_text: &str, name: &str) -> bool {
    let words = person_words(name, "x@y.example");
    let terms = query(query_text);
    !terms.is_empty() && terms.iter().all(|term| words.iter().any(|word| word.starts_with(term)))
}

#[test]
fn people_are_found_as_others_type_them() {
    for (query, name) in [
        ("O'Brien", "Conan O'Brien"),
        ("o’brien", "Conan O'Brien"),
        ("obrien", "Conan O’Brien"),
        ("brien", "Conan O'Brien"),
        ("lukasz", "Łukasz Żak"),
        ("soren", "Søren Kjær"),
        ("kjaer", "Søren Kjær"),
        ("dang", "Đặng Văn"),
        ("strasser", "Anna Straßer"),
        ("ışıl", "Işıl Ak"),
        ("isil", "Işıl Ak"),
        ("İSTANBUL", "istanbul"),
        ("太郎", "山田太郎"),
        ("山田", "山田太郎"),
        ("がく", "がくせい"),
        ("bob", "Robert (Bob) Ray"),
        ("nunez", "José Núñez-Ortega"),
        ("nunez-ortega", "José Núñez-Ortega"),
        ("jr tolkien", "J.R. Tolkien"),
        ("j.r. tolkien", "J.R. Tolkien"),
        ("علیرضا", "علی‌رضا"),
        ("Σοφος", "σοφός"),
        ("रीता", "रीता"),
    ] {
        assert!(finds(query, name), "{query} finds {name}: {:?}", words(name));
    }
    for (query, name) in [
        ("रत", "रीता"),
        ("rien", "O'Brien"),
        ("anna lee", "Anna Roy"),
        ("か", "がく"),
    ] {
        assert!(!finds(query, name), "{query} does not find {name}");
    }
}

#[test]
fn a_query_of_punctuation_finds_nothing() {
    for text in ["%", "_", "...", "' -- ()"] {
        assert!(!finds(text, "100% Real"), "{text}");
        assert!(!contains("100% Real", &query(text)), "{text}");
    }
    assert!(contains("100% Real", &query("  ")));
}

#[test]
fn addresses_are_found_by_their_parts() {
    let words = person_words("Ann", "jose.nunez+work@Bücher.example");
    for text in [
        "jose",
        "nunez",
        "work",
        "@bucher.example",
        "jose.nunez+work@bücher",
        "xn--bcher-kva.example",
    ] {
        let terms = query(text);
        assert!(!terms.is_empty(), "{text}");
        assert!(
            terms.iter().all(|term| words.iter().any(|word| word.starts_with(term))),
            "{text}: {terms:?}"
        );
    }
}

#[test]
fn a_list_in_memory_is_searched_within_words() {
    let within = |q: &str| contains("Harbor Recovery", &query(q));
    assert!(within("arbor rec") && within("") && !within("arbor x"));
    let beginning = |q: &str| begins("Harbor Recovery", &query(q));
    assert!(beginning("Reco HAR") && beginning("") && !beginning("arbor"));
}

#[test]
fn a_prefix_ends_where_the_next_word_begins() {
    assert_eq!(prefix_end(b"kate").unwrap(), b"katf");
    assert_eq!(prefix_end(&[b'a', 0xff]).unwrap(), b"b");
    assert_eq!(prefix_end(&[0xff]), None);
}

proptest! {
    #[test]
    fn every_name_is_found_by_itself(name in "[\\p{L}\\p{M}\\p{N}\\p{P} ]{0,40}") {
        let found = words(&name);
        for term in terms(&name) {
            prop_assert!(found.iter().any(|word| word.starts_with(&term)), "{term:?} of {found:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in ".{0,60}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn case_and_accents_make_no_difference(name in "[A-Za-zÀ-ÿĀ-ž' -]{1,30}") {
        prop_assert_eq!(words(&name.to_uppercase().to_lowercase()), words(&name.to_lowercase()));
    }
}
