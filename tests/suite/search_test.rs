//! The search: it finds what the reader may open, the best first, also without JavaScript.

use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

/// Names of the results on the search page.
fn found(client: &Client, slug: &str, q: &str) -> Vec<String> {
    let page = client.get(&format!("/organizations/{slug}/search?q={q}")).expect(200);
    page.texts("#hits a.who__name")
}

/// Addresses of the results.
fn links(page: &Page) -> Vec<String> {
    page.all("#hits a", "href")
}

#[test]
fn each_role_finds_only_pages_that_open() {
    let app = TestApp::open();
    let words = [
        "",
        "a",
        "export",
        "csv",
        "new",
        "seal",
        "zone",
        "password",
        "role",
        "access",
        "settings",
        "delete",
        "invite",
        "company",
        "review",
        "import",
        "organization",
    ];
    let mut most = 0;
    for role in [
        "owner", "admin", "billing", "user-ad", "editor", "viewer", "member", "manager", "co-edit", "co-view",
        "support",
    ] {
        let scenario = Scenario::create(&app, role, &format!("finds-{role}"));
        let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
        let mut all: Vec<String> = words
            .iter()
            .flat_map(|word| {
                let path = format!("/organizations/{}/search?q={word}", scenario.slug);
                links(&client.get(&path).expect(200))
            })
            .collect();
        all.sort();
        all.dedup();
        for href in &all {
            let path = href.split('#').next().unwrap_or_default();
            let page = client.get(path).follow(&client);
            assert!(page.status == 200, "{role} finds {href}: {}", page.status);
        }
        most = most.max(all.len());
    }
    assert!(most > 40, "{most}");
}

#[test]
fn words_find_their_page_and_the_best_comes_first() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "words");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    for (word, page) in [
        ("seal", "Verify the audit log"),
        ("zone", "General settings"),
        ("password", "Change password"),
        ("2-owner+approv", "Dual control"),
        ("four+eyes", "Dual control"),
        ("mem", "Members"),
        ("audit", "Audit log"),
        ("new+com", "New company"),
        ("sign+out", "Sessions"),
        ("trash", "Deleted companies"),
        ("security", "Security checklist"),
    ] {
        let names = found(&owner, "words", word);
        let at = names.iter().position(|name| name == page);
        if word == "2-owner+approv" {
            assert!(at.is_none(), "every word must match: {names:?}");
        } else {
            assert!(at.is_some_and(|at| at < 4), "{word}: {names:?}");
        }
    }
    // A name that begins with the text comes before one that only contains it, and its group before the others.
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("words");
        for name in ["Old Harbor", "Harbor East", "Inner Hardware"] {
            fixtures.company(organization, name, &name.to_lowercase().replace(' ', "-"));
        }
        let harriet = fixtures.account("Alba Harding", "alba@words.test", true);
        fixtures.add_member(organization, harriet, "member", &[]);
    });
    let names = found(&owner, "words", "har");
    assert_eq!(
        names[..4],
        ["Harbor East", "Inner Hardware", "Old Harbor", "Alba Harding"],
        "{names:?}"
    );
    // Accents and case don't matter, and punctuation alone finds nothing.
    assert_eq!(found(&owner, "words", "H%C3%81RBOR").len(), 2);
    owner
        .get("/organizations/words/search?q=%25%25")
        .expect(200)
        .expect_text("Nothing matches");
    // Archived ones are found by name, and say so.
    let attic = owner.get("/organizations/words/search?q=attic").expect(200);
    assert!(
        attic
            .texts("#hits .rows__main")
            .iter()
            .any(|hit| hit.contains("Archived")),
        "{}",
        attic.text()
    );
}

