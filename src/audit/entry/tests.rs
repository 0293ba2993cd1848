use super::*;

fn line(after: &str) -> AuditEntry {
    AuditEntry {
        v: VERSION,
        seq: 7,
        id: "01930000000070008000000000000007".into(),
        at: Time(1_764_094_225_123_456),
        actor_kind: "operator".into(),
        actor_id: None,
        actor_name: "Zoë \u{1f98a} \"Q\" \u{2028}\u{7f}".into(),
        on_behalf_of: Some("Olivia".into()),
        company_id: Some("x".into()),
        ip: "127.0.0.1".into(),
        agent: "Lighthouse/1.0".into(),
        request_id: "r".into(),
        action: "company.edited".into(),
        target_kind: "company".into(),
        target_id: "x".into(),
        target_label: "Nörth\\".into(),
        before: "{}".into(),
        after: after.into(),
        prev_hash: String::new(),
        hash: String::new(),
    }
}

#[test]
fn the_hash_is_that_of_sorted_json_without_spaces() {
    let line = line(r#"{"a":[1,true,null],"ß":{"b":"\u0001\n","c":-5}}"#);
    let text = "{\"action\":\"company.edited\",\"actor\":\"Zoë \u{1f98a} \\\"Q\\\" \u{2028}\u{7f}\",\"actor_id\":null,\
                \"actor_kind\":\"operator\",\
                \"after\":{\"a\":[1,true,null],\"ß\":{\"b\":\"\\u0001\\n\",\"c\":-5}},\"agent\":\"Lighthouse/1.0\",\
                \"at\":\"2025-11-25T18:10:25.123456Z\",\"before\":{},\"company_id\":\"x\",\"id\":\"01930000000070008000000000000007\",\
                \"ip\":\"127.0.0.1\",\"on_behalf_of\":\"Olivia\",\"prev\":\"\",\"request_id\":\"r\",\"seq\":7,\
                \"target\":\"Nörth\\\\\",\"target_id\":\"x\",\"target_kind\":\"company\",\"v\":2}";
    assert_eq!(serde_json::to_string(&line.hashed()).unwrap(), text);
    assert_eq!(line.digest(), hex(&Sha256::digest(text.as_bytes())));
    // An export has the same, with the hash in its order.
    let mut exported = line.json();
    exported.as_object_mut().unwrap().remove("hash");
    assert_eq!(exported.to_string(), text);
    let keys: Vec<_> = line.json().as_object().unwrap().keys().cloned().collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn what_languages_write_differently_is_hashed_as_text() {
    for text in [
        "1.5",
        r#"{"n":1e21}"#,
        r#"{"n":18446744073709551616}"#,
        r#"{"n":9007199254740993}"#,
        r#"{"n":-9007199254740993}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"b":1,"a":2}"#,
        r#"{"a": 1}"#,
        r#"{"a":"\u00e9"}"#,
        "not json",
        "\"a text\"",
        "[]",
        "null",
        "",
    ] {
        assert_eq!(canonical(text), Value::from(text), "{text}");
    }
    for text in [
        "{}",
        r#"{"a":[],"b":null}"#,
        r#"{"n":9007199254740992}"#,
        r#"{"n":-9007199254740992}"#,
    ] {
        assert_eq!(canonical(text).to_string(), text);
    }
}

proptest::proptest! {
    #[test]
    fn no_two_stored_texts_have_one_hash(one in "[{}\\[\\]\":,a-c0-9. \\\\e-]{0,12}", other in "[{}\\[\\]\":,a-c0-9. \\\\e-]{0,12}") {
        proptest::prop_assume!(one != other);
        proptest::prop_assert_ne!(line(&one).digest(), line(&other).digest());
    }
}
