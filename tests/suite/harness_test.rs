//! Tests of the harness itself.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::harness::page::Page;
use crate::harness::places::Folder;
use crate::harness::smtp::Smtp;
use crate::harness::test_app::TestApp;

/// Sends one email over SMTP: the codes of all replies, and "closed" if the server hung up.
fn send(smtp: &Smtp, to: &str) -> Vec<String> {
    let port = smtp.url().rsplit(':').next().expect("a port").to_owned();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the SMTP server");
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let rcpt = format!("RCPT TO:<{to}>\r\n");
    let message = format!(
        "Message-ID: <1@test>\r\nFrom: Tenantry <a@b.test>\r\nTo: {to}\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nhttp://127.0.0.1:1/verify/abc?x=1 is it\r\n.\r\n"
    );
    let mut codes = Vec::new();
    for line in [
        "",
        "HELO me\r\n",
        "MAIL FROM:<a@b.test>\r\n",
        &rcpt,
        "DATA\r\n",
        &message,
    ] {
        if stream.write_all(line.as_bytes()).is_err() {
            break;
        }
        let mut answer = String::new();
        match reader.read_line(&mut answer) {
            Ok(length) if length > 0 => codes.push(answer[..3].to_owned()),
            _ => {
                codes.push("closed".into());
                break;
            }
        }
        if codes.last().is_some_and(|code| code.starts_with(['4', '5'])) {
            break;
        }
    }
    codes
}

#[test]
fn the_smtp_server_accepts_refuses_and_drops_messages_on_command() {
    let smtp = Smtp::start();
    assert_eq!(
        send(&smtp, "olivia@example.test"),
        ["220", "250", "250", "250", "354", "250"]
    );
    let emails = smtp.emails();
    assert_eq!(emails.len(), 1);
    let message = &emails[0];
    assert_eq!(
        (
            message.to.as_str(),
            message.subject.as_str(),
            message.message_id.as_str()
        ),
        ("olivia@example.test", "Grüße", "1@test")
    );
    assert_eq!(message.from, ("Tenantry".into(), "a@b.test".into()));
    assert_eq!(message.link("/verify/"), "/verify/abc?x=1");

    smtp.busy();
    assert_eq!(send(&smtp, "olivia@example.test").last().expect("an answer"), "451");
    smtp.refuse("noah@example.test");
    assert_eq!(send(&smtp, "noah@example.test").last().expect("an answer"), "550");
    assert_eq!(send(&smtp, "emma@example.test").last().expect("an answer"), "250");
    smtp.drop_after_data();
    assert_eq!(send(&smtp, "liam@example.test").last().expect("an answer"), "closed");
    assert_eq!(smtp.emails().len(), 3, "a dropped email was stored as well");
    assert_eq!(smtp.attempts(), 5);
}

#[test]
fn the_smtp_server_can_require_a_login() {
    let smtp = Smtp::with_login("console:secret");
    assert_eq!(send(&smtp, "olivia@example.test").last().expect("an answer"), "530");
}

#[test]
fn a_page_exposes_its_visible_text_fields_errors_and_links() {
    let body = r#"<main><h1>Sign <span>up</span></h1><script>no()</script><form method="post" action="/signup?x=1">
        <input type="hidden" name="next" value="/a&amp;b"><input name="email" value="x@y" aria-describedby="email-hint email-error">
        <p id="email-error" class="field__error"><span>Error: </span>Enter an email address</p>
        <select name="role"><option value="a">A</option><option value="b" selected>B</option></select>
        <textarea name="message">
two
lines</textarea><input type="checkbox" name="terms" checked><input type="checkbox" name="news"><button name="go">Go</button>
        </form><a href="/login">Sign in</a></main>"#;
    let page = Page {
        request: "GET /signup".into(),
        status: 200,
        location: None,
        headers: vec![("vary".into(), "Cookie".into())],
        body: body.into(),
        bytes: Vec::new(),
    };
    assert!(page.has("Sign up") && !page.has("no()"));
    assert_eq!(page.field_error("email").as_deref(), Some("Enter an email address"));
    assert_eq!(page.field_error("role"), None);
    let fields = [
        ("next", "/a&b"),
        ("email", "x@y"),
        ("role", "b"),
        ("message", "two\nlines"),
        ("terms", "on"),
    ];
    assert_eq!(page.form("/signup"), fields.map(|(n, v)| (n.to_owned(), v.to_owned())));
    assert_eq!(
        (page.value_of("role").as_deref(), page.value_of("news")),
        (Some("b"), None)
    );
    assert_eq!(
        (page.links(), page.link("Sign in").as_deref()),
        (vec!["/login".into()], Some("/login"))
    );
    assert_eq!(page.header("vary"), "Cookie");
}

mod browser {
    use serde_json::json;

    use super::*;
    use crate::harness::browser::{Browser, Display, Key};

    #[test]
    fn the_browser_types_clicks_and_captures_full_page_screenshots() {
        let page = "data:text/html,<title>T</title><body style='height:3000px'><label>Name<input id=name></label>
            <select id=role><option value=a>A<option value=b>B</select>
            <button onclick=\"document.querySelector('p').textContent=document.querySelector('input').value+document.querySelector('select').value\">Save it</button><p></p>
            <script>console.error('broken')</script>";
        let browser = Browser::with("", Display::phone());
        browser.goto(page);
        browser.fill("#name", "Olivia");
        assert_eq!(browser.focus(), "input#name");
        browser.choose("#role", "b");
        browser.press("Save it");
        browser.wait_for_text("Oliviab");
        browser.find("#name");
        browser.click("#name");
        browser.keys(&Key::Tab.to_string());
        assert_eq!(
            (browser.focus().as_str(), browser.title().as_str()),
            ("select#role", "T")
        );
        assert_eq!(browser.problems().len(), 1, "{:?}", browser.problems());
        let folder = Folder::new();
        let screenshot = folder.join("screenshots/phone.png");
        browser.screenshot(&screenshot);
        let png = std::fs::read(screenshot).expect("a screenshot");
        let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        assert_eq!(&png[1..4], b"PNG");
        assert_eq!(size(16), 390);
        assert!(size(20) >= 3000, "{} pixels high", size(20));
    }

    #[test]
    fn a_browser_signs_in_with_the_cookies_of_a_client() {
        let app = TestApp::shared();
        let client = app.client();
        client.set_cookie("theme", "dark");
        let browser = Browser::open(&app.base());
        browser.sign_in_as(&client);
        browser.goto("/login");
        assert_eq!(browser.script("return document.cookie", vec![]), "theme=dark");
        assert_eq!(client.copy().cookies(), [("theme".to_owned(), "dark".to_owned())]);
    }

    #[test]
    fn the_window_applies_the_requested_size_and_color_scheme() {
        let app = TestApp::shared();
        let browser = Browser::with(&app.base(), Display::phone().dark());
        browser.goto("/login");
        let seen = browser.script(
            "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]",
            vec![],
        );
        assert_eq!(seen, json!([390, true]));
        browser.set_display(Display::default());
        let seen = browser.script(
            "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]",
            vec![],
        );
        assert_eq!(seen, json!([1440, false]));
    }

    #[test]
    fn page_scripts_do_not_run_without_javascript() {
        let page = "data:text/html,<p>off</p><script>document.querySelector('p').textContent='on'</script>";
        let words = |display| {
            let browser = Browser::with("", display);
            browser.goto(page);
            browser.text("p")
        };
        assert_eq!(words(Display::default()), "on");
        assert_eq!(words(Display::default().without_javascript()), "off");
    }
}
