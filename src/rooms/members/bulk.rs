//! One change for many members: what is wanted, then what would become of each, then all of it at once.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::roster::Asked;
use super::store::{self, Choice};
use super::suspension::LONGEST;
use super::visible;
use crate::gate::Gate;
use crate::gate::db::Conn;
use crate::gate::deed::Deeds;
use crate::gate::member::Member;
use crate::gate::organization::UnitLabel;
use crate::gate::permission::{AssignCompanies, ChangeRoles, Permission, RemoveMembers, Right, ViewMembers};
use crate::gate::rights::Reach;
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::fields::Fields;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::ground::id::MembershipId;
use crate::ground::time::Time;
use crate::people::bulk::{self, Change, Line, MOST, Outcome};
use crate::people::group::{self, Group};
use crate::people::picker::{self, Picker, Scope};
use crate::people::role::{Title, grantable};
use crate::people::search;

crate::text_enum! {
    /// What many people are changed by.
    pub enum Kind {
        Role = "role",
        Assign = "assign",
        TakeOff = "take-off",
        AccessEnd = "access-end",
        Group = "group",
        Suspend = "suspend",
        Restore = "restore",
        Remove = "remove",
    }
}

impl Kind {
    /// The words on its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Role => "Change role",
            Self::Assign => "Assign",
            Self::TakeOff => "Take off",
            Self::AccessEnd => "Set end of access",
            Self::Group => "Put into a group",
            Self::Suspend => "Suspend",
            Self::Restore => "Give access back",
            Self::Remove => "Remove",
        }
    }

    /// The icon beside them.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Role => "user-cog",
            Self::Assign => "building",
            Self::TakeOff => "x",
            Self::AccessEnd => "calendar",
            Self::Group => "users",
            Self::Suspend => "lock",
            Self::Restore => "rotate-ccw",
            Self::Remove => "user-minus",
        }
    }

    fn right(self) -> Right {
        match self {
            Self::Role | Self::AccessEnd | Self::Group => ChangeRoles::RIGHT,
            Self::Assign | Self::TakeOff => AssignCompanies::RIGHT,
            Self::Suspend | Self::Restore | Self::Remove => RemoveMembers::RIGHT,
        }
    }

    /// Whether a member may begin it at all. Who manages companies only assigns these.
    fn open(self, member: &Member) -> bool {
        let reach = member.rights.reach(self.right());
        match self {
            Self::Assign | Self::TakeOff => reach != Reach::Nowhere,
            Self::Group => group::lacking(member).is_none(),
            _ => reach == Reach::Everywhere && member.reach::<ChangeRoles>() == Reach::Everywhere,
        }
    }

    /// What a member may begin, the usual ones first.
    pub fn of(member: &Member) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|kind| kind.open(member)).collect()
    }

    /// Whether something has to be chosen before one can say what will happen.
    fn asks(self) -> bool {
        !matches!(self, Self::Suspend | Self::Restore | Self::Remove)
    }
}

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    kind: Option<Kind>,
    ids: Vec<String>,
    all: bool,
    asked: Asked,
    confirmed: bool,
    /// Whether what has to be chosen was sent, or only the people.
    chosen: bool,
    role: String,
    companies: picker::Typed,
    company: String,
    access_until: String,
    group: String,
    reason: String,
    cancels: bool,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            kind: Kind::parse(fields.get("do")),
            ids: fields.all("id").map(str::to_owned).collect(),
            all: !fields.get("all").is_empty(),
            asked: Asked::of(fields),
            confirmed: fields.get("step") == "apply",
            chosen: matches!(fields.get("step"), "look" | "apply"),
            role: text("role_value"),
            companies: picker::Typed::of(fields),
            company: text("company_value"),
            access_until: text("access_until"),
            group: text("group_id"),
            reason: text("reason"),
            // On the way to the confirmation nothing was unticked yet.
            cancels: fields.get("step") != "apply" || !fields.get("cancel_invitations").is_empty(),
        }
    }
}

/// One person in the list of what happens.
struct Row {
    name: String,
    email: String,
    role: &'static str,
    outcome: Option<Outcome>,
}

#[derive(Template)]
#[template(path = "members/bulk.html")]
struct BulkPage {
    shell: Shell,
    organization: String,
    unit: UnitLabel,
    members: String,
    path: String,
    kind: Kind,
    typed: Typed,
    ids: Vec<MembershipId>,
    errors: FormErrors,
    /// What is chosen from.
    titles: Vec<Title>,
    picker: Option<Picker>,
    companies: Vec<Choice>,
    groups: Vec<Group>,
    /// What would happen, once that can be said.
    foreseen: bool,
    rows: Vec<Row>,
    changed: usize,
    /// Whether the reader may give a role in the organization instead of companies.
    offers_role: bool,
}

