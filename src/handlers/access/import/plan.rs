//! What a sheet would change, row by row, by the rules of the verbs that will do it.

use std::collections::{BTreeSet, HashMap};

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::access::rules;
use crate::handlers::access::rules::MatrixCsvRow;
use crate::models::access_matrix;
use crate::models::access_matrix::{Company, Person};
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::services::assignments::{AssignmentCheck, AssignmentError};
use crate::services::members::access_matrix::{CellChange, CellKey, Change, Now};
use crate::services::members::role::Title;
use crate::services::members::rules as people_rules;
use crate::services::members::rules::Target;
use crate::services::members::visible::CompanyScope;

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
    Same,
}

/// A row, understood.
#[derive(Debug)]
pub struct Planned {
    /// The row with what stands there now, in the form's values.
    pub row: MatrixCsvRow,
    /// Whose role it is.
    pub name: String,
    /// The company; nothing is the organization.
    pub company: Option<String>,
    /// The words for what stands there and for what shall.
    pub before: String,
    pub after: String,
    change: Option<CellChange>,
}

impl Planned {
    /// What it does.
    pub fn kind(&self) -> ChangeKind {
        match (&self.change, self.before.is_empty(), self.after.is_empty()) {
            (None, ..) => ChangeKind::Same,
            (Some(_), true, _) => ChangeKind::Added,
            (Some(_), false, true) => ChangeKind::Removed,
            (Some(_), false, false) => ChangeKind::Changed,
        }
    }

    /// The word for it, and its tone.
    pub fn word(&self) -> &'static str {
        match self.kind() {
            ChangeKind::Added => "Add",
            ChangeKind::Changed => "Change",
            ChangeKind::Removed => "Take off",
            ChangeKind::Same => "Same",
        }
    }

    pub fn tone(&self) -> &'static str {
        match self.kind() {
            ChangeKind::Added => "success",
            ChangeKind::Changed => "info",
            ChangeKind::Removed => "danger",
            ChangeKind::Same => "",
        }
    }
}

/// All rows, understood.
#[derive(Debug)]
pub struct Plan {
    pub lines: Vec<Planned>,
}

type Wrong = Vec<(u64, String)>;

impl Plan {
    /// Reads what the rows mean here and now. The inner error is a sentence for each line that is wrong.
    pub fn of(conn: &mut Conn, actor: &Actor, rows: Vec<MatrixCsvRow>) -> Result<Result<Self, Wrong>, AppError> {
        let reader = Reader::of(conn, actor, &rows)?;
        let (mut lines, mut wrong) = (Vec::new(), Vec::new());
        let mut spots: HashMap<CellKey, u64> = HashMap::new();
        for row in rows {
            let line = row.line;
            match reader.read(&row) {
                Ok((spot, planned)) => match spots.insert(spot, line) {
                    Some(first) => wrong.push((line, format!("Line {first} says something about this already"))),
                    None => lines.push(planned),
                },
                Err(sentence) => wrong.push((line, sentence)),
            }
        }
        Ok(if wrong.is_empty() {
            Ok(Self { lines })
        } else {
            Err(wrong)
        })
    }

    /// The changes, in the order of lines.
    pub fn changes(&self) -> Vec<CellChange> {
        self.lines.iter().filter_map(|line| line.change.clone()).collect()
    }

    /// How many rows do this.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.lines.iter().filter(|line| line.kind() == kind).count()
    }

    /// What the rows do, in numbers.
    pub fn summary(&self) -> String {
        format!(
            "{} added, {} changed, {} taken off, {} already so",
            self.count(ChangeKind::Added),
            self.count(ChangeKind::Changed),
            self.count(ChangeKind::Removed),
            self.count(ChangeKind::Same)
        )
    }

    /// The rows that change something.
    pub fn changing(&self) -> impl Iterator<Item = &Planned> {
        self.lines.iter().filter(|line| line.change.is_some())
    }
}

/// What the rows are read by.
struct Reader<'a> {
    member: &'a Actor,
    sight: CompanyScope,
    customs: Vec<CustomRole>,
    people: HashMap<String, Person>,
    companies: HashMap<String, Company>,
    now: Now,
    /// The companies that the reader manages by assignment.
    own: Vec<CompanyId>,
}

impl<'a> Reader<'a> {
    fn of(conn: &mut Conn, member: &'a Actor, rows: &[MatrixCsvRow]) -> Result<Self, AppError> {
        let organization = member.organization;
        let emails: BTreeSet<String> = rows
            .iter()
            .filter_map(|row| Email::parse(&row.email).ok())
            .map(|email| email.to_string())
            .collect();
        let slugs: BTreeSet<String> = rows.iter().map(|row| row.company.to_lowercase()).collect();
        let people = access_matrix::by_emails(conn, organization, &emails.into_iter().collect::<Vec<_>>())?;
        let ids: Vec<MembershipId> = people.values().map(|person| person.id).collect();
        Ok(Self {
            member,
            sight: CompanyScope::of(conn, member)?,
            customs: custom_role::all(conn, organization)?,
            companies: access_matrix::by_slugs(conn, organization, &slugs.into_iter().collect::<Vec<_>>())?,
            now: Now::of(conn, member, &ids)?,
            own: member.own_companies(conn, AssignCompanies::ID)?,
            people,
        })
    }

