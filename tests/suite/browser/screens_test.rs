//! Every page in its states: no axe violations in both themes, nothing wider than the window, no console messages, no
//! requests to other origins. A route without a screen fails the first test.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tenantry::routes::ROUTES;

use crate::areas::AREAS;
use crate::harness::browser::{Browser, Display};
use crate::harness::client::Client;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

/// GET routes without a page of their own.
const NO_PAGES: &[(&str, &str)] = &[
    ("/", "redirects"),
    ("/health/live", "for machines"),
    ("/health/ready", "for machines"),
    ("/static/{name}", "a file"),
    ("/api/v1/organization", "for programs"),
    ("/api/v1/companies", "for programs"),
    ("/api/v1/companies/{company}", "for programs"),
    ("/api/v1/companies/{company}/settings", "for programs"),
    ("/api/v1/resources", "for programs"),
    ("/api/v1/resources/{id}", "for programs"),
    ("/api/v1/openapi.json", "for programs"),
    ("/api/v1/members", "for programs"),
    ("/api/v1/members/{member}", "for programs"),
    ("/api/v1/members/{member}/companies", "for programs"),
    ("/api/v1/invitations", "for programs"),
    ("/api/v1/invitations/{invitation}", "for programs"),
    ("/api/v1/reports", "for programs"),
    ("/organizations/slug", "a part of a form"),
    ("/organizations/{slug}/invitations/deliveries", "a part of a list"),
    ("/organizations/{slug}/members.csv", "a file"),
    ("/organizations/{slug}/members/{id}/menu", "a part of the list"),
    ("/organizations/{slug}/suggestions/companies", "a part of a form"),
    ("/organizations/{slug}/suggestions/people", "a part of a form"),
    ("/organizations/{slug}/imports/{id}/rejected.csv", "a file"),
    ("/organizations/{slug}/reporting.csv", "a file"),
    ("/organizations/{slug}/settings/audit.csv", "a file"),
    ("/organizations/{slug}/settings/audit.jsonl", "a file"),
    ("/organizations/{slug}/settings/audit/key.pem", "a file"),
    ("/organizations/{slug}/settings/slug/status", "a part of a form"),
    ("/organizations/{slug}/settings", "redirects"),
    ("/account/session", "a part of a page"),
    ("/organizations/{slug}/access/matrix.csv", "a file"),
    ("/organizations/{slug}/access/reviews/{id}/report.json", "a file"),
    ("/organizations/{slug}/access/reviews/{id}/report.sig", "a file"),
    ("/organizations/{slug}/access/reviews/{id}/report.pem", "a file"),
    ("/organizations/{slug}/access/reviews/{id}/report.csv", "a file"),
    ("/invitations/{token}/acceptance", "redirects"),
    ("/operator/mail/{id}/preview", "an email, for the frame on its page"),
];

/// One page in one state.
pub struct Screen {
    route: &'static str,
    state: &'static str,
    /// Who is signed in; `None`: signed out.
    who: Option<Client>,
    path: String,
    /// What happens on the page before the checks.
    act: Act,
    /// Text that identifies the state.
    says: &'static str,
}

impl Screen {
    /// A page in a state; `says` is text that identifies the state.
    pub fn new(
        route: &'static str,
        state: &'static str,
        who: Option<&Client>,
        path: &str,
        act: Act,
        says: &'static str,
    ) -> Self {
        Self {
            route,
            state,
            who: who.cloned(),
            path: path.to_owned(),
            act,
            says,
        }
    }
}

