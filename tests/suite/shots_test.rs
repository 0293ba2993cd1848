//! Temporary.
use crate::harness::browser::{Browser, Display};
use crate::harness::test_app::TestApp;
use std::path::Path;
#[test]
fn shots() {
    let app = TestApp::with_smtp(|_| {});
    let (olivia, operator) = app.fixtures(|f| {
        let user = f.account("Olivia Hart", "olivia@lakeside.test", true);
        f.organization("Lakeside Agency", "lakeside", user);
        let o = f.account("Opal Reed", "opal@instance.test", true);
        f.appoint(o);
        (f.session_cookie(user), f.session_cookie(o))
    });
    let olivia = app.client_with(&olivia);
    let operator = app.client_with(&operator);
    let inv = |email: &str| { olivia.post("/organizations/lakeside/invitations", &[("emails", email), ("role", "viewer"), ("first_name","Noah"), ("message", "Welcome to the team")]).expect(303); };
    inv("noah@else.test");
    inv("emma.with.a.long.address@bluewater-financial.test");
    let plain = app.mail_to("noah@else.test").link("/blocking");
    let used = app.mail_to("emma.with.a.long.address@bluewater-financial.test").link("/blocking");
    app.client().post(&used, &[("scope", "organization")]).expect(303);
    app.client().post(&used.replace("/blocking", "/report"), &[("comment", "I don’t know this organization. Somebody sends me these every day.")]).expect(303);
    app.smtp().busy();
    inv("later@else.test");
    app.deliver_mail();
    app.database.execute("UPDATE organizations SET name = 'Win $500 at evil.example'");
    inv("bait@else.test");
    app.deliver_mail();
    let ids = app.database.words("SELECT id AS value FROM mail_outbox WHERE state = 'queued' ORDER BY id");
    app.database.execute("UPDATE organizations SET name = 'Lakeside Agency'");
    let user = app.database.words("SELECT id AS value FROM users WHERE email = 'olivia@lakeside.test'")[0].clone();
    let out = Path::new("/tmp/shots");
    std::fs::create_dir_all(out).unwrap();
    for (size, display) in [("390", Display::phone()), ("1440", Display::default())] {
        for theme in ["light", "dark"] {
            let display = if theme == "dark" { display.dark() } else { display };
            let browser = Browser::with(&app.base(), display);
            for (name, path) in [("block", plain.clone()), ("blocked", used.clone()), ("accept", plain.replace("/blocking", ""))] {
                browser.goto(&path);
                browser.screenshot(&out.join(format!("{name}-{size}-{theme}.png")));
                println!("{name} {size} {theme} overflow {}", browser.overflow());
            }
            browser.sign_in_as(&operator);
            for (name, path) in [("reports", "/operator/reports".to_owned()), ("user", format!("/operator/users/{user}")), ("mail", format!("/operator/mail/{}/preview", ids[0])), ("baitmail", format!("/operator/mail/{}/preview", ids[1])), ("home", "/operator".to_owned())] {
                browser.goto(&path);
                browser.screenshot(&out.join(format!("{name}-{size}-{theme}.png")));
                println!("{name} {size} {theme} overflow {}", browser.overflow());
            }
        }
    }
}