    fn read(&self, row: &MatrixCsvRow) -> Result<(CellKey, Planned), String> {
        let email = Email::parse(&row.email).map_err(str::to_owned)?;
        let person = self
            .people
            .get(email.as_str())
            .filter(|person| self.sight.own().is_none_or(|own| self.now.within(person.id, own)))
            .ok_or_else(|| format!("Nobody here has the address {email}. Invite them first"))?;
        if row.company.is_empty() {
            self.title(row, person)
        } else {
            self.place(row, person)
        }
    }

    fn title(&self, row: &MatrixCsvRow, person: &Person) -> Result<(CellKey, Planned), String> {
        if row.role.is_empty() {
            return Err("A row without a company needs a role. To remove somebody, use their profile".into());
        }
        let title = self
            .titled(&row.role)
            .ok_or_else(|| format!("There is no role “{}”", row.role))?;
        let (was, now) = (person.title(), title.value());
        if was != now {
            let target = Target {
                id: person.id,
                role: person.role,
                access_until: person.access_until,
            };
            if self.member.reach::<ChangeRoles>() != Reach::Everywhere {
                return Err("You may not change roles in the organization".into());
            }
            people_rules::role_change(&self.member.into(), &target, title.held())
                .map_err(|why| why.message().to_owned())?;
        }
        let change = (was != now).then(|| CellChange {
            line: row.line,
            person: person.id,
            was: was.clone(),
            wish: Change::Title(title.clone()),
        });
        Ok((
            (person.id, None),
            Planned {
                name: person.name.clone(),
                company: None,
                before: self
                    .titled(&was)
                    .map(|title| title.label().to_owned())
                    .unwrap_or(was.clone()),
                after: title.label().to_owned(),
                change,
                row: MatrixCsvRow {
                    line: row.line,
                    email: person.email.clone(),
                    company: String::new(),
                    role: now,
                    was: Some(was),
                },
            },
        ))
    }

    fn place(&self, row: &MatrixCsvRow, person: &Person) -> Result<(CellKey, Planned), String> {
        let one = self.member.unit.one();
        let company = self
            .companies
            .get(&row.company.to_lowercase())
            .filter(|company| self.sight.sees(company.id))
            .ok_or_else(|| format!("There is no {one} “{}”", row.company))?;
        let role = match row.role.as_str() {
            "" => None,
            text => Some(
                rules::company_role(text)
                    .ok_or_else(|| format!("There is no role “{text}” in {}", self.member.unit.a()))?,
            ),
        };
        let spot = (person.id, Some(company.id));
        let was = self.now.at(spot);
        let now = role.map(|role| role.to_string()).unwrap_or_default();
        if was != now {
            self.may(person, company, role).map_err(|why| why.message(one))?;
        }
        let change = (was != now).then(|| CellChange {
            line: row.line,
            person: person.id,
            was: was.clone(),
            wish: Change::Place(company.id, role),
        });
        let label = |value: &str| CompanyRole::parse(value).map_or("", CompanyRole::label).to_owned();
        Ok((
            spot,
            Planned {
                name: person.name.clone(),
                company: Some(company.name.clone()),
                before: label(&was),
                after: label(&now),
                change,
                row: MatrixCsvRow {
                    line: row.line,
                    email: person.email.clone(),
                    company: company.slug.clone(),
                    role: now,
                    was: Some(was),
                },
            },
        ))
    }

    fn may(&self, person: &Person, company: &Company, role: Option<CompanyRole>) -> Result<(), AssignmentError> {
        let attempt = AssignmentCheck::of(self.member, AssignCompanies::ID, person.id, person.role);
        let (own, present) = (self.own.contains(&company.id), self.now.present(person.id, company.id));
        match role {
            Some(role) => attempt.give(own, present, role)?,
            None => attempt.touch(own, present)?,
        }
        if company.status == CompanyStatus::Archived {
            Err(AssignmentError::Archived)
        } else {
            Ok(())
        }
    }

    /// A role by its value, its word, or the name of one of the organization's own.
    fn titled(&self, text: &str) -> Option<Title> {
        let plain: Option<Role> = rules::role(text);
        let named = |custom: &&CustomRole| {
            custom.id.as_str() == text || custom.name.trim().to_lowercase() == text.trim().to_lowercase()
        };
        plain
            .map(Title::Plain)
            .or_else(|| self.customs.iter().find(named).cloned().map(Title::Custom))
    }
}
