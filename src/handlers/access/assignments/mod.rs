//! The dialog that assigns a role to a member or to someone new, in the organization or in one company.

mod grant;
mod offer;
mod role_options;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{InviteMembers, Permission, ViewAccess};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::assignments::grant::{GrantError, grant};
use crate::handlers::access::assignments::offer::AssignmentOffer;
use crate::models::company_choice::CompanyChoice;
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default)]
pub struct AssignmentForm {
    mode: String,
    q: String,
    member_id: String,
    company_q: String,
    company_id: String,
    role: String,
    email: String,
    first_name: String,
    last_name: String,
    /// Whether a button without JavaScript searches.
    finds: bool,
}

impl AssignmentForm {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).trim().to_owned();
        Self {
            mode: text("mode"),
            q: text("q"),
            member_id: text("member_id"),
            company_q: text("company_q"),
            company_id: text("company_id"),
            role: text("role"),
            email: text("email"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            finds: !fields.get("find").is_empty(),
        }
    }

    /// Whether the form invites someone new.
    fn invites(&self) -> bool {
        match self.mode.as_str() {
            "new" => true,
            "existing" => false,
            _ => self.member_id.is_empty() && !self.email.is_empty(),
        }
    }
}

#[derive(Template)]
#[template(path = "access/assign.html", blocks = ["dialog"])]
struct AssignmentPage {
    layout: Layout,
    unit: UnitLabel,
    action: String,
    back: String,
    may_invite: bool,
    typed: AssignmentForm,
    errors: FormErrors,
    offer: AssignmentOffer,
}

crate::page!(AssignmentPage => as_dialog);

impl AssignmentPage {
    fn purpose(&self) -> String {
        format!("Give someone access to the organization or to one {}.", self.unit.one())
    }

    fn is_chosen(&self, company: &CompanyChoice) -> bool {
        self.offer
            .company
            .as_ref()
            .is_some_and(|chosen| chosen.id == company.id)
    }

    /// The heading of the roles.
    fn where_(&self) -> String {
        match &self.offer.company {
            Some(company) => format!("Role in {}", company.name),
            None => "Role in the organization".into(),
        }
    }

    /// Why there is no role to choose.
    fn none(&self) -> String {
        match (&self.offer.person, self.typed.invites()) {
            (Some(name), false) => format!("You can’t change the role of {name} here"),
            _ => "There is no role that you can assign here".into(),
        }
    }

    fn load(conn: &mut Conn, actor: &Actor, typed: AssignmentForm, errors: FormErrors) -> Result<Self, AppError> {
        let scope = CompanyScope::of(conn, actor)?;
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            unit: actor.unit,
            action: actor.path("/access/assignments"),
            back: actor.path("/access"),
            may_invite: actor.permissions.has(InviteMembers::ID),
            offer: AssignmentOffer::load(conn, actor, &scope, &typed)?,
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/access/assignments/new`
pub async fn new(gate: Gate<ViewAccess>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| AssignmentPage::load(conn, actor, AssignmentForm::of(&fields), FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/access/assignments`
pub async fn create(gate: Gate<ViewAccess>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = AssignmentForm::of(&fields);
    let typed = form.clone();
    match gate.try_write(move |actor, conn| grant(conn, actor, &form)).await {
        Ok(granted) => Ok(gate.done(granted.message, &granted.path)),
        Err(GrantError::Failed(error)) => Err(error),
        // A search changes nothing, but only someone who can make changes is offered any.
        Err(GrantError::Search) => {
            gate.show(move |actor, conn| AssignmentPage::load(conn, actor, typed, FormErrors::none()))
                .await
        }
        Err(GrantError::Form(errors)) => {
            gate.refused(move |actor, conn| AssignmentPage::load(conn, actor, typed, errors))
                .await
        }
    }
}
