//! Inviting people: one, several, or a file of them, with a result for each.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{Page, html};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::invitations::mapping::Mapping;
use crate::handlers::invitations::outcome;
use crate::handlers::invitations::outcome::InviteOutcome;
use crate::handlers::invitations::recipients;
use crate::handlers::invitations::recipients::Recipients;
use crate::handlers::invitations::row_companies::RowCompanies;
use crate::handlers::invitations::terms;
use crate::handlers::invitations::terms::{InvitationTermsForm, RoleChoices};
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create;
use crate::services::invitations::create::Invitee;
use crate::web::company_picker::CompanyPicker;
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "invitations/new.html", blocks = ["dialog", "companies"])]
struct NewInvitationsPage {
    layout: Layout,
    action: String,
    back: String,
    unit: UnitLabel,
    typed: InvitationTermsForm,
    errors: FormErrors,
    roles: RoleChoices,
    picker: CompanyPicker,
    /// Tables whose columns are shown to be confirmed.
    mappings: Vec<Mapping>,
    /// Lines with errors.
    faults: Vec<String>,
    outcomes: Vec<InviteOutcome>,
    invited: usize,
}

crate::page!(NewInvitationsPage => as_dialog);

impl NewInvitationsPage {
    fn load(conn: &mut Conn, actor: &Actor, typed: InvitationTermsForm, errors: FormErrors) -> Result<Self, AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            action: actor.path("/invitations"),
            back: actor.path("/invitations"),
            unit: actor.unit,
            roles: RoleChoices::of(&actor.grantable(), &typed.role, actor.unit),
            picker: terms::picker(conn, actor, &authority, &typed, actor.path("/invitations/new"))?,
            typed,
            errors,
            mappings: Vec::new(),
            faults: Vec::new(),
            outcomes: Vec::new(),
            invited: 0,
        })
    }

    /// The form with what is to be corrected or confirmed. A file that was read is part of the form.
    fn with_recipients(mut self, recipients: Recipients) -> Self {
        if recipients.errors.get("csv").is_some() {
            self.typed.csv.clear();
        }
        self.mappings = recipients.mappings;
        if !self.errors.is_empty() {
            self.faults = recipients.faults;
        }
        self
    }

    /// The form with the people who were not invited, and the result for each.
    fn with_outcomes(mut self, outcomes: Vec<InviteOutcome>, invited: usize) -> Self {
        self.outcomes = outcomes;
        self.invited = invited;
        self
    }

    fn choices(&self) -> Vec<(&'static str, &'static str)> {
        Mapping::choices(self.unit)
    }

    /// Whether the columns of the pasted text are confirmed, so that it can't be changed.
    fn maps_emails(&self) -> bool {
        self.mappings.iter().any(|mapping| mapping.field == "emails")
    }
}

/// The form. With `company_q` a fragment request gets only the companies.
pub async fn new(gate: Gate<InviteMembers>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let searched = fields.iter().any(|(name, _)| name == "company_q");
    let load = move |actor: &Actor, conn: &mut Conn| {
        NewInvitationsPage::load(conn, actor, InvitationTermsForm::of(&fields), FormErrors::none())
    };
    if searched && gate.fragment() {
        html(gate.read(load).await?.as_companies())
    } else {
        gate.show(load).await
    }
}

enum NewInvitationsError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(NewInvitationsError);

pub async fn create(gate: Gate<InviteMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = InvitationTermsForm::of(&fields);
    let recipients = Recipients::read(&typed);
    if typed.companies.finds || typed.goes_back {
        // A file that can't be read is not part of the form, so it has to be chosen again.
        let csv = recipients.errors.get("csv").map(str::to_owned);
        let errors = csv.map_or_else(FormErrors::none, |message| FormErrors::one("csv", message));
        return form(&gate, typed, recipients, errors).await;
    }
    let (sent, people) = (typed.clone(), recipients.clone());
    match gate
        .try_write(move |actor, conn| invite(conn, actor, &sent, people))
        .await
    {
        Ok((outcomes, list)) => respond(&gate, typed, outcomes, &list).await,
        Err(NewInvitationsError::Failed(error)) => Err(error),
        Err(NewInvitationsError::Invalid(errors)) => form(&gate, typed, recipients, errors).await,
    }
}

/// The form again. Columns that are to be confirmed are no error.
async fn form(
    gate: &Gate<InviteMembers>,
    typed: InvitationTermsForm,
    recipients: Recipients,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let load = move |actor: &Actor, conn: &mut Conn| {
        Ok(NewInvitationsPage::load(conn, actor, typed, errors)?.with_recipients(recipients))
    };
    gate.read(load).await?.respond(status, gate.fragment())
}

/// The list, if everyone is invited; else the form again with the result for each person.
async fn respond(
    gate: &Gate<InviteMembers>,
    mut typed: InvitationTermsForm,
    outcomes: Vec<InviteOutcome>,
    list: &str,
) -> Result<HttpResponse, AppError> {
    let invited = outcomes.iter().filter(|outcome| outcome.invited).count();
    if invited == outcomes.len() {
        let message = outcome::success(gate.app().config.sends_mail(), &outcomes);
        return Ok(gate.done(message, list));
    }
    let from_file = typed.emails.trim().is_empty();
    typed.csv.clear();
    if let ([only], false) = (outcomes.as_slice(), from_file) {
        let errors = FormErrors::one("emails", only.message.clone());
        return gate
            .refused(move |actor, conn| NewInvitationsPage::load(conn, actor, typed, errors))
            .await;
    }
    typed.emails = recipients::write(outcomes.iter().filter(|one| one.retry).map(|one| &one.person));
    let load = move |actor: &Actor, conn: &mut Conn| {
        let page = NewInvitationsPage::load(conn, actor, typed, FormErrors::none())?;
        Ok(page.with_outcomes(outcomes, invited))
    };
    if invited > 0 {
        gate.show(load).await
    } else {
        gate.refused(load).await
    }
}

type InviteWritten = (Vec<InviteOutcome>, String);

fn invite(
    conn: &mut Conn,
    actor: &Actor,
    typed: &InvitationTermsForm,
    recipients: Recipients,
) -> Result<(InviteWritten, Events), NewInvitationsError> {
    let authority = InviteAuthority::of(conn, actor)?;
    let ready = recipients.are_ready();
    let Recipients {
        people,
        mut errors,
        name_companies,
        ..
    } = recipients;
    let terms = terms::read(conn, actor, &authority, typed, name_companies, None, &mut errors)?;
    let Some(terms) = terms.filter(|_| ready) else {
        return Err(NewInvitationsError::Invalid(errors));
    };
    let rows = RowCompanies::load(conn, actor, &authority, &terms, &people)?;
    let checked: Vec<Result<Invitee, String>> = people.iter().map(|person| rows.invitee(person)).collect();
    let invitees: Vec<Invitee> = checked.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    let (results, events) = create::invite(conn, actor, &authority, &terms, invitees)?;
    let outcomes = InviteOutcome::all(people, &checked, results, actor);
    Ok(((outcomes, actor.path("/invitations")), events))
}
