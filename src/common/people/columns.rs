//! What the columns of a table are, by the words of its header.

use crate::common::people::exports;
use crate::common::search::fold;
use crate::common::table::Table;

crate::text_enum! {
    /// What a column has.
    pub enum Field {
        /// The email address.
        Email = "email",
        /// The full name.
        Name = "name",
        /// The first name.
        FirstName = "first_name",
        /// The last name.
        LastName = "last_name",
        /// The role.
        Role = "role",
        /// The company.
        Company = "company",
    }
}

/// What each column of a table has; `None` for a column that is not used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<Option<Field>>);

/// How surely the columns are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognized {
    /// A header that leaves no doubt.
    Surely(Columns),
    /// A guess that a person has to confirm.
    Perhaps(Columns),
}

impl Columns {
    /// The position of a field.
    pub fn position(&self, field: Field) -> Option<usize> {
        self.0.iter().position(|column| *column == Some(field))
    }

    /// Whether cells are a header that names a column of addresses.
    pub fn are_named_by(cells: &[String]) -> bool {
        let keys: Vec<String> = cells.iter().map(|cell| key(cell)).collect();
        exports::recognize(&keys).is_some() || keys.iter().any(|key| by_words(key) == Some(Field::Email))
    }

    /// Recognizes the columns of a table. A known export has the columns of its program. Any other header is known surely
    /// only if one column is for addresses and no other column has any: else someone could be invited at a wrong address.
    pub fn recognize(table: &Table) -> Recognized {
        let header: Vec<String> = table.header.iter().map(|cell| key(cell)).collect();
        if let Some(columns) = exports::recognize(&header) {
            return Recognized::Surely(columns);
        }
        let mut columns = Self(header.iter().map(|key| by_words(key)).collect());
        columns.resolve(&header);
        let emails = columns.0.iter().filter(|field| **field == Some(Field::Email)).count();
        columns.keep_first_of_each();
        let email = columns.position(Field::Email);
        let elsewhere = table.rows.iter().any(|row| {
            let other = |(at, cell): (usize, &String)| Some(at) != email && cell.contains('@');
            row.cells.iter().enumerate().any(other)
        });
        // "Company" is often an employer. Only "company_slug" is the organization's own.
        let company = columns.position(Field::Company);
        if emails == 1 && !elsewhere && company.is_none_or(|at| header[at] == "companyslug") {
            Recognized::Surely(columns)
        } else {
            if email.is_none() {
                columns.guess_email(table);
            }
            Recognized::Perhaps(columns)
        }
    }

    /// "Nome" is a first name beside a last name and a full name alone; "Nom" and "Name" are last names beside a first name.
    fn resolve(&mut self, header: &[String]) {
        let has = |columns: &Self, field| columns.position(field).is_some();
        for (at, key) in header.iter().enumerate() {
            if is_one_of(key, FIRST_OR_FULL) && has(self, Field::LastName) {
                self.0[at] = Some(Field::FirstName);
            } else if is_one_of(key, LAST_OR_FULL) && has(self, Field::FirstName) && !has(self, Field::LastName) {
                self.0[at] = Some(Field::LastName);
            }
        }
    }

    fn keep_first_of_each(&mut self) {
        for at in 0..self.0.len() {
            if self.0[..at].contains(&self.0[at]) {
                self.0[at] = None;
            }
        }
    }

    /// The first column in which most cells have an address.
    fn guess_email(&mut self, table: &Table) {
        let mostly = |at: &usize| {
            let with = table.rows.iter().filter(|row| row.cells[*at].contains('@')).count();
            with > 0 && with * 2 >= table.rows.len()
        };
        if let Some(at) = (0..self.0.len()).find(mostly) {
            self.0[at] = Some(Field::Email);
        }
    }
}

/// A header cell without case, accents, spaces and punctuation: "E-Mail-Adresse" is `emailadresse`.
pub(super) fn key(cell: &str) -> String {
    fold(cell).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn is_one_of(header: &str, words: &[&str]) -> bool {
    words.iter().any(|word| key(word) == header)
}

fn by_words(header: &str) -> Option<Field> {
    let found = WORDS.iter().find(|(_, words)| is_one_of(header, words));
    let full = || is_one_of(header, FIRST_OR_FULL) || is_one_of(header, LAST_OR_FULL);
    found.map(|(field, _)| *field).or_else(|| full().then_some(Field::Name))
}

const FIRST_OR_FULL: &[&str] = &["nome", "nombre", "имя", "ім'я", "jméno"];
const LAST_OR_FULL: &[&str] = &["name", "nom", "nume", "naam", "namn"];

/// Header words in English, German, French, Italian, Spanish, Portuguese, Polish, Dutch, Romanian, Russian, Ukrainian, Czech
/// and Swedish.
#[rustfmt::skip]
const WORDS: &[(Field, &[&str])] = &[
    (Field::Email, &[
        "email", "e-mail", "mail", "email address", "mail address", "primary email", "work email", "e-mail-adresse",
        "mailadresse", "courriel", "adresse e-mail", "adresse mail", "adresse électronique", "adresse de courriel",
        "posta elettronica", "indirizzo e-mail", "indirizzo di posta elettronica", "correo", "correo electrónico",
        "dirección de correo electrónico", "dirección de correo", "dirección de email", "endereço de e-mail",
        "endereço de email", "correio eletrónico", "correio eletrônico", "adres e-mail", "adres email", "poczta",
        "poczta elektroniczna", "e-mailadres", "mailadres", "adresa de e-mail", "adresă de e-mail", "adresa e-mail",
        "poștă electronică", "электронная почта", "почта", "эл. почта", "адрес электронной почты", "имейл",
        "електронна пошта", "пошта", "адреса електронної пошти", "e-mailová adresa", "e-postadress", "e-post",
    ]),
    (Field::FirstName, &[
        "first name", "firstname", "given name", "forename", "vorname", "prénom", "primo nome", "primer nombre",
        "primeiro nome", "nome próprio", "imię", "voornaam", "prenume", "křestní jméno", "förnamn",
    ]),
    (Field::LastName, &[
        "last name", "lastname", "surname", "family name", "nachname", "familienname", "nom de famille", "cognome",
        "apellido", "apellidos", "sobrenome", "apelido", "último nome", "nazwisko", "achternaam", "nume de familie",
        "фамилия", "прізвище", "příjmení", "efternamn",
    ]),
    (Field::Name, &[
        "full name", "display name", "vollständiger name", "anzeigename", "nom complet", "nome completo", "nominativo",
        "nombre completo", "imię i nazwisko", "volledige naam", "nume complet", "nume și prenume", "фио", "полное имя",
        "піб", "повне ім'я", "celé jméno", "fullständigt namn",
    ]),
    (Field::Role, &["role", "rolle", "rôle", "ruolo", "rol", "papel", "função", "rola", "роль", "roll"]),
    (Field::Company, &[
        "company", "company slug", "firma", "unternehmen", "entreprise", "société", "azienda", "società", "empresa",
        "bedrijf", "companie", "компания", "компанія", "společnost", "företag",
    ]),
];
