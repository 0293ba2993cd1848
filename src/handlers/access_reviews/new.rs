//! Beginning a review: name, last day, companies, and a look at what it covers before it starts.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access_reviews::index::must_run;
use crate::models::access_review;
use crate::models::access_review::rules;
use crate::models::access_review::{NewReview, collect};
use crate::services::access_reviews::notify;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many companies are listed to choose from; others are named by their web address.
const LISTED: i64 = 100;
/// So many companies stand in the preview.
const SHOWN: i64 = 20;

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
struct AccessReviewForm {
    name: String,
    due: String,
    some: bool,
    companies: Vec<String>,
    slugs: String,
}

impl AccessReviewForm {
    fn of(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            due: fields.get("due").to_owned(),
            some: fields.get("scope") == "some",
            companies: fields.all("company_id").map(str::to_owned).collect(),
            slugs: fields.get("slugs").to_owned(),
        }
    }
}

struct Pick {
    id: String,
    name: String,
    chosen: bool,
}

struct Covered {
    name: String,
    places: i64,
    deciders: String,
    alone: bool,
}

#[derive(Template)]
#[template(path = "access_reviews/new.html")]
struct NewPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    typed: AccessReviewForm,
    errors: FormErrors,
    soonest: String,
    latest: String,
    active: i64,
    picks: Vec<Pick>,
    more: bool,
    covered: Vec<Covered>,
    covers: String,
    unmanaged: Option<String>,
    hidden: usize,
    running: Option<String>,
}

/// What was checked.
struct Checked {
    name: Option<String>,
    due: Option<crate::common::time::Time>,
    companies: Option<Vec<CompanyId>>,
}

fn check(actor: &Actor, conn: &mut Conn, typed: &AccessReviewForm) -> Result<(Checked, FormErrors), AppError> {
    let mut errors = FormErrors::none();
    let title = errors.take("name", name::parse(&typed.name, "a name", 80));
    let due = errors.take("due", rules::due(&typed.due, actor.cx.now));
    let companies = if typed.some {
        Some(chosen(actor, conn, typed, &mut errors)?)
    } else {
        None
    };
    let checked = Checked {
        name: title,
        due,
        companies,
    };
    Ok((checked, errors))
}

/// The chosen companies. A foreign or unknown one is an error at its place.
fn chosen(
    actor: &Actor,
    conn: &mut Conn,
    typed: &AccessReviewForm,
    errors: &mut FormErrors,
) -> Result<Vec<CompanyId>, AppError> {
    let one = actor.unit.one();
    let mut wanted = Vec::new();
    for text in &typed.companies {
        wanted.push(CompanyId::parse(text).ok_or(AppError::NotFound)?);
    }
    let slugs: Vec<String> = typed
        .slugs
        .split([',', '\n', ' '])
        .map(str::trim)
        .filter(|slug| !slug.is_empty())
        .map(str::to_lowercase)
        .collect();
    let named = access_review::by_slugs(conn, actor.organization, &slugs)?;
    if let Some(unknown) = slugs.iter().find(|slug| named.iter().all(|(_, known)| known != *slug)) {
        errors.add("slugs", format!("No active {one} has the web address “{unknown}”"));
    }
    let found = access_review::chosen(conn, actor.organization, Some(&wanted))?;
    // An archived one and another organization's alike.
    if wanted.iter().any(|id| !found.contains(id)) {
        errors.add(
            "company_id",
            format!("Choose active {} of this organization", actor.unit.many()),
        );
    }
    let mut all: Vec<CompanyId> = found.into_iter().chain(named.into_iter().map(|(id, _)| id)).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        errors.add("company_id", format!("Choose at least one {one}"));
    }
    Ok(all)
}

