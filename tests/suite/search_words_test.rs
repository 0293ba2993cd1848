//! Companies and invitations are found by the beginning of each word, after every change and in lists of any length.

use std::collections::BTreeSet;
use std::time::Duration;

use tenantry::common::search;

use crate::harness::client::{Client, encode};
use crate::harness::server_process::output_text;
use crate::harness::test_app::TestApp;

/// Names in a list.
fn listed(client: &Client, path: &str) -> Vec<String> {
    client.get(path).expect(200).texts("tbody .who__name")
}

/// Names of companies, members and invitations that the search over everything finds.
fn found(client: &Client, slug: &str, q: &str) -> Vec<String> {
    let page = client
        .get(&format!("/organizations/{slug}/search?q={}", encode(q)))
        .expect(200);
    let links = page.all("#hits a.who__name", "href");
    let names = page.texts("#hits a.who__name").into_iter().zip(links);
    let is_page = |href: &str| href.ends_with("/new") || href.ends_with("/deleted");
    names
        .filter(|(_, href)| {
            ["/companies/", "/members/", "/invitations?"]
                .iter()
                .any(|part| href.contains(part) && !is_page(href))
        })
        .map(|(name, _)| name)
        .collect()
}

/// An owner of two organizations: Harbor and Meadow.
fn owner(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@words.test", true);
        fixtures.organization("Harbor", "harbor", olivia);
        fixtures.organization("Meadow", "meadow", olivia);
        fixtures.session_cookie(olivia)
    });
    // What is new sends a tenth of the day's limit.
    app.database
        .execute("UPDATE organizations SET created_at = 1; UPDATE users SET created_at = 1");
    app.client_with(&cookie)
}

fn companies(client: &Client, slug: &str, status: &str, q: &str) -> Vec<String> {
    listed(
        client,
        &format!("/organizations/{slug}/companies?status={status}&q={}", encode(q)),
    )
}

fn invitations(client: &Client, status: &str, q: &str) -> Vec<String> {
    listed(
        client,
        &format!("/organizations/harbor/invitations?status={status}&q={}", encode(q)),
    )
}

#[test]
fn a_company_is_found_by_the_beginnings_of_its_words_after_every_change() {
    const BASE: &str = "/organizations/harbor/companies";
    let app = TestApp::open();
    let olivia = owner(&app);
    let name = "Łukasz & Søn's Wharf";
    olivia.post(BASE, &[("name", name), ("slug", "wharf")]).expect(303);
    for q in ["wharf", "WHA", "lukasz", "łuk", "søn wh", "son", "sons", "Łukasz & S"] {
        assert_eq!(companies(&olivia, "harbor", "active", q), [name], "{q}");
        assert_eq!(found(&olivia, "harbor", q), [name], "{q}");
        let suggested = olivia
            .fragment(&format!("/organizations/harbor/suggestions/companies?q={}", encode(q)))
            .expect(200);
        assert!(suggested.body.contains("Wharf"), "{q}: {}", suggested.body);
    }
    for q in ["harf", "ukasz", "arf", "wharf pier", "&"] {
        assert!(companies(&olivia, "harbor", "all", q).is_empty(), "{q}");
        assert!(!found(&olivia, "harbor", q).contains(&name.to_owned()), "{q}");
    }

    let fields = [("name", "Nordic Pier"), ("slug", "pier")];
    olivia.post(&format!("{BASE}/wharf/settings"), &fields).expect(303);
    assert!(companies(&olivia, "harbor", "all", "wharf").is_empty());
    assert_eq!(companies(&olivia, "harbor", "active", "pie nord"), ["Nordic Pier"]);

    olivia.post(&format!("{BASE}/pier/archiving"), &[]).expect(303);
    assert!(companies(&olivia, "harbor", "active", "pier").is_empty());
    for status in ["archived", "all"] {
        assert_eq!(companies(&olivia, "harbor", status, "pier"), ["Nordic Pier"]);
    }
    assert_eq!(found(&olivia, "harbor", "pier"), ["Nordic Pier"]);

    olivia
        .post(&format!("{BASE}/pier/deletion"), &[("name", "Nordic Pier")])
        .expect(303);
    assert!(companies(&olivia, "harbor", "all", "pier").is_empty());
    assert!(found(&olivia, "harbor", "pier").is_empty());
    let id = app
        .database
        .words("SELECT id AS value FROM deleted_companies")
        .remove(0);
    olivia
        .post(&format!("{BASE}/deleted/{id}/restoration"), &[])
        .expect(303);
    assert_eq!(companies(&olivia, "harbor", "archived", "pier"), ["Nordic Pier"]);
    olivia.post(&format!("{BASE}/pier/restoring"), &[]).expect(303);
    assert_eq!(companies(&olivia, "harbor", "active", "pier"), ["Nordic Pier"]);

    assert!(companies(&olivia, "meadow", "all", "pier").is_empty());
    olivia
        .post(
            &format!("{BASE}/pier/moving"),
            &[("to", "meadow"), ("name", "Nordic Pier")],
        )
        .expect(303);
    assert!(companies(&olivia, "harbor", "all", "pier").is_empty());
    assert!(found(&olivia, "harbor", "pier").is_empty());
    assert_eq!(companies(&olivia, "meadow", "active", "pier"), ["Nordic Pier"]);
    app.expect_healthy();
}

