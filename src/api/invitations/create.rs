//! Inviting someone.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body;
use crate::api::invitations::document::InvitationDocument;
use crate::api::invitations::{PATH, refusal};
use crate::api_auth::{Answer, ApiGate, Refused, company_named};
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{InviteMembers, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::authz::scope::MembersWrite;
use crate::common::day::Day;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::name;
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::invitation;
use crate::models::invitation::CompanyGrant;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create as sending;
use crate::services::invitations::create::{InvitationTerms, Invitee};
use crate::services::invitations::personal_message;

/// The most companies of an invitation.
const MOST_COMPANIES: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitationBody {
    #[schema(format = Email, max_length = 254, example = "noah@northwind.example")]
    email: String,
    #[serde(default)]
    #[schema(max_length = 60, example = "Noah")]
    first_name: String,
    #[serde(default)]
    #[schema(max_length = 60, example = "Brandt")]
    last_name: String,
    /// The role in the organization. A key offers no role that its owner may not give, and never owner.
    role: Role,
    /// The companies in which it gives a role.
    #[serde(default, deserialize_with = "body::objects")]
    #[schema(max_items = 200)]
    companies: Vec<NewGrant>,
    /// Plain text without links, in the email.
    #[serde(default)]
    #[schema(max_length = 500, example = "Welcome to the team")]
    message: String,
    /// The access ends with this day, in the organization’s time zone.
    #[schema(example = json!(null))]
    access_until: Option<Day>,
}

/// A role in a company.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The slug or the id of the company.
    #[schema(example = "harbor-recovery")]
    company: String,
    role: CompanyRole,
}

/// Invite someone
///
/// Sends the invitation by email. It can be accepted for 7 days.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "Invitations", operation_id = "create_invitation",
    request_body = NewInvitationBody,
    responses(
        (status = 201, description = "The new invitation", body = InvitationDocument, headers(("Location" = String, description = "Its address"))),
        (status = 409, description = "`already-member`, `already-invited`, or `invitations-blocked`: the address accepts no invitations from you")
    )
)]
pub async fn create(gate: ApiGate<InviteMembers, MembersWrite>) -> Result<HttpResponse, AppError> {
    let sent = body::read::<NewInvitationBody>(gate.body());
    gate.change(move |actor, conn| {
        let sent = sent?;
        let authority = InviteAuthority::of(conn, actor)?;
        let terms = terms(conn, actor, &authority, &sent)?;
        let email = Email::parse(&sent.email).map_err(|message| invalid("email", message))?;
        let invitee = Invitee {
            email: email.clone(),
            first_name: part("first_name", &sent.first_name)?,
            last_name: part("last_name", &sent.last_name)?,
            role: None,
            companies: Vec::new(),
        };
        let (results, events) = sending::invite(conn, actor, &authority, &terms, vec![invitee])?;
        if let Some(Err(error)) = results.into_iter().next() {
            return Err(refusal::invite(&error, conn, actor));
        }
        let pending = invitation::find_pending(conn, actor.organization, email.as_str())?;
        let id = pending.ok_or(AppError::NotFound)?.id;
        let document = InvitationDocument::load(conn, actor, id)?;
        Ok((Answer::created(format!("{PATH}/{id}"), &document)?, events))
    })
    .await
}

/// What the message of a form says, as a problem.
fn invalid(field: &str, message: impl std::fmt::Display) -> Problem {
    Problem::invalid(field, format!("{message}."))
}

/// A first or last name, which may be empty.
fn part(field: &str, text: &str) -> Result<String, Problem> {
    match text.trim() {
        "" => Ok(String::new()),
        text => name::person(text, "a name").map_err(|message| invalid(field, message)),
    }
}

fn terms(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    sent: &NewInvitationBody,
) -> Result<InvitationTerms, Refused> {
    if sent.companies.len() > MOST_COMPANIES {
        return Err(Problem::invalid("companies", format!("Name at most {MOST_COMPANIES} companies.")).into());
    }
    if sent.companies.is_empty() && authority.reach() == Reach::OwnCompanies {
        return Err(Problem::invalid("companies", "Name at least one company.").into());
    }
    let mut companies: Vec<CompanyGrant> = Vec::with_capacity(sent.companies.len());
    for (at, wanted) in sent.companies.iter().enumerate() {
        let field = format!("companies[{at}].company");
        let unknown = || {
            Problem::invalid(
                field.as_str(),
                "Send the slug or the id of a company that you may invite to.",
            )
        };
        let found = company_named(conn, actor, &wanted.company, InviteMembers::ID);
        let company = found.map_err(|error| error.or_problem(unknown))?;
        if company.status == CompanyStatus::Archived {
            return Err(Problem::invalid(field, "The company is archived.").into());
        }
        if companies.iter().any(|other| other.company == company.id) {
            return Err(Problem::invalid(field, "Name each company once.").into());
        }
        companies.push(CompanyGrant {
            company: company.id,
            name: company.name,
            status: company.status,
            role: wanted.role,
        });
    }
    let access_until = match sent.access_until {
        None => None,
        Some(day) => match Time::end_of_day(&day.iso(), actor.org_zone) {
            Some(end) if end > actor.cx.now => Some(end),
            _ => return Err(Problem::invalid("access_until", "Send today or a later day.").into()),
        },
    };
    if sent.role == Role::Owner && access_until.is_some() {
        return Err(Problem::invalid("access_until", "Owners have no end of access.").into());
    }
    Ok(InvitationTerms {
        role: sent.role,
        companies,
        message: personal_message::parse(&sent.message).map_err(|message| invalid("message", message))?,
        access_until,
    })
}