fn page(
    actor: &Actor,
    conn: &mut Conn,
    typed: AccessReviewForm,
    companies: Option<&[CompanyId]>,
    errors: FormErrors,
) -> Result<NewPage, AppError> {
    let org = actor.organization;
    let now = actor.cx.now;
    let all = access_review::chosen(conn, org, companies)?;
    let places: i64 = access_review::place_counts(conn, org, &all)?.values().sum();
    let managed = access_review::managed(conn, org, now, &all)?;
    let unmanaged = all.iter().filter(|company| !managed.contains(*company)).count();
    let shown = access_review::candidates(conn, org, companies, SHOWN)?;
    let ids: Vec<CompanyId> = shown.iter().map(|company| company.id).collect();
    let managers = access_review::managers(conn, org, now, &ids)?;
    let counts = access_review::place_counts(conn, org, &ids)?;
    let covered = shown.into_iter().map(|company| {
        let names = managers.get(&company.id).map(Vec::as_slice).unwrap_or_default();
        Covered {
            places: counts.get(&company.id).copied().unwrap_or_default(),
            deciders: deciders(names),
            alone: names.is_empty(),
            name: company.name,
        }
    });
    let covered: Vec<Covered> = covered.collect();
    let count = |n: usize| actor.unit.count(&i64::try_from(n).unwrap_or(i64::MAX));
    let mut picks = access_review::candidates(conn, org, None, LISTED + 1)?;
    let limit = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let more = picks.len() > limit;
    picks.truncate(limit);
    let running = access_review::open(conn, org)?;
    Ok(NewPage {
        layout: actor.layout(conn, "access")?,
        tabs: nav::access(actor.permissions),
        tab: "/reviews",
        base: actor.path("/access"),
        unit: actor.unit,
        errors,
        soonest: (now + Span::days(rules::SOONEST)).day(),
        latest: (now + Span::days(rules::LATEST)).day(),
        active: actor.active_companies,
        picks: picks
            .into_iter()
            .map(|company| Pick {
                chosen: typed.companies.iter().any(|id| id == company.id.as_str()),
                id: company.id.to_string(),
                name: company.name,
            })
            .collect(),
        more,
        covers: format!(
            "{}, {} {}",
            count(all.len()),
            crate::common::html::number(&places),
            if places == 1 { "place" } else { "places" }
        ),
        unmanaged: (unmanaged > 0).then(|| {
            format!(
                "{} without a Manager: owners and admins decide there, as they do on the Managers’ own places.",
                count(unmanaged)
            )
        }),
        hidden: all.len().saturating_sub(covered.len()),
        covered,
        typed,
        running: running.map(|id| actor.path(&format!("/access/reviews/{id}"))),
    })
}

/// Who decides in a company: its managers by name, or owners and admins.
pub fn deciders(managers: &[String]) -> String {
    match managers {
        [] => "Owners and admins".into(),
        [one] => one.clone(),
        [one, other] => format!("{one}, {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}

/// `GET /organizations/{slug}/access/reviews/new`: the form, and what it covers as it stands in the address.
pub async fn new(gate: Gate<RemoveMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    let page = gate
        .read(move |actor, conn| {
            must_run(actor, conn)?;
            let mut typed = AccessReviewForm::of(&fields);
            let looked = !fields.get("preview").is_empty();
            if !looked && typed.due.is_empty() {
                typed.due = (actor.cx.now + Span::days(21)).day();
            }
            let (checked, errors) = check(actor, conn, &typed)?;
            let errors = if looked { errors } else { FormErrors::none() };
            page(actor, conn, typed, checked.companies.as_deref(), errors)
        })
        .await?;
    html(page)
}

enum Begun {
    Done(String, String),
    Refused(Box<NewPage>),
}

/// `POST /organizations/{slug}/access/reviews`
pub async fn start(gate: Gate<RemoveMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = AccessReviewForm::of(&fields);
    let begun = gate.write(move |actor, conn| begin(actor, conn, typed)).await?;
    match begun {
        Begun::Done(name, path) => {
            gate.tell(
                "success",
                format!("{name} has started. Everybody who decides gets an email"),
            );
            Ok(see_other(gate.fragment(), &path))
        }
        Begun::Refused(page) => refused(*page),
    }
}

fn begin(actor: &Actor, conn: &mut Conn, typed: AccessReviewForm) -> Result<(Begun, Events), AppError> {
    must_run(actor, conn)?;
    let org = actor.organization;
    let (checked, mut errors) = check(actor, conn, &typed)?;
    if let (Some(name), Some(due_at), true) = (checked.name, checked.due, errors.is_empty()) {
        let new = NewReview {
            name,
            due_at,
            by: actor.person.id,
            companies: checked.companies.clone(),
        };
        if let Some(id) = access_review::start(conn, org, actor.cx.now, &new)? {
            // The first places and letters at once; the clock goes on with the rest.
            if collect::step(conn, org, id)? {
                notify::step(conn, &actor.cx, org, id)?;
            }
            let event = Event::new(Action::ReviewStarted, "review", id, &new.name).after(serde_json::json!({
                "due_at": due_at.iso(),
                "companies": new.companies.as_ref().map_or_else(|| "all".into(), |some| some.len().to_string()),
            }));
            let path = actor.path(&format!("/access/reviews/{id}"));
            return Ok((Begun::Done(new.name, path), actor.event(event)));
        }
        errors.add(
            "name",
            "A review of this organization is not over yet. Close or cancel it first",
        );
    }
    let page = page(actor, conn, typed, checked.companies.as_deref(), errors)?;
    Ok((Begun::Refused(Box::new(page)), Events::none("nothing was started")))
}