#[test]
fn an_invitation_is_found_by_name_and_address_after_every_change() {
    const BASE: &str = "/organizations/harbor/invitations";
    let app = TestApp::open();
    let olivia = owner(&app);
    let invite = |email: &str, first: &str, last: &str| {
        let fields = [
            ("emails", email),
            ("role", "viewer"),
            ("first_name", first),
            ("last_name", last),
        ];
        olivia.post(BASE, &fields).expect(303);
        app.database
            .words(&format!("SELECT id AS value FROM invitations WHERE email = '{email}'"))
            .remove(0)
    };
    let link = |email: &str| {
        let emails = app.emails_to(email);
        let message = emails.iter().rfind(|message| message.text.contains("/invitations/"));
        message.expect("an invitation").link("/invitations/")
    };
    let email = "petra.new@sight-studio.test";
    let id = invite(email, "Zoë", "Ångström");
    for q in [
        "petra",
        "new",
        "petra.n",
        "petra.new@sight",
        email,
        "sight",
        "sight-studio.test",
        "zoe ang",
        "ÅNG",
        "PETRA zo",
    ] {
        assert_eq!(invitations(&olivia, "pending", q), ["Zoë Ångström"], "{q}");
        assert_eq!(found(&olivia, "harbor", q), [email], "{q}");
    }
    for q in ["etra", "ngstrom", "%", "_", "petra noah"] {
        assert!(invitations(&olivia, "all", q).is_empty(), "{q}");
        assert!(found(&olivia, "harbor", q).is_empty(), "{q}");
    }

    let edit = format!("{BASE}/{id}");
    let form = olivia.get(&edit).expect(200);
    let fields = [("first_name", "Noah"), ("last_name", "Brandt")];
    olivia.submit(&form, &edit, &fields).expect(303);
    assert!(invitations(&olivia, "pending", "zoe").is_empty());
    assert_eq!(invitations(&olivia, "pending", "bra petra"), ["Noah Brandt"]);

    app.advance(Duration::from_secs(8 * 86_400));
    app.sweep();
    assert!(invitations(&olivia, "pending", "petra").is_empty());
    assert!(found(&olivia, "harbor", "petra").is_empty());
    for status in ["expired", "all"] {
        assert_eq!(invitations(&olivia, status, "petra"), ["Noah Brandt"]);
    }
    olivia.post(&format!("{BASE}/{id}/resending"), &[]).expect(303);
    assert!(invitations(&olivia, "expired", "petra").is_empty());
    assert_eq!(invitations(&olivia, "pending", "petra"), ["Noah Brandt"]);

    let noah = app.sign_up("Noah Brandt", email);
    noah.post(&format!("{}/acceptance", link(email)), &[]).expect(303);
    assert!(invitations(&olivia, "pending", "petra").is_empty());
    assert_eq!(invitations(&olivia, "accepted", "petra"), ["Noah Brandt"]);
    assert_eq!(found(&olivia, "harbor", "petra"), ["Noah Brandt"], "the member alone");

    let id = invite("kim@else.test", "", "");
    olivia.post(&format!("{BASE}/{id}/cancellation"), &[]).expect(303);
    assert!(invitations(&olivia, "pending", "kim").is_empty());
    assert_eq!(invitations(&olivia, "cancelled", "kim"), ["kim@else.test"]);
    invite("lea@else.test", "", "");
    app.client()
        .post(&format!("{}/declination", link("lea@else.test")), &[])
        .expect(303);
    assert!(invitations(&olivia, "pending", "lea").is_empty());
    assert_eq!(invitations(&olivia, "declined", "lea"), ["lea@else.test"]);
    app.expect_healthy();
}

