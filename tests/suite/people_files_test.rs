//! Files and pasted lists of people: only those who are meant get an email, and what is not understood is named.

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const PATH: &str = "/organizations/lakeside/invitations";

struct Scenario {
    app: TestApp,
    olivia: Client,
}

impl Scenario {
    fn new() -> Self {
        let app = TestApp::open();
        let cookie = app.fixtures(|fixtures| {
            let user = fixtures.account("Olivia Hart", "olivia@lakeside.test", true);
            let organization = fixtures.organization("Lakeside", "lakeside", user);
            fixtures.company(organization, "North & Sons", "north");
            fixtures.company(organization, "South", "south");
            fixtures.session_cookie(user)
        });
        let olivia = app.client_with(&cookie);
        Self { app, olivia }
    }

    fn upload(&self, file: impl AsRef<[u8]>) -> Page {
        let fields = [("emails", ""), ("role", "member"), ("message", "Welcome")];
        self.olivia.upload(PATH, &fields, "csv", file.as_ref())
    }

    fn paste(&self, text: &str) -> Page {
        self.olivia
            .post(PATH, &[("emails", text), ("role", "member"), ("message", "Welcome")])
    }

    /// The addresses in the outbox, and that the emails went to them.
    #[track_caller]
    fn expect_mail_to(&self, addresses: &[&str]) {
        let outbox = "SELECT to_email AS value FROM mail_outbox ORDER BY to_email";
        assert_eq!(self.app.database.words(outbox), addresses);
        let mut sent: Vec<String> = self.app.emails().into_iter().map(|email| email.to).collect();
        sent.sort();
        assert_eq!(sent, addresses);
    }

    /// Address, first and last name of each invitation.
    #[track_caller]
    fn expect_invited(&self, people: &[&str]) {
        let sql = "SELECT email || ' ' || first_name || '|' || last_name AS value FROM invitations ORDER BY email";
        assert_eq!(self.app.database.words(sql), people);
        let emails: Vec<&str> = people.iter().map(|one| one.split(' ').next().unwrap()).collect();
        self.expect_mail_to(&emails);
    }
}

/// The file again, with these fields for its columns.
fn confirm(scenario: &Scenario, page: &Page, columns: &[&str]) -> Page {
    let mut fields = page.form(PATH);
    fields.retain(|(name, _)| name != "csv_column");
    let columns = columns
        .iter()
        .map(|column| ("csv_column".to_owned(), (*column).to_owned()));
    fields.extend(columns);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    scenario.olivia.post(PATH, &fields)
}

#[test]
fn an_export_of_google_workspace_invites_no_recovery_and_no_manager_address() {
    let scenario = Scenario::new();
    let file = "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Org Unit Path [Required],Recovery Email,Work Secondary Email,Manager Email\r\n\
        Ann,Lee,ann@corp.example,****,/,ann@home.example,ann.lee@corp.example,boss@corp.example\r\n\
        Bo,Roy,bo@corp.example,****,/,bo@home.example,,boss@corp.example\r\n";
    scenario.upload(file).expect_redirect(PATH);
    scenario.expect_invited(&["ann@corp.example Ann|Lee", "bo@corp.example Bo|Roy"]);
}

#[test]
fn an_export_of_google_contacts_invites_the_first_address() {
    let scenario = Scenario::new();
    let file = "First Name,Middle Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\n\
        Ann,,Lee,Acme,Work,ann@corp.example,Home,ann@home.example\n\
        Cy,,Roe,Acme,,,Home,\n";
    // Someone without an address is named, and not invited.
    let page = scenario.upload(file).expect(200);
    page.clone()
        .expect_text("1 person was invited, 1 not")
        .expect_text("Line 3 Not invited Enter an email address");
    scenario.expect_invited(&["ann@corp.example Ann|Lee"]);
}

#[test]
fn an_export_of_entra_invites_guests_at_their_own_address() {
    let scenario = Scenario::new();
    let file = "\u{feff}userPrincipalName,displayName,surname,mail,givenName,id,userType\r\n\
        ann@corp.example,Ann Lee,Lee,ann@corp.example,Ann,1,Member\r\n\
        cara_partner.example#EXT#@corp.example,Cara Diaz,Diaz,cara@partner.example,Cara,2,Guest\r\n";
    scenario.upload(file).expect_redirect(PATH);
    scenario.expect_invited(&["ann@corp.example Ann|Lee", "cara@partner.example Cara|Diaz"]);
}

