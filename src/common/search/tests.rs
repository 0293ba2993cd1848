use super::*;
use proptest::prelude::*;

/// Whether one of the stored words begins with a term.
fn is_stored(words: &[Vec<u8>], term: &[u8]) -> bool {
    let (from, until) = range(term);
    words.iter().any(|word| (&from..&until).contains(&word))
}

fn finds(query_text: &str, name: &str) -> bool {
    let words = person_words(name, "x@y.example");
    let terms = query(query_text);
    !terms.is_empty() && terms.iter().all(|term| is_stored(&words, term))
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
        assert!(terms.iter().all(|term| is_stored(&words, term)), "{text}: {terms:?}");
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

/// The words of a person, whatever order they are stored in.
fn plain_words(name: &str, email: &str) -> Vec<Vec<u8>> {
    let email = fold(email);
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let all = words(name)
        .into_iter()
        .chain(words(&local.replace(['.', '+'], " ")))
        .chain([email.clone(), local.to_owned(), domain.to_owned()]);
    all.filter(|word| !word.is_empty())
        .map(|word| word.into_bytes().into_iter().take(LONGEST).collect())
        .collect()
}

proptest! {
    #[test]
    fn words_with_punctuation_are_found_as_if_they_were_not_apart(
        name in "[a-cÄß'., -]{0,14}",
        local in "[a-c.+_'-]{1,8}",
        domain in "[a-c]{1,3}(-[a-c]{1,2})?(\\.[a-c]{1,3}){1,2}",
        typed in "[a-cäS@.,'+ _-]{1,8}",
    ) {
        let email = format!("{local}@{domain}");
        let (plain, stored) = (plain_words(&name, &email), person_words(&name, &email));
        for term in query(&typed) {
            let found = plain.iter().any(|word| word.starts_with(&term));
            prop_assert_eq!(is_stored(&stored, &term), found, "{:?} in {:?} {}", String::from_utf8_lossy(&term), name, email);
        }
    }
}

proptest! {
    #[test]
    fn the_stored_words_of_a_name_find_what_its_words_do(
        name in ".{0,40}",
        typed in "[a-cÄS太.@' ]{0,10}",
        from in 0usize..40,
        many in 0usize..12,
    ) {
        let part: String = name.chars().skip(from).take(many).collect();
        let stored = words_of(&[&name]);
        for text in [typed, part] {
            let terms = query(&text);
            let found = terms.iter().all(|term| is_stored(&stored, term));
            prop_assert_eq!(found, begins(&name, &terms), "{:?} in {:?}", text, name);
        }
    }

    #[test]
    fn an_address_is_found_by_its_beginning_apart_from_words(
        local in "[a-c.+_-]{1,8}",
        domain in "[a-c]{1,3}\\.[a-c]{1,3}",
        typed in "[a-c.+@_-]{1,5}",
    ) {
        let email = format!("{local}@{domain}");
        let words = invitee_words("", &email);
        let (from, until) = range_of_addresses(&typed).unwrap();
        let found = words.iter().any(|word| (&from..&until).contains(&word));
        prop_assert_eq!(found, email.starts_with(&typed));
        let before: Vec<Vec<u8>> = person_words("", &email);
        for term in query(&typed) {
            prop_assert_eq!(is_stored(&words, &term), is_stored(&before, &term));
        }
    }
}