impl BulkPage {
    fn title(&self) -> String {
        let people = people(self.rows.len());
        match self.kind {
            Kind::Role => format!("Change the role of {people}"),
            Kind::Assign => format!("Assign {} to {people}", self.unit.many()),
            Kind::TakeOff => format!("Take {people} off {}", self.unit.a()),
            Kind::AccessEnd => format!("Set the end of access of {people}"),
            Kind::Group => format!("Put {people} into a group"),
            Kind::Suspend => format!("Suspend {people}"),
            Kind::Restore => format!("Give {people} access back"),
            Kind::Remove => format!("Remove {people}"),
        }
    }

    fn verb(&self) -> String {
        let people = people(self.changed);
        match self.kind {
            Kind::Suspend => format!("Suspend {people}"),
            Kind::Remove => format!("Remove {people}"),
            Kind::Restore => format!("Give {people} access back"),
            _ => format!("Change {people}"),
        }
    }

    fn danger(&self) -> bool {
        matches!(self.kind, Kind::Suspend | Kind::Remove)
    }

    /// "2 change, 1 is so already, 1 is refused".
    fn counts(&self) -> String {
        let of = |test: fn(&Outcome) -> bool| {
            let rows = self.rows.iter().filter_map(|row| row.outcome.as_ref());
            rows.filter(|outcome| test(outcome)).count()
        };
        let (same, refused) = (
            of(|outcome| *outcome == Outcome::Same),
            of(|outcome| matches!(outcome, Outcome::Refused(_))),
        );
        let mut words = vec![format!("{} to change", people(self.changed))];
        if same > 0 {
            words.push(format!("{same} already so"));
        }
        if refused > 0 {
            words.push(format!("{refused} refused"));
        }
        words.join(", ")
    }
}

fn people(n: usize) -> String {
    match n {
        1 => "1 person".into(),
        n => format!("{n} people"),
    }
}

/// What was done, for who did it.
fn told(change: &Change, n: usize) -> String {
    let people = people(n);
    match change {
        Change::Role(title) => format!("Gave {people} the role {}", title.label()),
        Change::Assign(_, named) => format!("Assigned {people} to {}", named.join(", ")),
        Change::TakeOff(_, name) => format!("Took {people} off {name}"),
        Change::AccessEnd(Some(end)) => format!("The access of {people} ends on {}", end.date()),
        Change::AccessEnd(None) => format!("The access of {people} has no end"),
        Change::Group(group) => format!("Put {people} into {}", group.name),
        Change::Suspend(_) => format!("Suspended {people}"),
        Change::Restore => format!("Gave {people} access back"),
        Change::Remove(_) => {
            format!("Removed {people}. Under “Recently removed” it can be undone for 24 hours")
        }
    }
}

/// The people who are meant: those that were ticked, or all whom the list shows.
fn meant(
    conn: &mut Conn,
    member: &Member,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let mut ids = BTreeSet::new();
    if typed.all {
        let Some(wanted) = typed.asked.read(conn, member)? else {
            errors.add("people", "Nobody matches any more");
            return Ok(Vec::new());
        };
        let found = search::page(conn, member.organization, &wanted, None, MOST)?;
        if found.page.next.is_some() {
            errors.add(
                "people",
                format!("More than {MOST} match. Narrow the list by a filter first"),
            );
        } else {
            ids.extend(found.page.rows.iter().map(|row| row.id));
        }
    } else {
        for id in &typed.ids {
            ids.insert(MembershipId::parse(id).ok_or(AppError::NotFound)?);
        }
        if ids.len() > MOST {
            errors.add("people", format!("Choose at most {MOST} people at once"));
            ids.clear();
        }
    }
    if ids.is_empty() {
        errors.add("people", "Choose at least one person in the list");
    }
    Ok(ids.into_iter().collect())
}

/// Those of them who are still here. Of the others the names stand at `people`.
fn present(
    conn: &mut Conn,
    member: &Member,
    ids: Vec<MembershipId>,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for id in ids {
        match visible(conn, member, id.as_str()) {
            Ok(_) => here.push(id),
            // Somebody who was never here is nobody's to ask for.
            Err(AppError::NotFound) if member.reach::<ViewMembers>() == Reach::Everywhere => {
                let name = store::removed::name(conn, member.organization, id)?.ok_or(AppError::NotFound)?;
                gone.push(name);
            }
            Err(error) => return Err(error),
        }
    }
    if !gone.is_empty() {
        errors.add(
            "people",
            format!("Nothing was changed: {} is no member any more", gone.join(", ")),
        );
    }
    Ok(here)
}