/// A user's action on the page.
#[derive(Clone, Copy)]
pub enum Act {
    Nothing,
    /// Submits the first form whose action contains this text, skipping the browser's validation.
    Send(&'static str),
    /// Clicks the button with this label and waits for the dialog.
    Dialog(&'static str),
    /// Opens the menu with the first label, clicks its entry with the second, and waits for the dialog.
    Menu(&'static str, &'static str),
    /// The same, and submits the dialog's form unchanged.
    DialogSend(&'static str),
    /// Opens the dialog with this button if there is one, pastes a table whose columns are not known, and submits.
    Paste(&'static str),
    /// Clicks an element and waits until another one is visible.
    Open(&'static str, &'static str),
    /// Types into the search field and waits for the empty result.
    Search(&'static str),
}

#[test]
fn every_page_route_has_a_screen() {
    let app = TestApp::open();
    let areas = AREAS.iter().flat_map(|area| (area.screens)(&app));
    let shown: BTreeSet<&str> = Screen::of_accounts_and_organizations(&app)
        .into_iter()
        .chain(areas)
        .map(|screen| screen.route)
        .collect();
    let known: BTreeSet<&str> = ROUTES.iter().filter(|r| r.method == "GET").map(|r| r.path).collect();
    let exempt: BTreeSet<&str> = NO_PAGES.iter().map(|(path, _)| *path).collect();
    let missing: Vec<_> = known
        .difference(&shown)
        .filter(|path| !exempt.contains(**path))
        .collect();
    assert!(missing.is_empty(), "no area has a screen of {missing:#?}");
    let stale: Vec<_> = shown.union(&exempt).filter(|path| !known.contains(**path)).collect();
    assert!(stale.is_empty(), "no route exists for {stale:#?}");
}

/// One test for each area, so that they run in parallel and can be run alone.
mod every_screen_is_accessible_fits_and_logs_nothing {
    use super::check;
    use crate::areas;

    #[test]
    fn accounts_and_organizations() {
        check(super::Screen::of_accounts_and_organizations);
    }

    macro_rules! areas {
        ($($area:ident)+) => { $(#[test] fn $area() { check(areas::$area::screens); })+ };
    }

    areas! {
        access access_reviews account_security audit companies company_move developers members onboarding_links operator passkeys permissions
        resources search settings
    }
}

fn check(screens: fn(&TestApp) -> Vec<Screen>) {
    let app = TestApp::open();
    let screens = screens(&app);
    let browser = Browser::open(&app.base());
    let only = std::env::var("TENANTRY_TEST_SCREEN").unwrap_or_default();
    let mut faults = Vec::new();
    for (turn, screen) in screens.iter().enumerate() {
        let name = format!("{} ({})", screen.route, screen.state);
        if name.contains(&only) {
            let found = screen.faults(&browser, turn % 2 == 1);
            faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(
        faults.is_empty(),
        "{} problems:\n\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

/// Elements that overflow on the right, and a control that is cut off by its card or the window.
const MEASURE: &str = "
    const root = document.documentElement, width = root.clientWidth, wide = root.scrollWidth - width;
    const outside = wide <= 0 ? [] : [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > width + 1).slice(0, 4).map(e => e.outerHTML.slice(0, 120));
    const cut = [...document.querySelectorAll('main :is(a, button, input, select, summary)')].find(e => {
        if (!e.checkVisibility() || e.closest('.table-wrap, .tabs, .u-hide, [popover]')) return false;
        const box = e.getBoundingClientRect(), edge = (e.closest('.card') ?? root).getBoundingClientRect();
        return box.width > 1 && (box.right > edge.right + 1 || box.left < edge.left - 1);
    });
    return [wide, outside.join('\\n'), cut ? cut.outerHTML.slice(0, 160) : null]";

impl Screen {
    fn faults(&self, browser: &Browser, other: bool) -> Vec<String> {
        browser.set_display(Display::default());
        // One page that can't be shown must not hide the others.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.show(browser))) {
            return vec![panic.downcast_ref::<String>().cloned().unwrap_or_default()];
        }
        let mut faults = Vec::new();
        let text = browser.text("body");
        if !text.contains(self.says) {
            faults.push(format!("“{}” is missing:\n{text}", self.says));
        }
        // Each page is checked in both themes; the theme of a width, and the full axe run, alternate between pages. Of
        // all axe rules, only contrast depends on the theme.
        let (light, dark) = (other, !other);
        for (width, dark, axe) in [
            (1440, light, Some(!other)),
            (820, dark, None),
            (320, light, None),
            (390, dark, Some(other)),
        ] {
            browser.set_display(Display {
                width,
                dark,
                ..Display::default()
            });
            let measured = browser.script(MEASURE, vec![]);
            if let Some(wide) = measured[0].as_i64().filter(|wide| *wide > 0) {
                faults.push(format!("{wide} pixels too wide at {width}: {}", measured[1]));
            }
            if let Some(cut) = measured[2].as_str() {
                faults.push(format!("at {width}, this is cut off: {cut}"));
            }
            let found = match axe {
                None => Vec::new(),
                Some(true) => browser.axe(),
                Some(false) => browser.axe_contrast(),
            };
            let theme = if dark { "dark" } else { "light" };
            faults.extend(found.into_iter().map(|fault| format!("{width} {theme}: {fault}")));
        }
        let (problems, requests) = browser.take_logs();
        faults.extend(problems.into_iter().map(|said| format!("console message: {said}")));
        faults.extend(
            requests
                .into_iter()
                .filter(|url| browser.is_foreign(url))
                .map(|url| format!("requests {url}")),
        );
        faults
    }

    fn show(&self, browser: &Browser) {
        browser.devtools("Network.clearBrowserCookies", serde_json::json!({}));
        if let Some(who) = &self.who {
            browser.sign_in_as(who);
        }
        browser.goto(&self.path);
        match self.act {
            Act::Nothing => {}
            Act::Send(end) => {
                let script =
                    "const form = document.querySelector(`main form[method=post][action*='${arguments[0] || '/'}']`);
                    form.noValidate = true;
                    for (const field of form.querySelectorAll('input[name=name]')) field.value = '';
                    form.requestSubmit()";
                browser.script(script, vec![end.into()]);
                browser.wait_until(&format!("the errors of …{end}"), || {
                    browser.is_there("#errors, .field__error")
                });
            }
            Act::Dialog(words) => {
                browser.press(words);
                browser.find("dialog[open] form");
            }
            Act::Menu(menu, words) => {
                browser.press(menu);
                browser.press(words);
                browser.find("dialog[open] form");
            }
            Act::DialogSend(words) => {
                browser.press(words);
                browser.find("dialog[open] form");
                browser.script("const form = document.querySelector('dialog[open] form'); form.noValidate = true; form.requestSubmit()", vec![]);
                browser.wait_until("the dialog shows its errors", || {
                    browser.is_there("dialog[open] #errors")
                });
            }
            Act::Paste(opener) => {
                if !opener.is_empty() {
                    browser.press(opener);
                    browser.find("dialog[open] form");
                }
                let table = "Contact,Who,Boss,Department and everything else that an export has\nann@hill.test,Ann Lee,bo@hill.test,Sales\ncy@hill.test,Cy Roe,bo@hill.test,";
                browser.script(
                    "const form = document.querySelector(`:is(main, dialog[open]) form[action$='/invitations']`);
                    form.querySelector('#emails').value = arguments[0];
                    form.requestSubmit(form.querySelector('footer [type=submit]'))",
                    vec![table.into()],
                );
                browser.wait_until("the columns are shown", || browser.is_there("#columns select"));
            }
            Act::Open(button, shown) => {
                browser.click(button);
                browser.wait_until(shown, || browser.is_visible(shown));
            }
            Act::Search(text) => {
                browser.fill("main input[type=search]", text);
                browser.wait_until("the search answers", || browser.is_there("main .empty"));
            }
        }
    }
}

impl Screen {
    fn of_accounts_and_organizations(app: &TestApp) -> Vec<Self> {
        let ids = Ids::set(app);
        let mut all = Vec::new();
        let mut add = |route, state, who: Option<&Client>, path: &str, act, says| {
            all.push(Screen::new(route, state, who, path, act, says));
        };
        let (out, olivia, quiet) = (None, Some(&ids.olivia), Some(&ids.quiet));
        let (noah, fresh, hana) = (Some(&ids.noah), Some(&ids.fresh), Some(&ids.hana));
        let at = |rest: &str| format!("/organizations/lakeside{rest}");
        let quiet_at = |rest: &str| format!("/organizations/quiet{rest}");
        use Act::{Dialog, DialogSend, Nothing, Open, Paste, Search, Send};

        add("/signup", "empty", out, "/signup", Nothing, "Create your account");
        add(
            "/signup",
            "errors",
            out,
            "/signup",
            Send("/signup"),
            "There is a problem",
        );
        add(
            "/signup",
            "invited",
            out,
            &format!("/signup?next={}", ids.to_newcomer),
            Nothing,
            "You were invited to",
        );
        add("/login", "empty", out, "/login", Nothing, "Sign in");
        add("/login", "errors", out, "/login", Send("/login"), "There is a problem");
        add("/verify", "waiting", fresh, "/verify", Nothing, "Check your email");
        add(
            "/verify/{token}",
            "signed in",
            fresh,
            &ids.verify,
            Nothing,
            "Verify your email address",
        );
        add(
            "/verify/{token}",
            "another browser",
            out,
            &ids.verify,
            Nothing,
            "The password you chose when you signed up",
        );
        add(
            "/verify/{token}",
            "wrong password",
            out,
            &ids.verify,
            Send(""),
            "There is a problem",
        );
        add(
            "/verify/{token}",
            "unknown",
            out,
            "/verify/nothing",
            Nothing,
            "This link",
        );
        add(
            "/password/forgot",
            "empty",
            out,
            "/password/forgot",
            Nothing,
            "Choose a new password",
        );
        add(
            "/password/forgot",
            "errors",
            out,
            "/password/forgot",
            Send("/forgot"),
            "There is a problem",
        );
        add(
            "/password/reset/{token}",
            "open",
            out,
            &ids.reset,
            Nothing,
            "Choose a new password",
        );
        add(
            "/password/reset/{token}",
            "errors",
            out,
            &ids.reset,
            Send(""),
            "There is a problem",
        );
        add(
            "/password/reset/{token}",
            "unknown",
            out,
            "/password/reset/nothing",
            Nothing,
            "link",
        );
        add(
            "/unlock/{token}",
            "open",
            out,
            &ids.unlock,
            Nothing,
            "Unlock your account",
        );
        add("/unlock/{token}", "unknown", out, "/unlock/nothing", Nothing, "link");
        add(
            "/account",
            "filled in",
            olivia,
            "/account",
            Nothing,
            "The same in every organization",
        );
        add(
            "/account",
            "errors",
            olivia,
            "/account",
            Send("/account/password"),
            "There is a problem",
        );
        add(
            "/account",
            "not confirmed",
            fresh,
            "/account",
            Nothing,
            "Your email address is not verified",
        );
        add(
            "/account/email/{token}",
            "open",
            noah,
            &ids.readdress,
            Nothing,
            "Verify your new email address",
        );
        add(
            "/account/email/{token}",
            "unknown",
            noah,
            "/account/email/nothing",
            Nothing,
            "link",
        );
        add(
            "/account/sessions",
            "several",
            olivia,
            "/account/sessions",
            Nothing,
            "End all others",
        );
        add("/legal/terms", "", out, "/legal/terms", Nothing, "Terms");
        add("/legal/privacy", "", out, "/legal/privacy", Nothing, "Privacy");

        add(
            "/onboarding",
            "an invitation waits",
            hana,
            "/onboarding",
            Nothing,
            "You have 1 invitation",
        );
        add(
            "/onboarding",
            "not confirmed",
            fresh,
            "/onboarding",
            Nothing,
            "Verify your email address first",
        );
        add(
            "/onboarding/done",
            "",
            olivia,
            "/onboarding/done?organization=lakeside",
            Nothing,
            "Lakeside Agency is ready",
        );
        add(
            "/organizations",
            "full",
            olivia,
            "/organizations",
            Nothing,
            "Lakeside Agency",
        );
        add(
            "/organizations",
            "no match",
            olivia,
            "/organizations",
            Search("zzz"),
            "No organization matches",
        );
        add(
            "/organizations",
            "empty",
            hana,
            "/organizations",
            Nothing,
            "No organizations yet",
        );
        add(
            "/organizations/new",
            "first",
            hana,
            "/organizations/new",
            Nothing,
            "Create your organization",
        );
        add(
            "/organizations/new",
            "another",
            olivia,
            "/organizations/new",
            Nothing,
            "Create your organization",
        );
        add(
            "/organizations/new",
            "errors",
            olivia,
            "/organizations/new",
            Send("/organizations"),
            "There is a problem",
        );
        add(
            "/organizations/{slug}/leaving",
            "page",
            noah,
            &at("/leaving"),
            Nothing,
            "Leave Lakeside Agency?",
        );
        add(
            "/organizations/{slug}/leaving",
            "dialog",
            noah,
            "/organizations",
            Act::Menu("Actions for Lakeside Agency", "Leave Lakeside Agency"),
            "Your access ends",
        );
        add(
            "/organizations/{slug}/leaving",
            "only owner",
            quiet,
            &quiet_at("/leaving"),
            Nothing,
            "You are the only owner",
        );

        let overview = "/organizations/{slug}";
        add(overview, "full", olivia, &at(""), Nothing, "Recent activity");
        add(overview, "new", quiet, &quiet_at(""), Nothing, "Welcome");
        add(overview, "without a company", noah, &at(""), Nothing, "Overview");
        add(
            overview,
            "switcher open",
            olivia,
            &at(""),
            Open("#switcher-button", "#switcher"),
            "Create organization",
        );
        add(
            overview,
            "account menu open",
            olivia,
            &at(""),
            Open("[popovertarget=usermenu]", "#usermenu"),
            "Sign out",
        );
        add(overview, "another's", hana, &at(""), Nothing, "Page not found");
        add(overview, "another's, signed out", out, &at(""), Nothing, "Sign in");

        let companies = "/organizations/{slug}/companies";
        let company = "/organizations/{slug}/companies/{company}";
        let north = |rest: &str| at(&format!("/companies/north{rest}"));
        add(companies, "full", olivia, &at("/companies"), Nothing, "North");
        add(
            companies,
            "no match",
            olivia,
            &at("/companies"),
            Search("zzz"),
            "Clear filters",
        );
        add(
            companies,
            "all",
            olivia,
            &at("/companies?status=all"),
            Nothing,
            "Archived",
        );
        add(
            companies,
            "none assigned",
            noah,
            &at("/companies"),
            Nothing,
            "Ask an owner or admin",
        );
        add(
            "/organizations/{slug}/companies/new",
            "page",
            olivia,
            &at("/companies/new"),
            Nothing,
            "Web address",
        );
        add(
            "/organizations/{slug}/companies/new",
            "errors",
            olivia,
            &at("/companies/new"),
            Send("/companies"),
            "There is a problem",
        );
        add(
            "/organizations/{slug}/companies/new",
            "dialog",
            olivia,
            &at("/companies"),
            Dialog("New company"),
            "Web address",
        );
        add(company, "with people", olivia, &north(""), Nothing, "Assigned people");
        add(
            company,
            "nobody",
            olivia,
            &at("/companies/south"),
            Nothing,
            "No one is assigned",
        );
        add(
            company,
            "archived",
            olivia,
            &at("/companies/west"),
            Nothing,
            "is archived",
        );
        add(
            company,
            "unknown",
            olivia,
            &at("/companies/nothing"),
            Nothing,
            "Page not found",
        );
        add(
            "/organizations/{slug}/companies/{company}/settings",
            "filled in",
            olivia,
            &north("/settings"),
            Nothing,
            "Company settings",
        );
        add(
            "/organizations/{slug}/companies/{company}/settings",
            "errors",
            olivia,
            &north("/settings"),
            Send("/settings"),
            "There is a problem",
        );
        add(
            "/organizations/{slug}/companies/{company}/archiving",
            "page",
            olivia,
            &north("/archiving"),
            Nothing,
            "Archive",
        );
        add(
            "/organizations/{slug}/companies/{company}/archiving",
            "dialog",
            olivia,
            &north(""),
            Dialog("Archive North"),
            "Archive",
        );
        add(
            "/organizations/{slug}/companies/{company}/members",
            "full",
            olivia,
            &north("/members"),
            Nothing,
            "Person 01",
        );
        add(
            "/organizations/{slug}/companies/{company}/members",
            "no match",
            olivia,
            &north("/members?q=zzz"),
            Nothing,
            "No member matches",
        );

        let members = "/organizations/{slug}/members";
        let member = |rest: &str| at(&format!("/members/{}{rest}", ids.person));
        add(members, "full", olivia, &at("/members"), Nothing, "1 to 50 of 56");
        add(
            members,
            "last page and filter",
            olivia,
            &at("/members?role=member&sort=joined"),
            Nothing,
            "Person",
        );
        add(
            members,
            "no match",
            olivia,
            &at("/members"),
            Search("zzz"),
            "No member matches",
        );
        add(members, "one", quiet, &quiet_at("/members"), Nothing, "You");
        add(
            "/organizations/{slug}/members/{id}",
            "member",
            olivia,
            &member(""),
            Nothing,
            "Access ends",
        );
        add(
            "/organizations/{slug}/members/{id}",
            "unknown",
            olivia,
            &at("/members/00000000000070008000000000000000"),
            Nothing,
            "Page not found",
        );
        add(
            "/organizations/{slug}/members/{id}/removal",
            "page",
            olivia,
            &member("/removal"),
            Nothing,
            "loses access",
        );
        add(
            "/organizations/{slug}/members/{id}/removal",
            "dialog",
            olivia,
            &member(""),
            Dialog("Remove"),
            "loses access",
        );

        let list = "/organizations/{slug}/invitations";
        let new = "/organizations/{slug}/invitations/new";
        let invitation = |rest: &str| at(&format!("/invitations/{}{rest}", ids.invitation));
        add(
            list,
            "pending",
            olivia,
            &at("/invitations"),
            Nothing,
            "newcomer@hill.test",
        );
        add(
            list,
            "all",
            olivia,
            &at("/invitations?status=all"),
            Nothing,
            "Cancelled",
        );
        add(
            list,
            "row menu open",
            olivia,
            &at("/invitations"),
            Open("main [popovertarget^=menu-]", "main .menu"),
            "Cancel invitation",
        );
        add(
            list,
            "accept link open",
            olivia,
            &at("/invitations"),
            Open("main .reveal summary", "main .secret"),
            "Copy",
        );
        add(
            list,
            "empty",
            quiet,
            &quiet_at("/invitations"),
            Nothing,
            "No pending invitations",
        );
        add(
            list,
            "no match",
            olivia,
            &at("/invitations"),
            Search("zzz"),
            "No invitation matches",
        );
        add(
            list,
            "not allowed",
            noah,
            &at("/invitations"),
            Nothing,
            "Required permission:",
        );
        add(
            new,
            "page",
            olivia,
            &at("/invitations/new"),
            Nothing,
            "Send invitations",
        );
        add(
            new,
            "errors",
            olivia,
            &at("/invitations/new"),
            Send("/invitations"),
            "There is a problem",
        );
        add(
            new,
            "dialog",
            olivia,
            &at("/members"),
            Dialog("Invite people"),
            "Send invitations",
        );
        add(
            new,
            "errors in the dialog",
            olivia,
            &at("/members"),
            DialogSend("Invite people"),
            "There is a problem",
        );
        add(
            new,
            "columns of a file",
            olivia,
            &at("/invitations/new"),
            Paste(""),
            "Check the columns",
        );
        add(
            new,
            "columns of a file in the dialog",
            olivia,
            &at("/members"),
            Paste("Invite people"),
            "Check the columns",
        );
        add(
            "/organizations/{slug}/invitations/{id}",
            "page",
            olivia,
            &invitation(""),
            Nothing,
            "Edit invitation",
        );
        add(
            "/organizations/{slug}/invitations/{id}/cancellation",
            "page",
            olivia,
            &invitation("/cancellation"),
            Nothing,
            "stops working",
        );

        let link = "/invitations/{token}";
        add(
            link,
            "without an account",
            out,
            &ids.to_newcomer,
            Nothing,
            "Create account",
        );
        add(link, "signed out", out, &ids.to_hana, Nothing, "Sign in");
        let block = "/invitations/{token}/blocking";
        let to_block = format!("{}/blocking", ids.to_hana);
        add(block, "nothing blocked", out, &to_block, Nothing, "Report invitation");
        add(
            block,
            "reported and blocked",
            out,
            &format!("{}/blocking", ids.used),
            Nothing,
            "Withdraw report",
        );
        add(link, "the invited user", hana, &ids.to_hana, Nothing, "Accept and open");
        add(
            link,
            "another person",
            olivia,
            &ids.to_hana,
            Nothing,
            "Sign out and use another account",
        );
        add(
            link,
            "not confirmed",
            fresh,
            &ids.to_fresh,
            Nothing,
            "Verify your email",
        );
        add(
            link,
            "a member",
            noah,
            &ids.used,
            Nothing,
            "You are a member of Lakeside Agency",
        );
        add(link, "used", out, &ids.used, Nothing, "accepted already");
        add(link, "cancelled", out, &ids.cancelled, Nothing, "was cancelled");
        add(link, "declined", out, &ids.declined, Nothing, "was declined");
        add(link, "replaced", out, &ids.replaced, Nothing, "A newer link was sent");
        add(link, "expired", out, &ids.expired, Nothing, "has expired");
        add(
            link,
            "unknown",
            out,
            "/invitations/nothing",
            Nothing,
            "Invitation not found",
        );

        let settings = "/organizations/{slug}/settings/general";
        add(
            settings,
            "filled in",
            olivia,
            &at("/settings/general"),
            Nothing,
            "Organization profile",
        );
        add(
            settings,
            "errors",
            olivia,
            &at("/settings/general"),
            Send("/settings/general"),
            "There is a problem",
        );
        add(
            settings,
            "not allowed",
            noah,
            &at("/settings/general"),
            Nothing,
            "Who can help",
        );
        all
    }
}

/// The data of the screens.
struct Ids {
    /// Owner of a full organization and of a second one, signed in twice.
    olivia: Client,
    /// Owner of an empty organization.
    quiet: Client,
    /// A member without a company.
    noah: Client,
    /// Unverified, with a pending invitation.
    fresh: Client,
    /// A member of nothing, with a pending invitation.
    hana: Client,
    person: String,
    invitation: String,
    verify: String,
    reset: String,
    unlock: String,
    readdress: String,
    to_newcomer: String,
    to_hana: String,
    to_fresh: String,
    used: String,
    cancelled: String,
    declined: String,
    replaced: String,
    expired: String,
}

impl Ids {
    fn set(app: &TestApp) -> Self {
        let link = |token: String| format!("/invitations/{token}");
        // The oldest invitation first, so that it has expired when the others are sent.
        let (owner, organization, expired) = app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", "olivia@lakeside.test", true);
            let organization = fixtures.organization("Lakeside Agency", "lakeside", owner);
            let expired = fixtures
                .invitation(organization, owner, "late@hill.test", "viewer", &[])
                .1;
            (owner, organization, expired)
        });
        app.advance(Duration::from_secs(8 * 86_400));
        app.sweep();
        let (person, invitation, links) = app.fixtures(|fixtures| {
            fixtures.organization("Harbor Group", "harbor", owner);
            let north = fixtures.company(organization, "North", "north");
            fixtures.company(organization, "South", "south");
            fixtures.company(organization, "West", "west");
            let mut person = String::new();
            for n in 1..=54 {
                let user = fixtures.account(&format!("Person {n:02}"), &format!("person{n:02}@lakeside.test"), true);
                let companies: &[_] = if n < 4 { &[(north, "editor")] } else { &[] };
                person = fixtures.add_member(organization, user, "member", companies).to_string();
            }
            let quiet = fixtures.account("Quentin Quiet", "quentin@quiet.test", true);
            fixtures.organization("Quiet Place", "quiet", quiet);
            fixtures.account("Hana Kim", "hana@hill.test", true);
            fixtures.account("Noah Hill", "noah@hill.test", true);
            fixtures.account("Frida Fresh", "frida@hill.test", false);
            fixtures.account("Lena Locked", "lena@hill.test", true);
            let mut invite =
                |email: &str, companies: &[_]| fixtures.invitation(organization, owner, email, "member", companies);
            let (invitation, newcomer) = invite("newcomer@hill.test", &[(north, "viewer")]);
            invite(
                "somebody.with.a.long.address@bluewater-financial.test",
                &[(north, "viewer")],
            );
            let (cancelled_id, cancelled) = invite("cancelled@hill.test", &[]);
            let (replaced_id, replaced) = invite("replaced@hill.test", &[]);
            let links = [
                newcomer,
                invite("hana@hill.test", &[(north, "manager")]).1,
                invite("frida@hill.test", &[]).1,
                invite("noah@hill.test", &[]).1,
                cancelled,
                invite("declined@hill.test", &[]).1,
                replaced,
            ];
            (
                person,
                [invitation, cancelled_id, replaced_id].map(|id| id.to_string()),
                links,
            )
        });
        let [to_newcomer, to_hana, to_fresh, used, cancelled, declined, replaced] = links.map(link);
        let olivia = app.signed_in("olivia@lakeside.test");
        app.sign_in("olivia@lakeside.test");
        let noah = app.signed_in("noah@hill.test");
        noah.post(&format!("{used}/acceptance"), &[]).expect(303);
        let anyone = app.client();
        anyone.post(&format!("{used}/report"), &[("comment", "I don’t know the sender")]);
        anyone.post(&format!("{used}/blocking"), &[("scope", "organization")]);
        let base = "/organizations/lakeside";
        olivia
            .post(&format!("{base}/invitations/{}/cancellation", invitation[1]), &[])
            .expect(303);
        app.advance(Duration::from_secs(300));
        olivia
            .post(&format!("{base}/invitations/{}/resending", invitation[2]), &[])
            .expect(303);
        olivia
            .post(&format!("{base}/companies/west/archiving"), &[])
            .expect(303);
        app.client().post(&format!("{declined}/declination"), &[]);
        app.database.execute("UPDATE invitations SET status = 'superseded' WHERE email = 'somebody.with.a.long.address@bluewater-financial.test'");
        noah.post(
            "/account/email",
            &[("email", "noah@new.test"), ("email_password", PASSWORD)],
        )
        .expect(303);
        let fresh = app.signed_in("frida@hill.test");
        fresh.post("/verify/resending", &[]).expect(303);
        app.client().post("/password/forgot", &[("email", "hana@hill.test")]);
        for _ in 0..11 {
            app.client().post(
                "/login",
                &[("email", "lena@hill.test"), ("password", "wrong-and-wrong-again")],
            );
        }
        Self {
            quiet: app.signed_in("quentin@quiet.test"),
            hana: app.signed_in("hana@hill.test"),
            verify: app
                .emails_to("frida@hill.test")
                .iter()
                .rfind(|l| l.text.contains("/verify/"))
                .expect("an email")
                .link("/verify/"),
            reset: app
                .emails_to("hana@hill.test")
                .iter()
                .rfind(|l| l.text.contains("/password/"))
                .expect("an email")
                .link("/password/reset/"),
            unlock: app.mail_to("lena@hill.test").link("/unlock/"),
            readdress: app.mail_to("noah@new.test").link("/account/email/"),
            person,
            invitation: invitation[0].clone(),
            expired: link(expired),
            olivia,
            noah,
            fresh,
            to_newcomer,
            to_hana,
            to_fresh,
            used,
            cancelled,
            declined,
            replaced,
        }
    }
}
