use super::*;
use proptest::prelude::*;

fn emails(text: &str) -> Vec<String> {
    read(text).into_iter().map(|one| one.email).collect()
}

#[test]
fn addresses_can_have_any_separator() {
    let three = ["a@x.example", "b@x.example", "c@x.example"];
    for text in [
        "a@x.example, b@x.example; c@x.example",
        "a@x.example b@x.example\r\nc@x.example\n\n",
        "  a@x.example,,b@x.example,\tc@x.example,",
        "email\na@x.example\nb@x.example\nc@x.example",
        "\u{feff}Role;E-Mail\r\nviewer;a@x.example\r\n;b@x.example\r\n;\r\n;c@x.example",
    ] {
        assert_eq!(emails(text), three, "{text}");
    }
    assert!(read(" \n ,;").is_empty());
}

#[test]
fn names_come_with_addresses() {
    let people = read("\"Ana de la Cruz\" <ana@x.example>, Bo <bo@x.example> c@x.example");
    let names: Vec<(&str, &str, &str)> = people
        .iter()
        .map(|one| (one.email.as_str(), one.first_name.as_str(), one.last_name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("ana@x.example", "Ana de la", "Cruz"),
            ("bo@x.example", "Bo", ""),
            ("c@x.example", "", "")
        ]
    );
}

#[test]
fn a_row_can_have_a_role() {
    let people = read(
        "email,first_name,last_name,role\nA@x.example,Ann,Lee,User admin\nb@x.example,,,king\nc,,,\nd@x.example,see www.evil.example,,",
    );
    assert_eq!(people.len(), 4);
    let first = people[0].check().unwrap();
    assert_eq!(
        (first.email.as_str(), first.role),
        ("a@x.example", Some(Role::UserAdmin))
    );
    assert_eq!(people[1].check().unwrap_err(), "There is no role “king”");
    assert!(people[2].check().is_err());
    assert!(people[3].check().is_err());
}

proptest! {
    #[test]
    fn written_people_are_read_again(
        people in proptest::collection::vec(("[a-z]{1,8}@[a-z]{1,8}", "[a-z\", ]{0,6}", "[a-z]{0,6}", "(viewer|admin)?"), 0..8)
    ) {
        let people: Vec<RecipientRow> = people
            .into_iter()
            .map(|(email, first, last, role)| RecipientRow {
                email,
                first_name: first.trim().to_owned(),
                last_name: last,
                role,
            })
            .collect();
        prop_assert_eq!(read(&write(people.iter())), people);
    }

    #[test]
    fn any_text_is_readable(text in ".{0,300}") {
        for one in read(&text) {
            let _ = one.check();
        }
    }
}