/// What is wanted, or what is wrong with it.
fn wanted(
    conn: &mut Conn,
    member: &Member,
    kind: Kind,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Option<Change>, AppError> {
    Ok(match kind {
        Kind::Role => {
            let title = Title::parse(conn, member.organization, &typed.role)?;
            if title.is_none() {
                errors.add("role_value", "Choose a role");
            }
            title.map(Change::Role)
        }
        Kind::Assign => {
            let scope = Scope::to_assign(conn, member)?;
            let (chosen, named) = typed.companies.read(conn, member, &scope, errors)?;
            if chosen.is_empty() {
                errors.add(
                    "company_id",
                    format!("Choose a role in at least one {}", member.unit.one()),
                );
            }
            errors.is_empty().then_some(Change::Assign(chosen, named))
        }
        Kind::TakeOff => {
            let text = typed.company.trim();
            let company = if text.is_empty() {
                None
            } else {
                store::company_meant(conn, member.organization, text)?
            };
            let scope = Scope::to_assign(conn, member)?;
            let company = company.filter(|company| {
                let within = scope.within.as_ref();
                within.is_none_or(|within| within.contains(&company.id))
            });
            if company.is_none() {
                errors.add("company_value", format!("Choose {}", member.unit.a()));
            }
            company.map(|company| Change::TakeOff(company.id, company.name))
        }
        Kind::AccessEnd => match typed.access_until.trim() {
            "" => Some(Change::AccessEnd(None)),
            day => match Time::end_of_day(day) {
                Some(end) if end >= member.cx.now => Some(Change::AccessEnd(Some(end))),
                Some(_) => {
                    errors.add("access_until", "Choose today or a later day");
                    None
                }
                None => {
                    errors.add("access_until", "Enter a day, like 2027-01-31");
                    None
                }
            },
        },
        Kind::Group => {
            if typed.group.is_empty() {
                errors.add("group_id", "Choose a group");
                None
            } else {
                Some(Change::Group(group::find(conn, member, &typed.group)?))
            }
        }
        Kind::Suspend => {
            if typed.reason.trim().chars().count() > LONGEST {
                errors.add("reason", format!("Say it in at most {LONGEST} letters"));
            }
            Some(Change::Suspend(typed.reason.trim().to_owned()))
        }
        Kind::Restore => Some(Change::Restore),
        Kind::Remove => Some(Change::Remove(typed.cancels)),
    })
}

/// So many companies stand in a select; of more, one is named by typing.
const CHOICES: i64 = 50;

impl BulkPage {
    fn load(
        conn: &mut Conn,
        member: &Member,
        kind: Kind,
        typed: Typed,
        ids: Vec<MembershipId>,
        lines: Option<Vec<Line>>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let foreseen = lines.is_some();
        let scope = Scope::to_assign(conn, member)?;
        let rows = match lines {
            Some(lines) => lines
                .into_iter()
                .map(|line| Row {
                    role: line.person.role.label(),
                    name: line.person.name,
                    email: line.person.email,
                    outcome: Some(line.outcome),
                })
                .collect(),
            None => {
                let mut rows = Vec::new();
                for id in &ids {
                    let person = visible(conn, member, id.as_str())?;
                    rows.push(Row {
                        role: person.role.label(),
                        name: person.name,
                        email: person.email,
                        outcome: None,
                    });
                }
                rows.sort_by_cached_key(|row| crate::ground::name::sort_key(&row.name));
                rows
            }
        };
        let companies = if kind == Kind::TakeOff {
            match &scope.within {
                None => store::active_companies(conn, member.organization, CHOICES + 1)?,
                Some(within) => store::assigned(conn, member.organization, member.id)?
                    .into_iter()
                    .filter(|company| within.contains(&company.id))
                    .map(|company| Choice {
                        id: company.id,
                        name: company.name,
                        slug: company.slug,
                    })
                    .collect(),
            }
        } else {
            Vec::new()
        };
        let roles = group::roles(member);
        Ok(Self {
            shell: member.shell(conn, "members")?,
            organization: member.organization_name.clone(),
            unit: member.unit,
            members: member.path("/members"),
            path: member.path("/members/bulk"),
            titles: if kind == Kind::Role {
                grantable(conn, member)?
            } else {
                Vec::new()
            },
            picker: if kind == Kind::Assign {
                let path = member.path("/members/bulk?do=assign");
                Some(Picker::of(
                    conn,
                    member.organization,
                    &scope,
                    &typed.companies,
                    path,
                    true,
                )?)
            } else {
                None
            },
            groups: if kind == Kind::Group {
                let mut groups = group::all(conn, member)?;
                groups.retain(|group| roles.contains(&group.role));
                groups
            } else {
                Vec::new()
            },
            companies,
            changed: rows
                .iter()
                .filter(|row| matches!(row.outcome, Some(Outcome::Changed(_))))
                .count(),
            offers_role: Kind::Role.open(member),
            kind,
            typed,
            ids,
            errors,
            foreseen,
            rows,
        })
    }

    fn company_is_typed(&self) -> bool {
        i64::try_from(self.companies.len()).unwrap_or(i64::MAX) > CHOICES
    }
}

/// What came of a look or a try.
enum Came {
    Page(Box<BulkPage>),
    Refused(Box<BulkPage>),
    Done(String, String),
    Nothing(String),
}

fn handle(conn: &mut Conn, member: &Member, kind: Kind, typed: Typed) -> Result<(Came, Deeds), AppError> {
    if !kind.open(member) {
        return Err(member.refusal(conn, kind.right())?);
    }
    let mut errors = FormErrors::none();
    let ids = meant(conn, member, &typed, &mut errors)?;
    let ids = present(conn, member, ids, &mut errors)?;
    // A search for companies, or only the people: nothing is wrong yet.
    let asks = kind.asks() && (!typed.chosen || typed.companies.finds);
    let change = if asks {
        None
    } else {
        wanted(conn, member, kind, &typed, &mut errors)?
    };
    let Some(change) = change.filter(|_| errors.is_empty()) else {
        let wrong = !errors.is_empty();
        let page = Box::new(BulkPage::load(conn, member, kind, typed, ids, None, errors)?);
        let came = if wrong { Came::Refused(page) } else { Came::Page(page) };
        return Ok((came, Deeds::none("something has to be chosen first")));
    };
    if !typed.confirmed {
        let lines = bulk::rehearse(conn, member, &change, &ids)?;
        let ids = changing(&lines);
        let page = BulkPage::load(conn, member, kind, typed, ids, Some(lines), errors)?;
        return Ok((Came::Page(Box::new(page)), Deeds::none("a rehearsal")));
    }
    match bulk::apply(conn, member, &change, &ids)? {
        Ok((n, deeds)) => Ok((Came::Done(told(&change, n), member.path("/members")), deeds)),
        Err(lines) => {
            for line in &lines {
                if let Outcome::Refused(why) = &line.outcome {
                    errors.add(
                        "people",
                        format!("Nothing was changed, because of {}. {why}", line.person.name),
                    );
                }
            }
            let ids = changing(&lines);
            let page = BulkPage::load(conn, member, kind, typed, ids, Some(lines), errors)?;
            Ok((Came::Refused(Box::new(page)), Deeds::none("one was refused")))
        }
    }
}

fn changing(lines: &[Line]) -> Vec<MembershipId> {
    let changed = |line: &&Line| matches!(line.outcome, Outcome::Changed(_));
    lines.iter().filter(changed).map(|line| line.person.id).collect()
}

async fn answer(gate: Gate<ViewMembers>, fields: Fields, only_looks: bool) -> Result<HttpResponse, AppError> {
    let mut typed = Typed::of(&fields);
    if only_looks {
        typed.confirmed = false;
    }
    let came = gate
        .write(move |member, conn| match typed.kind {
            Some(kind) => handle(conn, member, kind, typed),
            None => Ok((
                Came::Nothing(member.path("/members")),
                Deeds::none("nothing was chosen to be done"),
            )),
        })
        .await?;
    match came {
        Came::Page(page) => html(*page),
        Came::Refused(page) => refused(*page),
        Came::Nothing(path) => Ok(see_other(gate.fragment(), &path)),
        Came::Done(word, path) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
    }
}

/// `GET /organizations/{slug}/members/bulk`: what would happen; nothing does.
///
/// # Errors
/// What the gate or the order of command refuses; somebody who is not here.
pub async fn look(gate: Gate<ViewMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    answer(gate, fields, true).await
}

/// `POST /organizations/{slug}/members/bulk`: what would happen, and with `step=apply` it does.
///
/// # Errors
/// What the gate or the order of command refuses; somebody who is not here.
pub async fn submit(gate: Gate<ViewMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    answer(gate, fields, false).await
}
