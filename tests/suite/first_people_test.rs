//! The path from sign-up to membership that the helpers in `people` take.

use crate::harness::test_app::TestApp;

#[test]
fn a_new_user_signs_up_creates_an_organization_and_invites_a_colleague() {
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
fn a_nonmember_gets_404_for_an_organization() {
    let app = TestApp::shared();
    app.owner_of("Moonlight Agency", "moonlight");
    let emma = app.sign_up("Emma Stone", "emma@elsewhere.test");
    let foreign = emma.get("/organizations/moonlight/members").expect(404);
    let none = emma.get("/organizations/no-such-organization/members").expect(404);
    assert_eq!(foreign.text(), none.text(), "both pages are identical");
}

#[test]
fn a_signed_out_visitor_is_redirected_to_login_with_a_return_path() {
    let client = TestApp::shared().client();
    client
        .get("/organizations/sunbeam/members?sort=role")
        .expect_redirect("/login?next=%2Forganizations%2Fsunbeam%2Fmembers%3Fsort%3Drole");
}
