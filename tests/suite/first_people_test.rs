//! The cast itself: the road from a stranger to a member, as all other tests take it.

use crate::harness::test_app::TestApp;

#[test]
fn a_stranger_signs_up_founds_an_organization_and_invites_a_colleague() {
    let app = TestApp::shared();
    let olivia = app.owner_of("Sunbeam Agency", "sunbeam");
    olivia
        .get("/organizations/sunbeam/members")
        .expect(200)
        .expect_text("Olivia Hart");
    let noah = app.member(&olivia, "sunbeam", "Noah Brandt", "noah@sunbeam.test", "admin");
    noah.get("/organizations/sunbeam/members")
        .expect(200)
        .expect_text("Noah Brandt");
}

#[test]
fn a_stranger_gets_404_for_a_foreign_organization() {
    let app = TestApp::shared();
    app.owner_of("Moonlight Agency", "moonlight");
    let emma = app.sign_up("Emma Stone", "emma@elsewhere.test");
    let foreign = emma.get("/organizations/moonlight/members").expect(404);
    let none = emma.get("/organizations/no-such-organization/members").expect(404);
    assert_eq!(foreign.text(), none.text(), "both look alike");
}

#[test]
fn anyone_who_is_not_signed_in_is_led_to_the_login_and_back() {
    let client = TestApp::shared().client();
    client
        .get("/organizations/sunbeam/members?sort=role")
        .expect_redirect("/login?next=%2Forganizations%2Fsunbeam%2Fmembers%3Fsort%3Drole");
}
