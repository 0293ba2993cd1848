use super::*;
use proptest::prelude::*;

fn pasted(text: &str) -> Recipients {
    Recipients::read(&InvitationTermsForm {
        emails: text.to_owned(),
        ..InvitationTermsForm::default()
    })
}

fn file(text: &str) -> Recipients {
    Recipients::read(&InvitationTermsForm {
        csv: text.to_owned(),
        ..InvitationTermsForm::default()
    })
}

fn emails(found: &Recipients) -> Vec<&str> {
    assert!(found.are_ready(), "{found:?}");
    found.people.iter().map(|one| one.email.as_str()).collect()
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
        assert_eq!(emails(&pasted(text)), three, "{text}");
    }
    assert!(pasted(" \n ,;").people.is_empty());
}

#[test]
fn names_come_with_addresses() {
    let found = pasted("\"Ana de la Cruz\" <ana@x.example>, Bo <bo@x.example> c@x.example");
    let names: Vec<(&str, &str, &str)> = found
        .people
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
fn a_file_is_never_read_as_a_list() {
    let unknown = file("Contact,Boss\na@x.example,b@x.example\n");
    assert!(!unknown.are_ready() && unknown.people.is_empty() && unknown.errors.is_empty());
    let broken = file("email,name\na@x.example,\"Ann\nb@x.example,Bo\n");
    assert!(broken.people.is_empty());
    assert_eq!(
        broken.errors.get("csv"),
        Some("Line 2: The quote that opens here is never closed. No one was invited")
    );
    assert!(file("email,name\n").errors.get("csv").is_some());
    assert!(file(&"x".repeat(LARGEST + 1)).errors.get("csv").is_some());
}

#[test]
fn lines_with_errors_are_named_up_to_a_number() {
    let text = format!("email,name\n{}", "a@x.example\n".repeat(NAMED + 3));
    let found = file(&text);
    assert_eq!(
        found.errors.get("csv"),
        Some("23 lines have errors. No one was invited")
    );
    assert_eq!(found.faults.len(), NAMED + 1);
    assert_eq!(found.faults[0], "Line 2: 1 cell instead of 2");
    assert_eq!(found.faults[NAMED], "and 3 more");
}

#[test]
fn an_address_with_two_names_or_roles_is_for_a_person_to_correct() {
    let found = file("email,name,role\na@x.example,Ann Lee,viewer\nA@X.example,Ann Lee,admin\na@x.example,Bo,viewer\n");
    assert_eq!(
        found.faults,
        [
            "Line 3: A@X.example is in line 2 too, with other details",
            "Line 4: a@x.example is in line 2 too, with other details"
        ]
    );
    assert!(!found.are_ready());
    let same = file("email,name\na@x.example,Ann\nA@x.example,Ann\n");
    assert_eq!(emails(&same).len(), 2);
}

proptest! {
    #[test]
    fn written_people_are_read_again(
        people in prop::collection::vec(
            ("[a-z]{1,8}@[a-z]{1,8}|[a-z ,]{1,9}x", "[a-z\", ]{0,6}", "[a-z]{0,6}", "(viewer|admin)?", "[a-z ]{0,6}"), 1..8)
    ) {
        let people: Vec<Person> = people
            .into_iter()
            .map(|(email, first, last, role, company)| Person {
                line: 0,
                email: email.trim().to_owned(),
                first_name: first.trim().to_owned(),
                last_name: last,
                role,
                company: company.trim().to_owned(),
            })
            .collect();
        let text = write(people.iter());
        let read: Vec<Person> = match people::of_paste(&text).unwrap() {
            Source::List(people) => people,
            Source::Table(table) => {
                let Recognized::Surely(columns) = Columns::recognize(&table) else { panic!("{text}") };
                people::of_table(&table, &columns)
            }
        };
        let read: Vec<Person> = read.into_iter().map(|one| Person { line: 0, ..one }).collect();
        prop_assert_eq!(read, people);
    }

    #[test]
    fn any_text_is_readable(text in ".{0,300}") {
        for found in [pasted(&text), file(&text)] {
            for one in &found.people {
                let _ = invitee(one, None, Vec::new());
            }
        }
    }
}
