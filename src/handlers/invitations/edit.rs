//! Changing what an open invitation offers. Its link stays the same.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::html;
use crate::common::people::Person;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::invitations::recipients;
use crate::handlers::invitations::terms;
use crate::handlers::invitations::terms::{InvitationTermsForm, RoleChoices};
use crate::handlers::invitations::wording;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::edit as service;
use crate::services::invitations::edit::InvitationEditError;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;
use crate::services::invitations::visible::VisibleInvitation;
use crate::web::company_picker::{CompanyPicker, PickerForm};
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "invitations/edit.html", blocks = ["dialog", "companies"])]
struct InvitationEditPage {
    layout: Layout,
    action: String,
    back: String,
    email: String,
    unit: UnitLabel,
    typed: InvitationTermsForm,
    errors: FormErrors,
    roles: RoleChoices,
    picker: CompanyPicker,
    /// Why it can't be changed.
    closed: Option<String>,
    history: Option<ObjectHistory>,
}

crate::page!(InvitationEditPage => as_dialog);

/// What the form shows.
enum FormContent {
    Saved,
    /// What is saved, with the companies that are searched.
    Searched(PickerForm),
    Typed(Box<InvitationTermsForm>, FormErrors),
}

impl InvitationEditPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, content: FormContent) -> Result<Self, AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        let visible = VisibleInvitation::find_authorized(conn, actor, &authority, id)?;
        let (typed, errors) = match content {
            FormContent::Saved => (InvitationTermsForm::saved(&visible, actor.org_zone), FormErrors::none()),
            FormContent::Searched(companies) => {
                let saved = InvitationTermsForm::saved(&visible, actor.org_zone);
                (InvitationTermsForm { companies, ..saved }, FormErrors::none())
            }
            FormContent::Typed(typed, errors) => (*typed, errors),
        };
        let invitation = &visible.invitation;
        let action = actor.path(&format!("/invitations/{}", invitation.id));
        let status = invitation.status_at(actor.cx.now);
        let granted = if invitation.hands_over {
            vec![Role::Owner]
        } else {
            actor.grantable()
        };
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            history: history::history(conn, actor, "invitation", invitation.id)?,
            picker: terms::picker(conn, actor, &authority, &typed, action.clone())?,
            action,
            back: actor.path("/invitations"),
            email: invitation.email.clone(),
            unit: actor.unit,
            roles: RoleChoices::of(&granted, &typed.role, actor.unit),
            typed,
            errors,
            closed: transition::next(status, InvitationEvent::Edit).is_none().then(|| {
                format!(
                    "This invitation is {} and can’t be changed.",
                    wording::label(status).to_lowercase()
                )
            }),
        })
    }
}

/// The form. With `company_q` a fragment request gets only the companies.
pub async fn edit(
    gate: Gate<InviteMembers>,
    path: web::Path<(String, String)>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let searched = fields.iter().any(|(name, _)| name == "company_q");
    let content = if searched {
        FormContent::Searched(PickerForm::of(&fields))
    } else {
        FormContent::Saved
    };
    let load = move |actor: &Actor, conn: &mut Conn| InvitationEditPage::load(conn, actor, &id, content);
    if searched && gate.fragment() {
        html(gate.read(load).await?.as_companies())
    } else {
        gate.show(load).await
    }
}

enum InvitationFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(InvitationFormError);

pub async fn update(
    gate: Gate<InviteMembers>,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let typed = InvitationTermsForm::of(&fields);
    if typed.companies.finds {
        let content = FormContent::Typed(Box::new(typed), FormErrors::none());
        return gate
            .show(move |actor, conn| InvitationEditPage::load(conn, actor, &id, content))
            .await;
    }
    let (invitation, form) = (id.clone(), typed.clone());
    match gate
        .try_write(move |actor, conn| change(conn, actor, &invitation, &form))
        .await
    {
        Ok(()) => Ok(gate.done(
            "The invitation is changed. Its link stays the same",
            &format!("/organizations/{slug}/invitations"),
        )),
        Err(InvitationFormError::Failed(error)) => Err(error),
        Err(InvitationFormError::Invalid(errors)) => {
            let content = FormContent::Typed(Box::new(typed), errors);
            gate.refused(move |actor, conn| InvitationEditPage::load(conn, actor, &id, content))
                .await
        }
    }
}

fn change(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    typed: &InvitationTermsForm,
) -> Result<((), Events), InvitationFormError> {
    let authority = InviteAuthority::of(conn, actor)?;
    let visible = VisibleInvitation::find_authorized(conn, actor, &authority, id)?;
    let mut errors = FormErrors::none();
    let person = Person {
        email: visible.invitation.email.clone(),
        first_name: typed.first_name.clone(),
        last_name: typed.last_name.clone(),
        ..Person::default()
    };
    let person = errors.take("first_name", recipients::invitee(&person, None, Vec::new()));
    let terms = terms::read(
        conn,
        actor,
        &authority,
        typed,
        false,
        visible.invitation.access_until,
        &mut errors,
    )?;
    let (Some(person), Some(terms), true) = (person, terms, errors.is_empty()) else {
        return Err(InvitationFormError::Invalid(errors));
    };
    let changed = service::edit(conn, actor, &authority, &visible, person, &terms);
    let events = changed.map_err(|error| {
        InvitationFormError::Invalid(match error {
            InvitationEditError::Failed(error) => return InvitationFormError::Failed(error),
            // The page says that it is closed.
            InvitationEditError::Closed => FormErrors::none(),
            InvitationEditError::OwnerOnly => FormErrors::one("role", "The new owner must have the role Owner"),
            InvitationEditError::Changed => {
                FormErrors::one("role", "Someone else changed this invitation. Open it again")
            }
        })
    })?;
    Ok(((), events))
}
