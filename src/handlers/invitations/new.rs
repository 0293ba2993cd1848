//! Inviting people: one, several, or a file of them, with a result for each.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::html;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::invitations::recipients;
use crate::handlers::invitations::recipients::{MOST, RecipientRow};
use crate::handlers::invitations::terms;
use crate::handlers::invitations::terms::{InvitationTermsForm, RoleChoices};
use crate::handlers::invitations::wording;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create;
use crate::services::invitations::create::{InviteError, Invitee};
use crate::web::company_picker::CompanyPicker;
use crate::web::layout::{Layout, PageLayout};

/// The result for one person.
#[derive(Debug, Clone)]
struct InviteOutcome {
    recipient: RecipientRow,
    invited: bool,
    message: String,
    /// Whether it makes sense to correct the person and send again.
    retry: bool,
}

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
            outcomes: Vec::new(),
            invited: 0,
        })
    }

    /// The form with the people who were not invited, and the result for each.
    fn with_outcomes(mut self, outcomes: Vec<InviteOutcome>, invited: usize) -> Self {
        self.outcomes = outcomes;
        self.invited = invited;
        self
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
    if typed.companies.finds {
        return gate
            .show(move |actor, conn| NewInvitationsPage::load(conn, actor, typed, FormErrors::none()))
            .await;
    }
    let form = typed.clone();
    match gate.try_write(move |actor, conn| invite(conn, actor, &form)).await {
        Ok((outcomes, list)) => respond(&gate, typed, outcomes, &list).await,
        Err(NewInvitationsError::Failed(error)) => Err(error),
        Err(NewInvitationsError::Invalid(errors)) => {
            gate.refused(move |actor, conn| NewInvitationsPage::load(conn, actor, typed, errors))
                .await
        }
    }
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
        return Ok(gate.done(success(gate.app().config.sends_mail(), &outcomes), list));
    }
    if let [only] = outcomes.as_slice() {
        let errors = FormErrors::one("emails", only.message.clone());
        return gate
            .refused(move |actor, conn| NewInvitationsPage::load(conn, actor, typed, errors))
            .await;
    }
    typed.emails = recipients::write(outcomes.iter().filter(|one| one.retry).map(|one| &one.recipient));
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
) -> Result<(InviteWritten, Events), NewInvitationsError> {
    let authority = InviteAuthority::of(conn, actor)?;
    let mut errors = FormErrors::none();
    let people = people(typed, &mut errors);
    let terms = terms::read(conn, actor, &authority, typed, &mut errors)?;
    let Some(terms) = terms.filter(|_| errors.is_empty()) else {
        return Err(NewInvitationsError::Invalid(errors));
    };
    let checked: Vec<Result<Invitee, String>> = people.iter().map(RecipientRow::check).collect();
    let invitees: Vec<Invitee> = checked.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    let (results, events) = create::invite(conn, actor, &authority, &terms, invitees)?;
    let mut results = results.into_iter();
    let outcomes = people
        .into_iter()
        .zip(checked)
        .map(|(recipient, checked)| {
            let result = match checked {
                Err(message) => Err((message, true)),
                Ok(_) => match results.next() {
                    Some(Ok(role)) => Ok(format!("Invited as {}", role.label())),
                    Some(Err(error)) => Err((
                        wording::invite_error(&error, &actor.organization_name),
                        error != InviteError::Duplicate,
                    )),
                    None => Err((String::new(), true)),
                },
            };
            outcome(recipient, result)
        })
        .collect();
    Ok(((outcomes, actor.path("/invitations")), events))
}

fn outcome(recipient: RecipientRow, result: Result<String, (String, bool)>) -> InviteOutcome {
    let invited = result.is_ok();
    let (message, retry) = match result {
        Ok(message) => (message, false),
        Err(error) => error,
    };
    InviteOutcome {
        recipient,
        invited,
        message,
        retry,
    }
}

fn people(typed: &InvitationTermsForm, errors: &mut FormErrors) -> Vec<RecipientRow> {
    let mut people = recipients::read(&typed.emails);
    people.extend(recipients::read(&typed.csv));
    let named = !typed.first_name.trim().is_empty() || !typed.last_name.trim().is_empty();
    match people.as_mut_slice() {
        [] => errors.add("emails", "Enter an email address, like name@company.com"),
        [only] if only.first_name.is_empty() && only.last_name.is_empty() => {
            only.first_name.clone_from(&typed.first_name);
            only.last_name.clone_from(&typed.last_name);
        }
        [_] => {}
        many if many.len() > MOST => errors.add("emails", format!("Invite at most {MOST} people")),
        _ if named => errors.add(
            "first_name",
            "Leave the name empty for several people, or write Name <name@company.com> for each",
        ),
        _ => {}
    }
    people
}

fn success(sends_mail: bool, outcomes: &[InviteOutcome]) -> String {
    match outcomes {
        [only] if sends_mail => format!("Invitation sent to {}", only.recipient.email),
        [only] => format!(
            "{} is invited. Copy the accept link from the list and share it",
            only.recipient.email
        ),
        many if sends_mail => format!("{} invitations sent", many.len()),
        many => format!(
            "{} people are invited. Copy the accept links from the list and share them",
            many.len()
        ),
    }
}
