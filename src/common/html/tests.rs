use super::*;

#[test]
fn going_on_stays_on_this_site() {
    for bad in [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/a\nb",
        "javascript:alert(1)",
        "evil",
        "/\t/evil.example",
    ] {
        assert_eq!(local_path(bad, "/"), "/", "{bad}");
    }
    assert_eq!(local_path("/invitations/abc?x=1", "/"), "/invitations/abc?x=1");
}

#[test]
fn numbers_and_initials_read_well() {
    assert_eq!(
        (
            number(&0),
            number(&999),
            number(&1000),
            number(&100_000),
            number(&-1_234_567)
        ),
        (
            "0".into(),
            "999".into(),
            "1,000".into(),
            "100,000".into(),
            "−1,234,567".into()
        )
    );
    assert_eq!(
        (
            initials("Maya Okonkwo"),
            initials("maya"),
            initials("Ana de la Cruz"),
            initials("")
        ),
        ("MO".into(), "M".into(), "AC".into(), String::new())
    );
}
