//! The dialog that gives somebody a role: a member, or somebody new; in the organization, or in one company.

pub mod give;
pub mod offer;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{InviteMembers, Permission, ViewAccess};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::assign::give::Given;
use crate::handlers::access::assign::offer::Offer;
use crate::models::company_choice::CompanyChoice;
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The form as it was typed.
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
    /// Whether something was searched, by the buttons that need no JavaScript.
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

    /// Whether somebody new is meant.
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
struct New {
    layout: Layout,
    unit: UnitLabel,
    action: String,
    back: String,
    may_invite: bool,
    typed: AssignmentForm,
    errors: FormErrors,
    offer: Offer,
}

impl New {
    fn purpose(&self) -> String {
        format!(
            "Give somebody access to the organization or to one {}.",
            self.unit.one()
        )
    }

    fn is_chosen(&self, company: &CompanyChoice) -> bool {
        self.offer
            .company
            .as_ref()
            .is_some_and(|chosen| chosen.id == company.id)
    }

    /// The words above the roles.
    fn where_(&self) -> String {
        match &self.offer.company {
            Some(company) => format!("Role in {}", company.name),
            None => "Role in the organization".into(),
        }
    }

    /// Why there is no role to choose.
    fn none(&self) -> String {
        match (&self.offer.person, self.typed.invites()) {
            (Some(name), false) => format!("You may not change what {name} has here"),
            _ => "There is no role that you may give here".into(),
        }
    }

    fn of(conn: &mut Conn, actor: &Actor, typed: AssignmentForm, errors: FormErrors) -> Result<Self, AppError> {
        let sight = CompanyScope::of(conn, actor)?;
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            unit: actor.unit,
            action: actor.path("/access/assignments"),
            back: actor.path("/access"),
            may_invite: actor.permissions.has(InviteMembers::ID),
            offer: Offer::of(conn, actor, &sight, &typed)?,
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/access/assignments/new`
pub async fn new(gate: Gate<ViewAccess>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let page = gate
        .read(move |actor, conn| New::of(conn, actor, AssignmentForm::of(&fields), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

enum Answer {
    Done(Given),
    /// The form again, because something was searched in it.
    Again(Box<New>),
    /// The form again with what is wrong.
    Refused(Box<New>),
}

/// `POST /organizations/{slug}/access/assignments`
pub async fn assign(gate: Gate<ViewAccess>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = AssignmentForm::of(&fields);
    let answer = gate
        .write(move |actor, conn| {
            if typed.finds {
                let page = New::of(conn, actor, typed, FormErrors::none())?;
                return Ok((Answer::Again(Box::new(page)), Events::none("something was searched")));
            }
            let mut errors = FormErrors::none();
            if let Some((given, events)) = give::give(conn, actor, &typed, &mut errors)? {
                return Ok((Answer::Done(given), events));
            }
            let page = New::of(conn, actor, typed, errors)?;
            Ok((Answer::Refused(Box::new(page)), Events::none("the form was refused")))
        })
        .await?;
    let fragment = gate.fragment();
    match answer {
        Answer::Done(given) => {
            gate.tell("success", given.word);
            Ok(see_other(fragment, &given.path))
        }
        Answer::Again(page) if fragment => html(page.as_dialog()),
        Answer::Again(page) => html(*page),
        Answer::Refused(page) if fragment => refused(page.as_dialog()),
        Answer::Refused(page) => refused(*page),
    }
}
