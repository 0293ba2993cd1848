use super::*;
use proptest::prelude::*;

fn recognized(text: &str) -> (bool, Vec<(String, String, String)>) {
    let table = Table::read(text).unwrap();
    let (surely, columns) = match Columns::recognize(&table) {
        Recognized::Surely(columns) => (true, columns),
        Recognized::Perhaps(columns) => (false, columns),
    };
    let people = of_table(&table, &columns).into_iter();
    (
        surely,
        people.map(|one| (one.email, one.first_name, one.last_name)).collect(),
    )
}

fn person(email: &str, first: &str, last: &str) -> (String, String, String) {
    (email.to_owned(), first.to_owned(), last.to_owned())
}

#[test]
fn the_exports_that_admins_have_give_the_address_of_work() {
    let ann = person("ann@corp.example", "Ann", "Lee");
    for text in [
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Recovery Email,Manager Email\nAnn,Lee,ann@corp.example,****,ann@home.example,boss@corp.example",
        "First Name,Middle Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\nAnn,,Lee,Acme,Work,ann@corp.example,Home,ann@home.example",
        "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value\nAnn Lee,Ann,Lee,* Work,ann@corp.example,ann@home.example",
        "userPrincipalName,displayName,surname,mail,givenName,id\nann_partner#EXT#@corp.example,Ann Lee,Lee,ann@corp.example,Ann,1",
        "Block credential,Display name,First name,Last name,Proxy addresses,User principal name\nFalse,Ann Lee,Ann,Lee,SMTP:a@corp.example+smtp:b@corp.example,ann@corp.example",
        "login,firstName,lastName,email,secondEmail,status\nann.login@corp.example,Ann,Lee,ann@corp.example,ann@home.example,ACTIVE",
        "Title,First Name,Middle Name,Last Name,Company,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address\n,Ann,,Lee,Acme,ann@corp.example,SMTP,Ann Lee (ann@corp.example),ann@home.example",
        "username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname\nann,ann@corp.example,Member,1,0,0,U1,Ann Lee,ann",
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nAnn,Lee,https://linkedin.example/ann,ann@corp.example,Acme,CEO,01 Jan 2026",
        "name,email,role,companies,status,joined,last active,invited by\nAnn Lee,ann@corp.example,Admin,All,Active,2026-01-01,,bo@corp.example",
    ] {
        assert_eq!(recognized(text), (true, vec![ann.clone()]), "{text}");
    }
}

#[test]
fn headers_are_read_in_many_languages() {
    let ann = person("ann@corp.example", "Ann", "Lee");
    for header in [
        "Email,First name,Last name",
        "E-Mail-Adresse;Vorname;Nachname",
        "e_mail;Vorname;Name",
        "Courriel;Prénom;Nom",
        "Indirizzo e-mail,Nome,Cognome",
        "Correo electrónico;Nombre;Apellidos",
        "Endereço de e-mail;Nome;Sobrenome",
        "Adres e-mail;Imię;Nazwisko",
        "E-mailadres;Voornaam;Achternaam",
        "Adresă de e-mail;Prenume;Nume",
        "Электронная почта;Имя;Фамилия",
        "ЕЛЕКТРОННА ПОШТА;Ім'я;Прізвище",
    ] {
        let delimiter = if header.contains(';') { ";" } else { "," };
        let row = ["ann@corp.example", "Ann", "Lee"].join(delimiter);
        assert_eq!(
            recognized(&format!("{header}\n{row}\n")),
            (true, vec![ann.clone()]),
            "{header}"
        );
    }
    assert_eq!(
        recognized("Nome;E-mail\nLee, Ann;ann@corp.example\n"),
        (true, vec![ann])
    );
}

#[test]
fn a_header_in_doubt_is_for_a_person_to_confirm() {
    for text in [
        "Contact,Notes\nann@corp.example,\n",
        "Email,Manager\nann@corp.example,boss@corp.example\n",
        "Email,Work email\nann@home.example,ann@corp.example\n",
        "Email,Company\nann@corp.example,Acme\n",
        "Name,Phone\nAnn,555\n",
    ] {
        assert!(!recognized(text).0, "{text}");
    }
    assert_eq!(
        recognized("Contact,Notes\nann@corp.example,\n").1[0].0,
        "ann@corp.example"
    );
}

fn listed(text: &str) -> Vec<(String, String, String)> {
    let people = list(text).into_iter();
    people.map(|one| (one.email, one.first_name, one.last_name)).collect()
}

#[test]
fn pasted_names_stay_whole() {
    let two = [
        person("anna.lee@one.example", "Anna", "Lee"),
        person("bob.roy@one.example", "Bob", "Roy"),
    ];
    for text in [
        "Lee, Anna <anna.lee@one.example>; Roy, Bob <bob.roy@one.example>",
        "\"Lee, Anna\" <anna.lee@one.example>, \"Roy, Bob\" <bob.roy@one.example>",
        "Anna Lee <anna.lee@one.example>\r\nBob Roy <bob.roy@one.example>",
        "Anna Lee\tanna.lee@one.example\nBob Roy\tbob.roy@one.example\n",
        "Lee、Anna ＜anna.lee@one.example＞；Roy，Bob ＜bob.roy@one.example＞",
        "Anna Lee <anna.lee@one.example> Bob Roy <bob.roy@one.example>",
    ] {
        assert_eq!(listed(text), two, "{text}");
    }
    let three = ["a@x.example", "b@x.example", "c@x.example"];
    for text in [
        "a@x.example、b@x.example，c@x.example",
        "a@x.example；b@x.example　c@x.example",
    ] {
        let emails: Vec<String> = listed(text).into_iter().map(|one| one.0).collect();
        assert_eq!(emails, three, "{text}");
    }
    assert_eq!(
        listed("a@x.example, Lee, Anna <b@x.example>, c@x.example"),
        [
            person("a@x.example", "", ""),
            person("b@x.example", "Anna", "Lee"),
            person("c@x.example", "", "")
        ]
    );
}

#[test]
fn what_is_no_address_stays_to_be_refused() {
    let emails: Vec<String> = listed("Anna anna@x.example, ???")
        .into_iter()
        .map(|one| one.0)
        .collect();
    assert_eq!(emails, ["Anna", "anna@x.example", "???"]);
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        let _ = list(&text);
    }

    #[test]
    fn no_address_is_lost(emails in prop::collection::vec("[a-z]{1,6}@[a-z]{1,6}\\.example", 1..8), separator in "[,;\n\t ]|, |\r\n") {
        let found: Vec<String> = list(&emails.join(&separator)).into_iter().map(|one| one.email).collect();
        prop_assert_eq!(found, emails);
    }
}