#[test]
fn people_are_found_by_readers_who_see_them() {
    let app = TestApp::open();
    let cookies = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@sight.test", true);
        let organization = fixtures.organization("Sight", "sight", owner);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let mut person = |name: &str, company, role| {
            let email = format!("{}@sight.test", name.to_lowercase().replace(' ', "."));
            let user = fixtures.account(name, &email, true);
            fixtures.add_member(organization, user, "member", &[(company, role)]);
            user
        };
        let manager = person("Mona North", north, "manager");
        person("Petra Northside", north, "viewer");
        person("Petra Southside", south, "viewer");
        let member = person("Mila South", south, "viewer");
        let lone = fixtures.account("Lone Wolf", "lone@sight.test", true);
        fixtures.add_member(organization, lone, "member", &[]);
        fixtures.invitation(
            organization,
            owner,
            "petra.new@sight.test",
            "member",
            &[(south, "viewer")],
        );
        [owner, manager, member, lone].map(|user| fixtures.session_cookie(user))
    });
    let [owner, manager, member, lone] = cookies.map(|cookie| app.client_with(&cookie));
    assert_eq!(
        found(&owner, "sight", "petra"),
        ["Petra Northside", "Petra Southside", "petra.new@sight.test"]
    );
    assert_eq!(found(&manager, "sight", "petra"), ["Petra Northside"]);
    // Members see the people of their companies.
    assert_eq!(found(&member, "sight", "petra"), ["Petra Southside"]);
    assert_eq!(found(&lone, "sight", "petra"), Vec::<String>::new());
    // Nor is someone found by an address that the reader doesn't see.
    assert!(found(&member, "sight", "olivia@sight.test").is_empty());
    assert!(found(&manager, "sight", "petra.southside@sight.test").is_empty());
    // Companies: only those assigned.
    let companies = |client: &Client| {
        let page = client.get("/organizations/sight/search?q=south").expect(200);
        page.all("#hits a", "href")
            .into_iter()
            .filter(|href| href.contains("/companies/"))
            .count()
    };
    assert_eq!((companies(&owner), companies(&manager), companies(&member)), (1, 0, 1));
    let switcher = manager
        .fragment("/organizations/sight/search?in=switcher&q=")
        .expect(200);
    assert!(switcher.has("North") && !switcher.has("South"), "{}", switcher.text());
}

#[test]
fn nothing_of_another_organization_is_found() {
    let app = TestApp::open();
    let mine = Scenario::create(&app, "owner", "aurora");
    Scenario::create(&app, "owner", "borealis");
    let client = app.client_with(mine.actor.as_ref().expect("an owner"));
    for q in ["borealis", "north", "tara", "olivia", "newcomer", "tara@borealis.test"] {
        for place in ["", "menu", "hits", "switcher", "settings"] {
            for path in ["/search", "/organizations/aurora/search"] {
                let path = format!("{path}?in={place}&q={}", crate::harness::client::encode(q));
                for page in [client.get(&path), client.fragment(&path)] {
                    let body = page.expect(200).body.replace(q, "");
                    assert!(!body.contains("borealis"), "{path}");
                }
            }
        }
    }
    client.get("/organizations/borealis/search?q=north").expect(404);
    app.client().get("/search").expect_redirect("/login?next=%2Fsearch");
}

#[test]
fn outside_an_organization_it_finds_organizations_and_account_pages() {
    let app = TestApp::open();
    let (mia, oscar) = app.fixtures(|fixtures| {
        // The first account is an operator.
        let oscar = fixtures.account("Oscar", "oscar@many.test", true);
        let mia = fixtures.account("Mia Sand", "mia@many.test", true);
        fixtures.organization("Harbor Group", "harbor-group", mia);
        let olivia = fixtures.account("Olivia Hart", "olivia@many.test", true);
        let other = fixtures.organization("Hidden", "hidden", olivia);
        let left = fixtures.organization("Left Behind", "left-behind", olivia);
        fixtures.add_member(other, mia, "viewer", &[]);
        let gone = fixtures.add_member(left, mia, "viewer", &[]);
        fixtures.suspend(left, gone);
        (fixtures.session_cookie(mia), fixtures.session_cookie(oscar))
    });
    let (mia, oscar) = (app.client_with(&mia), app.client_with(&oscar));
    let names = |client: &Client, q: &str| {
        client
            .get(&format!("/search?q={q}"))
            .expect(200)
            .texts("#hits a.who__name")
    };
    assert_eq!(names(&mia, "h"), ["Harbor Group", "Hidden"]);
    assert!(names(&mia, "left").is_empty(), "without access it is not listed");
    assert_eq!(names(&mia, "devices"), ["Sessions"]);
    assert!(names(&mia, "health").is_empty());
    assert_eq!(names(&oscar, "health"), ["Health"]);
    // Inside one organization, the others are found, too.
    assert_eq!(found(&mia, "harbor-group", "hidden"), ["Hidden"]);
    // The query may be anything.
    let long = "x".repeat(4_000);
    mia.get(&format!("/search?q={long}"))
        .expect(200)
        .expect_text("Nothing matches");
    mia.get("/search?q=%3Cscript%3E")
        .expect(200)
        .expect_text("Nothing matches");
}

