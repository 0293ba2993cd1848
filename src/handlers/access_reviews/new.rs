use std::collections::HashSet;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::counted;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access_reviews::bar::deciders;
use crate::handlers::access_reviews::form::ReviewForm;
use crate::models::access_review;
use crate::models::access_review::{companies, state};
use crate::services::access_reviews::permission;
use crate::services::access_reviews::start;
use crate::services::access_reviews::start::StartReviewError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Companies to select; others are named by their web address.
const LISTED: i64 = 100;
/// Companies in the preview.
const SHOWN: i64 = 20;

struct CompanyChoice {
    id: String,
    name: String,
    chosen: bool,
}

struct CoveredCompany {
    name: String,
    items: i64,
    deciders: String,
    unmanaged: bool,
}

#[derive(Template)]
#[template(path = "access_reviews/new.html")]
struct NewPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    typed: ReviewForm,
    errors: FormErrors,
    soonest: String,
    latest: String,
    active: i64,
    picks: Vec<CompanyChoice>,
    more: bool,
    covered: Vec<CoveredCompany>,
    covers: String,
    unmanaged: Option<String>,
    hidden: usize,
    running: Option<String>,
}
crate::page!(NewPage);

/// `GET /organizations/{slug}/access/reviews/new`: the form, with a preview of the review that the query describes.
pub async fn new(gate: Gate<RemoveMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| {
        let mut form = ReviewForm::new(&fields);
        let previews = !fields.get("preview").is_empty();
        if !previews && form.due.is_empty() {
            form.due = actor.cx.now.day_after(21, actor.org_zone);
        }
        NewPage::load(
            conn,
            actor,
            form,
            |errors| {
                if previews { errors } else { FormErrors::none() }
            },
        )
    })
    .await
}

/// `POST /organizations/{slug}/access/reviews`
pub async fn create(gate: Gate<RemoveMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = ReviewForm::new(&fields);
    let typed = form.clone();
    let checked = gate
        .read(move |actor, conn| {
            permission::require(actor, conn)?;
            typed.check(actor, conn)
        })
        .await?;
    let Ok(terms) = checked.terms() else {
        return gate
            .refused(move |actor, conn| NewPage::load(conn, actor, form, |errors| errors))
            .await;
    };
    let name = terms.name.clone();
    let started = gate
        .try_write(move |actor, conn| {
            let (id, events) = start::start(conn, actor, &terms)?;
            Ok((actor.path(&format!("/access/reviews/{id}")), events))
        })
        .await;
    let (field, text) = match started {
        Ok(path) => {
            let message = format!("{name} has started. Everyone who decides gets an email");
            return Ok(gate.done(message, &path));
        }
        Err(StartReviewError::Failed(error)) => return Err(error),
        Err(StartReviewError::Unfinished) => ("name", "Another review is still open. Close or cancel it first"),
        Err(StartReviewError::NoCompanies) => ("company_id", "Choose at least one that is active"),
    };
    gate.refused(move |actor, conn| NewPage::load(conn, actor, form, |_| FormErrors::one(field, text)))
        .await
}

impl NewPage {
    /// The form as typed. `errors` chooses which of its errors to show.
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        form: ReviewForm,
        errors: impl FnOnce(FormErrors) -> FormErrors,
    ) -> Result<Self, AppError> {
        permission::require(actor, conn)?;
        let checked = form.check(actor, conn)?;
        let (org, now) = (actor.organization, actor.cx.now);
        let all = companies::active(conn, org, checked.companies.as_deref())?;
        let items: i64 = companies::assignment_counts(conn, org, &all)?.values().sum();
        let managed = companies::managed(conn, org, now, &all)?;
        let unmanaged = all.iter().filter(|company| !managed.contains(*company)).count();
        let covered = covered(conn, actor, checked.companies.as_deref())?;
        let count = |n: usize| actor.unit.count(&i64::try_from(n).unwrap_or(i64::MAX));
        let (picks, more) = choices(conn, actor, &form)?;
        let running = access_review::unfinished(conn, org)?;
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/reviews",
            base: actor.path("/access"),
            unit: actor.unit,
            errors: errors(checked.errors),
            soonest: now.day_after(state::SOONEST, actor.org_zone),
            latest: now.day_after(state::LATEST, actor.org_zone),
            active: actor.active_companies,
            picks,
            more,
            covers: format!("{}, {}", count(all.len()), counted(items, "assignment", "assignments")),
            unmanaged: (unmanaged > 0).then(|| {
                format!(
                    "{} without a Manager. Owners and admins decide there, and on the Managers’ own assignments.",
                    count(unmanaged)
                )
            }),
            hidden: all.len().saturating_sub(covered.len()),
            covered,
            typed: form,
            running: running.map(|id| actor.path(&format!("/access/reviews/{id}"))),
        })
    }
}

/// The first companies that the review covers, with who decides there.
fn covered(conn: &mut Conn, actor: &Actor, wanted: Option<&[CompanyId]>) -> Result<Vec<CoveredCompany>, AppError> {
    let org = actor.organization;
    let shown = companies::candidates(conn, org, wanted, SHOWN)?;
    let ids: Vec<CompanyId> = shown.iter().map(|company| company.id).collect();
    let managers = companies::managers(conn, org, actor.cx.now, &ids)?;
    let counts = companies::assignment_counts(conn, org, &ids)?;
    let row = |company: companies::CandidateCompany| CoveredCompany {
        items: counts.get(&company.id).copied().unwrap_or_default(),
        deciders: deciders(managers.get(&company.id)),
        unmanaged: !managers.contains_key(&company.id),
        name: company.name,
    };
    Ok(shown.into_iter().map(row).collect())
}

/// The companies to select, and whether there are more.
fn choices(conn: &mut Conn, actor: &Actor, form: &ReviewForm) -> Result<(Vec<CompanyChoice>, bool), AppError> {
    let limit = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let mut found = companies::candidates(conn, actor.organization, None, LISTED + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let chosen: HashSet<&str> = form.companies.iter().map(String::as_str).collect();
    let choice = |company: companies::CandidateCompany| CompanyChoice {
        chosen: chosen.contains(company.id.as_str()),
        id: company.id.to_string(),
        name: company.name,
    };
    Ok((found.into_iter().map(choice).collect(), more))
}