#[test]
fn doctor_finds_missing_and_wrong_words() {
    let app = TestApp::open();
    owner(&app);
    app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let olivia = fixtures.user("olivia@words.test");
        fixtures.company(harbor, "Old Bay", "bay");
        fixtures.company(harbor, "Grey Elephant", "elephant");
        fixtures.invitation(harbor, olivia, "petra@else.test", "viewer", &[]);
    });
    app.expect_healthy();
    let expect = |sql: &str, fault: &str| {
        app.database.execute(sql);
        let doctor = app.doctor();
        assert_eq!(doctor.status.code(), Some(1), "{sql}");
        assert!(output_text(&doctor).contains(fault), "{sql}: {}", output_text(&doctor));
    };
    // “elephant” is the only word of eight letters.
    expect(
        "DELETE FROM company_search_terms WHERE length(word) = 8",
        "companies with missing or wrong search words: 1",
    );
    expect(
        "UPDATE company_search_terms SET status = 'archived' WHERE length(word) = 3",
        "companies with missing or wrong search words: 2",
    );
    expect(
        "UPDATE invitation_search_terms SET created_at = created_at + 1",
        "invitations with missing or wrong search words: 1",
    );
    expect(
        "UPDATE member_search_terms SET sort_name = word WHERE length(word) = 6",
        "members with missing or wrong search words: 2",
    );
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn name(&mut self) -> String {
        const WORDS: [&str; 14] = [
            "Harbor",
            "Nord",
            "Straße",
            "O'Brien",
            "Łódź",
            "山田太郎",
            "J.R.",
            "acme.com",
            "São",
            "Noah's",
            "B2B",
            "&",
            "रीता",
            "Co-op",
        ];
        let many = 1 + self.below(4);
        let words: Vec<&str> = (0..many).map(|_| WORDS[self.below(WORDS.len())]).collect();
        format!("{} {}", words.join(" "), self.below(1000))
    }
}

