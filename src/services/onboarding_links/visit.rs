//! A link as the person who opens it finds it.

use crate::app::Ctx;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::join_request;
use crate::models::join_request::{JoinRequest, JoinStatus};
use crate::models::membership::by_user;
use crate::services::onboarding_links::resolve::ResolvedLink;
use crate::services::onboarding_links::situation::{JoinSituation, JoinViewer};

pub struct LinkVisit {
    pub resolved: ResolvedLink,
    pub situation: JoinSituation,
    /// The viewer's open or recently declined request.
    pub request: Option<JoinRequest>,
    /// The active companies of the link.
    pub companies: Vec<CompanyChoice>,
}

impl LinkVisit {
    /// `None` when the token has no link.
    pub fn find(
        conn: &mut Conn,
        cx: &Ctx,
        token: &Token,
        person: Option<&CurrentUser>,
    ) -> Result<Option<Self>, AppError> {
        let Some(resolved) = ResolvedLink::find(conn, cx, token)? else {
            return Ok(None);
        };
        let link = &resolved.link;
        let organization = link.organization_id;
        let mut request = None;
        let viewer = match person {
            None => JoinViewer::SignedOut,
            Some(person) if !person.verified => JoinViewer::Unverified,
            Some(person) => {
                request = join_request::latest(conn, organization, person.id, cx.now - join_request::WAIT)?;
                let is = |status| request.as_ref().is_some_and(|request| request.status == status);
                JoinViewer::Verified {
                    membership: by_user::state(conn, organization, person.id, cx.now)?.1,
                    requested: is(JoinStatus::Awaiting),
                    declined: is(JoinStatus::Denied),
                    admitted: link.admits(person.email.as_str()),
                }
            }
        };
        let companies = company_choice::among(conn, organization, &link.companies())?;
        Ok(Some(Self {
            situation: JoinSituation::of(resolved.status, link.purpose, link.approval, viewer),
            companies,
            resolved,
            request,
        }))
    }
}
