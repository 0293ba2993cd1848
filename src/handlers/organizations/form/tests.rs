use super::*;

fn form() -> OrganizationForm {
    OrganizationForm {
        name: "Meridian Collections".into(),
        domain: "Meridian.example".into(),
        region: "eu".into(),
        organization_type: "enterprise".into(),
        ..OrganizationForm::default()
    }
}

fn own() -> Email {
    Email::stored("maya@meridian.example".into())
}

#[test]
fn an_empty_slug_comes_from_the_name() {
    let draft = form().check(&own()).draft().unwrap();
    assert!(draft.slug_is_suggested);
    assert_eq!(draft.new.slug.as_str(), "meridian-collections");
    assert_eq!(draft.new.domain, "meridian.example");
}

#[test]
fn a_slug_that_was_suggested_can_be_replaced_when_it_is_taken() {
    let with = |slug: &str, suggested: &str| {
        let form = OrganizationForm {
            slug: slug.into(),
            suggested: suggested.into(),
            ..form()
        };
        form.check(&own()).draft().unwrap().slug_is_suggested
    };
    assert!(with("meridian", "meridian") && with("", "meridian"));
    assert!(!with("meridian", "") && !with("other", "meridian"));
}

#[test]
fn the_creator_s_own_address_as_the_owner_invites_no_one() {
    let mut form = form();
    form.owner_email = " Maya@Meridian.example ".into();
    assert_eq!(form.check(&own()).draft().unwrap().owner, None);
    form.owner_email = "olivia@meridian.example".into();
    assert!(form.check(&own()).draft().unwrap().owner.is_some());
}

#[test]
fn every_invalid_field_has_an_error() {
    let form = OrganizationForm {
        slug: "new".into(),
        domain: "x".into(),
        owner_email: "x".into(),
        ..OrganizationForm::default()
    };
    let errors = form.check(&own()).draft().unwrap_err();
    for field in ["name", "slug", "organization_type", "domain", "region", "owner_email"] {
        assert!(errors.get(field).is_some(), "{field}");
    }
}

#[test]
fn the_word_for_companies_is_the_one_of_the_type_unless_chosen() {
    let unit = |typed: &str| {
        let form = OrganizationForm {
            unit_label: typed.into(),
            ..form()
        };
        form.check(&own()).draft().unwrap().new.unit
    };
    assert_eq!((unit(""), unit("app")), (UnitLabel::Location, UnitLabel::App));
}

#[test]
fn a_draft_keeps_what_was_typed_and_suggests_the_slug_again() {
    let form = OrganizationForm {
        slug: "meridian-collections".into(),
        suggested: "meridian-collections".into(),
        purpose: "Collections".into(),
        ..form()
    };
    let kept = OrganizationForm::from_json(&form.to_json().unwrap()).unwrap();
    assert_eq!((kept.slug.as_str(), kept.purpose.as_str()), ("", "Collections"));
    assert!(!kept.is_blank() && kept.has_intake() && OrganizationForm::default().is_blank());
    assert!(
        OrganizationForm {
            name: "x".repeat(2000),
            ..form
        }
        .to_json()
        .is_none()
    );
}