#[test]
fn an_unknown_header_invites_no_one_before_the_columns_are_confirmed() {
    let scenario = Scenario::new();
    let file = "Contact,Who,Boss,Since\nann@corp.example,Ann Lee,boss@corp.example,2020\nbo@corp.example,\"Roy, Bo\",boss@corp.example,2021\n\
        c3@corp.example,,,\nc4@corp.example,,,\nc5@corp.example,,,\nc6@corp.example,,,\n";
    let page = scenario.upload(file).expect(200).expect_text("Check the columns");
    scenario.expect_mail_to(&[]);
    assert_eq!(page.texts("#columns tbody th"), ["Contact", "Who", "Boss", "Since"]);
    let lines = ["Column", "Contains", "Line 2", "Line 3", "Line 4", "Line 5", "Line 6"];
    assert_eq!(page.texts("#columns thead th"), lines);
    assert_eq!(page.texts("#columns tbody tr:nth-child(2) td")[2], "Roy, Bo");
    let chosen = |page: &Page| page.all("#columns option[selected]", "value");
    assert_eq!(chosen(&page), ["email", "", "", ""]);
    // What else was typed stays.
    assert_eq!(page.value_of("message").as_deref(), Some("Welcome"));
    assert_eq!(page.value_of("role").as_deref(), Some("member"));

    for (columns, words) in [
        (["", "name", "", ""], "Choose Email for exactly one column"),
        (["email", "name", "email", ""], "Choose Email for exactly one column"),
        (["email", "name", "", "name"], "Choose each field for one column only"),
    ] {
        let again = confirm(&scenario, &page, &columns).expect(422).expect_text(words);
        assert_eq!(chosen(&again), columns, "the choice is kept");
    }
    // Errors elsewhere keep the file and the choice.
    let mut fields = page.form(PATH);
    fields.retain(|(name, _)| name != "message");
    fields.push(("message".into(), "see www.evil.example".into()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let again = scenario.olivia.post(PATH, &fields).expect(422);
    assert_eq!(
        (chosen(&again)[0].as_str(), again.field_error("message").is_some()),
        ("email", true)
    );
    // Another file can be chosen instead.
    let back = scenario.olivia.submit(&again, PATH, &[("back", "csv")]).expect(200);
    assert!(!back.has("Check the columns") && back.value_of("csv") == Some(String::new()));
    assert_eq!(back.value_of("message").as_deref(), Some("see www.evil.example"));
    scenario.expect_mail_to(&[]);

    confirm(&scenario, &page, &["email", "name", "", ""]).expect_redirect(PATH);
    scenario.expect_invited(&[
        "ann@corp.example Ann|Lee",
        "bo@corp.example Bo|Roy",
        "c3@corp.example |",
        "c4@corp.example |",
        "c5@corp.example |",
        "c6@corp.example |",
    ]);
}

#[test]
fn a_file_without_a_header_is_mapped_with_its_first_row() {
    let scenario = Scenario::new();
    let page = scenario
        .upload("Ann,ann@corp.example\nBo,bo@corp.example\n")
        .expect(200);
    assert_eq!(page.texts("#columns tbody th"), ["Column 1", "Column 2"]);
    assert_eq!(
        page.texts("#columns tbody tr:nth-child(2) td")[1..],
        ["ann@corp.example", "bo@corp.example"]
    );
    confirm(&scenario, &page, &["first_name", "email"]).expect_redirect(PATH);
    scenario.expect_invited(&["ann@corp.example Ann|", "bo@corp.example Bo|"]);
}

#[test]
fn a_pasted_table_is_mapped_too() {
    let scenario = Scenario::new();
    let page = scenario
        .paste("Who\tWhere\tBoss\nAnn Lee\tann@corp.example\tboss@corp.example")
        .expect(200)
        .expect_text("Check the columns");
    scenario.expect_mail_to(&[]);
    let columns = [
        ("emails_column", "name"),
        ("emails_column", "email"),
        ("emails_column", ""),
    ];
    scenario.olivia.submit(&page, PATH, &columns).expect_redirect(PATH);
    scenario.expect_invited(&["ann@corp.example Ann|Lee"]);
}

#[test]
fn every_line_end_delimiter_and_encoding_is_read() {
    let text = "email;Vorname;Nachname\r\nzoe@corp.example;Zoë;Müller\r\nbo@corp.example;Bo;Roy\r\n";
    let windows = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect();
    let variants: [Vec<u8>; 7] = [
        text.replace("\r\n", "\r").into_bytes(),
        text.replace("\r\n", "\n").into_bytes(),
        format!("sep=;\r\n{text}").into_bytes(),
        format!("\u{feff}{}", text.replace(';', "\t")).into_bytes(),
        windows,
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
    ];
    for file in variants {
        let scenario = Scenario::new();
        scenario.upload(&file).expect_redirect(PATH);
        scenario.expect_invited(&["bo@corp.example Bo|Roy", "zoe@corp.example Zoë|Müller"]);
    }
}

#[test]
fn a_workbook_is_an_error_at_the_file_and_the_form_stays() {
    let scenario = Scenario::new();
    let fields = [
        ("emails", "ann@corp.example"),
        ("role", "member"),
        ("message", "Welcome"),
        ("access_until", "2099-01-31"),
    ];
    let page = scenario
        .olivia
        .upload(PATH, &fields, "csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00")
        .expect(422);
    let said = page.field_error("csv").expect("an error");
    assert!(said.contains("Save the sheet as CSV"), "{said}");
    for (name, value) in fields {
        assert_eq!(page.value_of(name).as_deref(), Some(value), "{name}");
    }
    scenario.expect_mail_to(&[]);
}

#[test]
fn a_broken_row_is_named_by_line_and_no_one_is_invited() {
    let scenario = Scenario::new();
    for (file, words) in [
        (
            "email,name\nann@corp.example,\"Ann\nbo@corp.example,Bo\ncy@corp.example,Cy\n",
            "Line 2: The quote that opens here is never closed",
        ),
        (
            "email,name\nann@corp.example,\"Ann\" Lee\nbo@corp.example,Bo\n",
            "Line 2: A quotation mark is in the wrong place",
        ),
        (
            "email,name\nann@corp.example,Ann\n\nbo@corp.example\n",
            "Line 4: 1 cell instead of 2",
        ),
        (
            "email,name\nann@corp.example,Lee, Ann\nbo@corp.example,Bo\n",
            "Line 2: 3 cells instead of 2",
        ),
        ("email,name\n", "There are no rows below the header"),
    ] {
        let page = scenario.upload(file).expect(422);
        assert_eq!(page.value_of("message").as_deref(), Some("Welcome"));
        let said = page.field_error("csv").expect("an error");
        assert!(said.contains(words), "{file}: {said}");
    }
    let rows = "x@corp.example\n".repeat(25);
    let page = scenario.upload(format!("email,name\n{rows}")).expect(422);
    assert!(page.has("25 lines have errors. No one was invited"), "{}", page.text());
    for words in [
        "Line 2: 1 cell instead of 2",
        "Line 21: 1 cell instead of 2",
        "and 5 more",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    assert!(!page.has("Line 22"), "{}", page.text());
    let pasted = "email,name\nann@corp.example\nbo@corp.example,Bo\n";
    let page = scenario.paste(pasted).expect(422);
    assert!(page.field_error("emails").is_some_and(|said| said.contains("Line 2")));
    assert!(
        page.value_of("emails")
            .is_some_and(|typed| typed.contains("bo@corp.example"))
    );
    scenario.expect_mail_to(&[]);
}

#[test]
fn an_address_that_is_twice_in_a_file_is_named_and_invited_once() {
    let scenario = Scenario::new();
    // Which of two roles is meant is not known.
    let page = scenario
        .upload("email,role\nann@corp.example,viewer\nbo@corp.example,\nAnn@Corp.example,admin\n")
        .expect(422);
    let said = page.field_error("csv").expect("an error");
    assert!(
        said.contains("Line 4: Ann@Corp.example is in line 2 too, with other details"),
        "{said}"
    );
    scenario.expect_mail_to(&[]);
    // Rows that are the same are one person.
    let page = scenario
        .upload("email,role\nann@corp.example,viewer\nbo@corp.example,\nAnn@Corp.example,viewer\n")
        .expect(200)
        .expect_text("2 people were invited, 1 not");
    assert!(
        page.has("Ann@Corp.example (line 4) Not invited Also in line 2"),
        "{}",
        page.text()
    );
    scenario.expect_mail_to(&["ann@corp.example", "bo@corp.example"]);
}

#[test]
fn pasted_names_stay_whole() {
    for text in [
        "Lee, Anna <anna.lee@one.example>; Roy, Bob <bob.roy@one.example>",
        "\"Lee, Anna\" <anna.lee@one.example>, \"Roy, Bob\" <bob.roy@one.example>",
        "Anna Lee\tanna.lee@one.example\nBob Roy\tbob.roy@one.example",
        "Lee、Anna ＜anna.lee@one.example＞；Roy，Bob ＜bob.roy@one.example＞",
    ] {
        let scenario = Scenario::new();
        scenario.paste(text).expect_redirect(PATH);
        scenario.expect_invited(&["anna.lee@one.example Anna|Lee", "bob.roy@one.example Bob|Roy"]);
    }
}

#[test]
fn a_row_can_name_a_company_and_the_role_in_it() {
    let scenario = Scenario::new();
    let file = "Email,Company,Role\n\
        ann@corp.example,north,Editor\n\
        bo@corp.example,north & sons,manager\n\
        cy@corp.example,South,\n\
        dee@corp.example,West,viewer\n\
        eve@corp.example,South,admin\n\
        fay@corp.example,,viewer\n";
    let page = scenario.upload(file).expect(200).expect_text("Check the columns");
    assert_eq!(
        page.all("#columns option[selected]", "value"),
        ["email", "company", "role"]
    );
    let page = confirm(&scenario, &page, &["email", "company", "role"]).expect(200);
    for words in [
        "3 people were invited, 3 not",
        "cy@corp.example (line 4) Not invited Enter the role in South: manager, editor or viewer",
        "dee@corp.example (line 5) Not invited You can’t assign a company “West”",
        "eve@corp.example (line 6) Not invited There is no role “admin” in a company",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    let grants = scenario.app.database.words(
        "SELECT i.email || ' ' || i.role || ' ' || coalesce(c.slug || ' ' || g.role, '') AS value FROM invitations i \
        LEFT JOIN invitation_grants g ON g.invitation_id = i.id \
        LEFT JOIN companies c ON c.id = g.company_id ORDER BY i.email",
    );
    assert_eq!(
        grants,
        [
            "ann@corp.example member north editor",
            "bo@corp.example member north manager",
            "fay@corp.example viewer "
        ]
    );
    // Who was not invited can be corrected and sent again, without another mapping.
    let left = page.value_of("emails").expect("the field");
    let left = left
        .replace("South,", "south,")
        .replace("admin", "viewer")
        .replace("West", "north");
    let left = left.replace("cy@corp.example,,,,", "cy@corp.example,,,viewer,");
    scenario
        .olivia
        .submit(&page, PATH, &[("emails", &left)])
        .expect_redirect(PATH);
    scenario.expect_mail_to(&[
        "ann@corp.example",
        "bo@corp.example",
        "cy@corp.example",
        "dee@corp.example",
        "eve@corp.example",
        "fay@corp.example",
    ]);
}

#[test]
fn a_company_manager_invites_by_file_to_their_companies_only() {
    let scenario = Scenario::new();
    let cookie = scenario.app.fixtures(|fixtures| {
        let mia = fixtures.account("Mia Long", "mia@lakeside.test", true);
        let organization = fixtures.organization_of("lakeside");
        let north = fixtures.company_of(organization, "north");
        fixtures.add_member(organization, mia, "member", &[(north, "manager")]);
        fixtures.session_cookie(mia)
    });
    let mia = scenario.app.client_with(&cookie);
    let file = "email,company_slug,role\nann@corp.example,north,editor\nbo@corp.example,south,viewer\n\
        cy@corp.example,north,manager\ndee@corp.example,,\n";
    let page = mia
        .upload(PATH, &[("emails", ""), ("role", "member")], "csv", file.as_bytes())
        .expect(200);
    for words in [
        "1 person was invited, 3 not",
        "You can’t assign a company “south”",
        "You can’t give the role Manager in North & Sons",
        "Name a company that you manage",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    scenario.expect_mail_to(&["ann@corp.example"]);
}