#[test]
fn after_any_changes_the_words_are_those_of_the_names() {
    const BASE: &str = "/organizations/harbor";
    let app = TestApp::open();
    let olivia = owner(&app);
    let mut dice = Dice(7);
    for step in 0..90 {
        let number = dice.below(24);
        let company = format!("{BASE}/companies/slug-{number}");
        let id = app
            .database
            .words("SELECT id AS value FROM invitations WHERE status = 'pending' ORDER BY id");
        let name = dice.name();
        match dice.below(8) {
            0 | 1 => {
                let slug = format!("slug-{number}");
                let fields = [("name", name.as_str()), ("slug", &slug)];
                olivia.post(&format!("{BASE}/companies"), &fields);
            }
            2 => {
                let slug = format!("slug-{number}");
                let fields = [("name", name.as_str()), ("slug", &slug)];
                olivia.post(&format!("{company}/settings"), &fields);
            }
            3 => drop(olivia.post(&format!("{company}/archiving"), &[])),
            4 => drop(olivia.post(&format!("{company}/restoring"), &[])),
            5 => {
                let email = format!("p.{}-{step}@else.test", dice.below(100));
                let fields = [("emails", email.as_str()), ("role", "viewer"), ("first_name", &name)];
                olivia.post(&format!("{BASE}/invitations"), &fields);
            }
            6 if !id.is_empty() => {
                let path = format!("{BASE}/invitations/{}", id[dice.below(id.len())]);
                let form = olivia.get(&path).expect(200);
                olivia.submit(&form, &path, &[("last_name", name.as_str())]).expect(303);
            }
            _ if !id.is_empty() => {
                let path = format!("{BASE}/invitations/{}/cancellation", id[dice.below(id.len())]);
                olivia.post(&path, &[]).expect(303);
            }
            _ => {}
        }
    }
    app.expect_healthy();
    let names = app
        .database
        .words("SELECT c.name AS value FROM companies c JOIN organization_slugs s ON s.organization_id = c.organization_id WHERE s.slug = 'harbor'");
    assert!(names.len() > 8, "{names:?}");
    let queries = [
        "harbor",
        "har nor",
        "strasse",
        "obrien",
        "brien",
        "lodz",
        "太郎",
        "jr",
        "j.r.",
        "acme",
        "acme.co",
        "com",
        "acmecom",
        "sao",
        "noah",
        "b2",
        "रीता",
        "coop",
        "op",
        "1",
        "2 3",
        "o'b",
    ];
    for q in queries {
        let words = search::query(q);
        let expected: BTreeSet<&String> = names.iter().filter(|name| search::begins(name, &words)).collect();
        let found = companies(&olivia, "harbor", "all", q);
        assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected, "{q}");
    }
}

/// Saves what it takes many of, as the changes do.
struct Many<'a> {
    app: &'a TestApp,
    organization: String,
}

impl Many<'_> {
    fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.app.database.is_postgres() {
            format!("'\\x{hex}'::bytea")
        } else {
            format!("X'{hex}'")
        }
    }

    fn insert(&self, into: &str, rows: &[String]) {
        for rows in rows.chunks(500) {
            self.app
                .database
                .execute(&format!("INSERT INTO {into} VALUES {}", rows.join(", ")));
        }
    }

    fn companies(&self, names: &[String]) {
        let org = &self.organization;
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for (at, name) in names.iter().enumerate() {
            let id = format!("{at:032x}");
            let sort_name = self.bytes(&search::sort_key(name));
            rows.push(format!(
                "('{org}', '{id}', '{name}', 'c-{at}', {sort_name}, 'active', 1)"
            ));
            words.extend(search::words_of(&[name.as_str()]).iter().map(|word| {
                let word = self.bytes(word);
                format!("('{org}', 'active', {word}, {sort_name}, '{id}')")
            }));
        }
        self.insert(
            "companies (organization_id, id, name, slug, sort_name, status, created_at)",
            &rows,
        );
        self.insert(
            "company_search_terms (organization_id, status, word, sort_name, company_id)",
            &words,
        );
        self.app.database.execute(&format!(
            "UPDATE organizations SET active_companies = active_companies + {} WHERE id = '{org}'",
            names.len()
        ));
    }

    fn invitations(&self, by: &str, emails: &[String]) {
        let org = &self.organization;
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for (at, email) in emails.iter().enumerate() {
            let id = format!("{at:032x}");
            rows.push(format!(
                "('{org}', '{id}', '{email}', '', '', 'viewer', '', 'pending', FALSE, '{by}', 1, {at}, {at}, 4000000000000000)"
            ));
            words.extend(search::invitee_words("", email).iter().map(|word| {
                let word = self.bytes(word);
                format!("('{org}', 'pending', {word}, {at}, '{id}')")
            }));
        }
        self.insert(
            "invitations (organization_id, id, email, first_name, last_name, role, message, status, hands_over, invited_by, sent_count, last_sent_at, created_at, expires_at)",
            &rows,
        );
        self.insert(
            "invitation_search_terms (organization_id, status, word, created_at, invitation_id)",
            &words,
        );
    }
}