#[test]
fn every_part_answers_a_fragment_request_and_no_script_is_needed() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "parts");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    let home = owner.get("/organizations/parts").expect(200);
    assert_eq!(home.link("Search").as_deref(), Some("/organizations/parts/search"));
    let page = owner.get("/organizations/parts/search").expect(200);
    assert!(
        page.body.contains("action=\"/organizations/parts/search\""),
        "{}",
        page.body
    );
    let part = |place: &str, q: &str| {
        owner
            .fragment(&format!("/organizations/parts/search?in={place}&q={q}"))
            .expect(200)
    };
    let menu = part("menu", "");
    assert_eq!(menu.texts("#dialog-title"), ["Search"]);
    assert!(menu.body.contains("id=\"finder-q\""), "{}", menu.body);
    let hits = part("hits", "north");
    assert!(!hits.body.contains("<form"), "{}", hits.body);
    assert_eq!(hits.all("#finder-hits", "data-q"), ["north"]);
    assert!(hits.texts("h3").contains(&"Companies".to_owned()), "{}", hits.text());
    assert!(part("settings", "seal").has("Verify the audit log"));
    assert!(part("settings", "").text().trim().is_empty());
    assert!(part("settings", "north").has("No setting matches"));
    // As a page, the search over the settings stays among them.
    let settings = owner.get("/organizations/parts/search?in=settings&q=audit").expect(200);
    assert_eq!(settings.texts("#hits h2"), ["Settings"]);
    owner
        .get("/organizations/parts/settings/general")
        .expect(200)
        .expect_text("Search settings");
}

#[test]
fn it_is_fast_with_a_thousand_companies_and_ten_thousand_members() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "crowd");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    let (org, database) = (&scenario.organization, &app.database);
    let numbers = |most: i64| {
        format!(
            "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {most}) SELECT CAST(10000000 + x AS TEXT) AS t, x FROM n) AS ids"
        )
    };
    let bytes = |text: &str| {
        if database.is_postgres() {
            format!("convert_to({text}, 'UTF8')")
        } else {
            format!("CAST({text} AS BLOB)")
        }
    };
    let (zeros, name) = ("'000000000000000000000000'", bytes("'harbor person ' || t"));
    let (companies, members) = (numbers(1_000), numbers(10_000));
    // Addresses and domains are apart from other words.
    let apart = if database.is_postgres() { "chr(1)" } else { "char(1)" };
    let company_words = |word: &str| {
        format!(
            "INSERT INTO company_search_terms (organization_id, status, word, sort_name, company_id) SELECT '{org}', 'active', {}, {}, t || {zeros} FROM {companies}",
            bytes(word),
            bytes("'harbor branch ' || t")
        )
    };
    let member_words = |word: &str| {
        format!(
            "INSERT INTO member_search_terms (organization_id, word, sort_name, membership_id) SELECT '{org}', {}, {name}, t || {zeros} FROM {members}",
            bytes(word)
        )
    };
    for sql in [
        format!(
            "INSERT INTO companies (organization_id, id, name, slug, sort_name, status, created_at) SELECT '{org}', t || {zeros}, 'Harbor Branch ' || t, 'branch-' || t, {}, 'active', 1 FROM {companies}",
            bytes("'harbor branch ' || t")
        ),
        company_words("'harbor'"),
        company_words("'branch'"),
        company_words("t"),
        format!("UPDATE organizations SET active_companies = active_companies + 1000 WHERE id = '{org}'"),
        format!(
            "INSERT INTO users (id, email, name, password_hash, email_verified_at, is_operator, created_at) SELECT t || {zeros}, t || '@crowd.test', 'Harbor Person ' || t, '!', 1, FALSE, 1 FROM {members}"
        ),
        format!(
            "INSERT INTO memberships (organization_id, id, user_id, role, direct_role, status, joined_at, sort_name) SELECT '{org}', t || {zeros}, t || {zeros}, 'member', 'member', 'active', 1, {name} FROM {members}"
        ),
        member_words("'harbor'"),
        member_words("'person'"),
        member_words("t"),
        member_words("'crowd'"),
        member_words(&format!("{apart} || 'crowd.test'")),
        member_words(&format!("{apart} || t || '@crowd.test'")),
        format!("UPDATE role_counts SET members = members + 10000 WHERE organization_id = '{org}' AND role = 'member'"),
    ] {
        database.execute(&sql);
    }
    app.expect_healthy();
    let ask = |q: &str| {
        let began = Instant::now();
        let page = owner
            .fragment(&format!("/organizations/crowd/search?in=hits&q={q}"))
            .expect(200);
        (page, began.elapsed())
    };
    ask("warm");
    for q in ["", "h", "har", "harbor", "harbor+person", "10004242", "branch", "zzz"] {
        let (page, took) = ask(q);
        assert!(took < Duration::from_secs(2), "“{q}” took {took:?}");
        assert!(
            page.texts("ul").iter().all(|group| group.matches('\n').count() < 40),
            "{q}"
        );
    }
    let (page, _) = ask("harbor");
    assert_eq!(
        page.texts("#finder-hits li").len(),
        12,
        "two groups of five, each with a link to all: {}",
        page.text()
    );
    assert!(page.link("All matching members").is_some() && page.link("All matching companies").is_some());
    let (page, _) = ask("10004242");
    assert!(page.has("Harbor Person 10004242"), "{}", page.text());
}