/// All pages of a list forwards, and whether the way back shows the same.
fn all_pages(client: &Client, path: &str) -> Vec<String> {
    let page_of = |href: &str| {
        let (base, _) = path.split_once('?').unwrap();
        if href.starts_with('/') {
            href.to_owned()
        } else {
            format!("{base}{href}")
        }
    };
    let mut pages = Vec::new();
    let mut at = path.to_owned();
    loop {
        let page = client.get(&at).expect(200);
        pages.push(page.texts("tbody .who__name"));
        match page.all("a[rel=next]", "href").pop() {
            Some(next) => at = page_of(&next),
            None => break,
        }
    }
    for expected in pages.iter().rev().skip(1) {
        let back = client.get(&at).expect(200).all("a[rel=prev]", "href").pop();
        at = page_of(&back.expect("a page before"));
        assert_eq!(&listed(client, &at), expected, "{at}");
    }
    pages.concat()
}

#[test]
fn a_frequent_word_is_paged_in_the_order_of_the_list() {
    let app = TestApp::open();
    let olivia = owner(&app);
    let (organization, manager) = app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let meadow = fixtures.organization_of("meadow");
        fixtures.company(meadow, "Quay Zebra Elsewhere", "elsewhere");
        let own = fixtures.company(harbor, "Own Quay Office", "own");
        let mona = fixtures.account("Mona Vale", "mona@words.test", true);
        fixtures.add_member(harbor, mona, "member", &[(own, "manager")]);
        (harbor.to_string(), fixtures.session_cookie(mona))
    });
    let manager = app.client_with(&manager);
    let each = |what: &'static str| (0..1_100).map(move |n| format!("{n:04} {what}"));
    let mut names: Vec<String> = each("Quay").chain(each("Other")).collect();
    names.extend((0..1_100).map(|n| format!("Zebra {n:04}")));
    let many = Many {
        app: &app,
        organization,
    };
    many.companies(&names);
    let list = "/organizations/harbor/companies";

    let mut quays: Vec<String> = each("Quay").collect();
    let mut expected = quays.clone();
    expected.push("Own Quay Office".to_owned());
    assert_eq!(all_pages(&olivia, &format!("{list}?q=qua")), expected);
    assert_eq!(all_pages(&olivia, &format!("{list}?status=all&q=qua")), expected);
    quays.reverse();
    quays.insert(0, "Own Quay Office".to_owned());
    assert_eq!(all_pages(&olivia, &format!("{list}?sort=newest&q=quay")), quays);
    // All others come first by name.
    let zebras: Vec<String> = (0..1_100).map(|n| format!("Zebra {n:04}")).collect();
    assert_eq!(all_pages(&olivia, &format!("{list}?q=zebra")), zebras);
    assert_eq!(listed(&olivia, &format!("{list}?q=quay+0042")), ["0042 Quay"]);
    assert!(listed(&olivia, &format!("{list}?q=quay+zebra")).is_empty());

    // Those that begin with the text come first, whatever is before them by name.
    assert_eq!(found(&olivia, "harbor", "zeb")[0], "Zebra 0000");
    app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        fixtures.company(harbor, "Zz Other", "zz");
        fixtures.company(harbor, "Other Shore", "shore");
    });
    assert_eq!(found(&olivia, "harbor", "oth")[..2], ["Other Shore", "0000 Other"]);
    // A manager finds their own among all, and no one finds those of another organization.
    assert_eq!(listed(&manager, &format!("{list}?q=quay")), ["Own Quay Office"]);
    assert_eq!(found(&manager, "harbor", "quay")[0], "Own Quay Office");
    assert!(listed(&olivia, &format!("{list}?q=elsewhere")).is_empty());

    // A form says how many more match, or that they are not counted.
    let picker = |q: &str| {
        let path = format!("/organizations/harbor/invitations/new?company_q={}", encode(q));
        olivia.get(&path).expect(200).texts(".hint").join(" ")
    };
    assert!(picker("").contains("3284 more. Find them by name."), "{}", picker(""));
    assert!(
        picker("zebra").contains("1080 more. Find them by name."),
        "{}",
        picker("zebra")
    );
    assert!(
        picker("quay").contains("More match. Type more of the name."),
        "{}",
        picker("quay")
    );
    assert!(!picker("quay 0042").contains("more"), "{}", picker("quay 0042"));
}

#[test]
fn a_manager_finds_their_invitations_among_many() {
    let app = TestApp::open();
    let olivia = owner(&app);
    let (organization, by, mona, manager) = app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let own = fixtures.company(harbor, "Own Office", "own");
        let owner = fixtures.user("olivia@words.test");
        let mona = fixtures.account("Mona Vale", "mona@words.test", true);
        fixtures.add_member(harbor, mona, "member", &[(own, "manager")]);
        (
            harbor.to_string(),
            owner.to_string(),
            mona.to_string(),
            fixtures.session_cookie(mona),
        )
    });
    let manager = app.client_with(&manager);
    let emails: Vec<String> = (0..1_500).map(|n| format!("p{n:04}@crowd.test")).collect();
    let many = Many {
        app: &app,
        organization: organization.clone(),
    };
    many.invitations(&by, &emails);
    // The oldest ones are hers: two that she sent, and one for her company.
    app.database.execute(&format!(
        "UPDATE invitations SET invited_by = '{mona}' WHERE email IN ('p0003@crowd.test', 'p0009@crowd.test');
         INSERT INTO invitation_grants (organization_id, invitation_id, company_id, role) SELECT '{organization}', i.id, c.id, 'viewer' FROM invitations i CROSS JOIN companies c WHERE i.email = 'p0001@crowd.test' AND c.slug = 'own' AND c.organization_id = '{organization}'"
    ));
    let list = "/organizations/harbor/invitations";
    let hers = ["p0009@crowd.test", "p0003@crowd.test", "p0001@crowd.test"];
    for q in ["crowd", "p0", "crowd.test"] {
        assert_eq!(listed(&manager, &format!("{list}?q={q}")), hers, "{q}");
        assert_eq!(listed(&manager, &format!("{list}?status=all&q={q}")), hers, "{q}");
    }
    assert!(listed(&manager, &format!("{list}?q=p0004")).is_empty());
    assert!(found(&manager, "harbor", "p0004").is_empty());
    assert_eq!(found(&manager, "harbor", "p0003"), ["p0003@crowd.test"]);

    let newest: Vec<String> = emails.iter().rev().cloned().collect();
    assert_eq!(all_pages(&olivia, &format!("{list}?q=crowd")), newest);
    // Its address begins with the text, and 1,500 newer and older ones have the word.
    many.insert_one_beginning(&by);
    assert_eq!(found(&olivia, "harbor", "crowd")[0], "crowd@first.test");
}

impl Many<'_> {
    /// An invitation older than all others.
    fn insert_one_beginning(&self, by: &str) {
        let org = &self.organization;
        let id = format!("{:032x}", 9_999);
        self.app.database.execute(&format!(
            "INSERT INTO invitations (organization_id, id, email, first_name, last_name, role, message, status, hands_over, invited_by, sent_count, last_sent_at, created_at, expires_at) VALUES ('{org}', '{id}', 'crowd@first.test', '', '', 'viewer', '', 'pending', FALSE, '{by}', 1, 0, 0, 4000000000000000)"
        ));
        let words: Vec<String> = search::invitee_words("", "crowd@first.test")
            .iter()
            .map(|word| format!("('{org}', 'pending', {}, 0, '{id}')", self.bytes(word)))
            .collect();
        self.insert(
            "invitation_search_terms (organization_id, status, word, created_at, invitation_id)",
            &words,
        );
    }
}
