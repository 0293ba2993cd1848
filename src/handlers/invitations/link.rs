//! Where a link leads: one page for every situation.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::Ctx;
use crate::auth::current_user::CurrentUser;
use crate::auth::{Public, Visitor};
use crate::common::error::AppError;
use crate::common::html::{html, html_with, query_value, see_other};
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, OrganizationStatus};
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::services::invitations::authority;
use crate::services::invitations::queries;
use crate::services::invitations::queries::{Grant, InvitingOrganization};
use crate::services::invitations::rules;
use crate::services::invitations::rules::{InviteFacts, Situation, Viewer};
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

/// An invitation as one guest finds it.
pub struct Scene {
    pub invitation: Invitation,
    pub host: InvitingOrganization,
    pub grants: Vec<Grant>,
    pub inviter: (String, String),
    /// The membership of who vouches for it.
    pub by: Option<MembershipId>,
    pub situation: Situation,
}

impl Scene {
    pub fn find(
        conn: &mut Conn,
        cx: &Ctx,
        token: &Token,
        person: Option<&CurrentUser>,
    ) -> Result<Option<Self>, AppError> {
        let Some(found) = invitation::find_by_token(conn, token)? else {
            return Ok(None);
        };
        let invitation = found.invitation;
        let organization = invitation.organization_id;
        let host = queries::host(conn, organization)?;
        let grants: Vec<Grant> = queries::grants(conn, organization, vec![invitation.id])?
            .into_iter()
            .map(|(_, grant)| grant)
            .collect();
        let offered: Vec<_> = grants.iter().map(|grant| (grant.company, grant.role)).collect();
        let inviter = authority::inviter(conn, organization, cx, invitation.invited_by)?;
        let guest = match person {
            None => Viewer::Nobody {
                account: queries::has_account(conn, &invitation.email)?,
            },
            Some(person) if person.email.as_str() == invitation.email => Viewer::Invited {
                proven: person.verified,
                member: person.verified && queries::is_member(conn, organization, person.id)?,
            },
            Some(_) => Viewer::Other,
        };
        let situation = Situation::of(InviteFacts {
            standing: rules::standing(invitation.status, invitation.expires_at, cx.now),
            superseded: found.superseded,
            active: host.status == OrganizationStatus::Active,
            vouched: inviter
                .as_ref()
                .is_some_and(|(_, voucher)| voucher.vouches(invitation.role, &offered)),
            over: invitation.access_until.is_some_and(|end| end < cx.now),
            guest,
        });
        Ok(Some(Self {
            inviter: queries::contact(conn, invitation.invited_by)?,
            by: inviter.map(|(membership, _)| membership),
            invitation,
            host,
            grants,
            situation,
        }))
    }

    pub fn page(self, cx: &Ctx, layout: Layout, token: &Token) -> Show {
        let unit = self.host.unit;
        let invitation = &self.invitation;
        let (title, text) = self.words(layout.person.as_ref().map(|person| person.email.as_str()));
        let asks = matches!(
            self.situation,
            Situation::Expired | Situation::Cancelled | Situation::Over
        );
        Show {
            path: format!("/invitations/{}", token.as_str()),
            home: format!("/organizations/{}", self.host.slug),
            title,
            text,
            inviter: self.inviter.0.clone(),
            ask: asks.then(|| self.inviter.1.clone()),
            invited: invitation.last_sent_at.ago(cx.now),
            role: invitation.role.label(),
            can: invitation.role.can(unit.many()),
            units: unit.titles(),
            companies: self
                .grants
                .iter()
                .filter(|grant| grant.status == CompanyStatus::Active)
                .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
                .collect(),
            message: invitation.message.clone(),
            expires: (invitation.expires_at.date(), invitation.expires_at.ahead(cx.now)),
            access_until: invitation.access_until.map(Time::date),
            hands_over: invitation.hands_over,
            email: invitation.email.clone(),
            organization: self.host.name,
            situation: self.situation,
            layout,
        }
    }

    /// Heading and sentence.
    fn words(&self, signed_in: Option<&str>) -> (String, String) {
        let (organization, email, inviter) = (&self.host.name, &self.invitation.email, &self.inviter.0);
        let closed = |title: &str, text: String| (title.to_owned(), text);
        match self.situation {
            Situation::Ready => (format!("Join {organization}"), String::new()),
            Situation::SignIn => (
                format!("Join {organization}"),
                format!("The invitation is for {email}. Sign in with this address to accept it."),
            ),
            Situation::SignUp => (
                format!("Join {organization}"),
                format!("The invitation is for {email}. Create an account with this address to accept it."),
            ),
            Situation::Unproven => (
                format!("Join {organization}"),
                format!("Verify your address {email} first. Then you come back here and accept."),
            ),
            Situation::Other => (
                format!("Join {organization}"),
                format!(
                    "The invitation is for {email}. You are signed in as {}.",
                    signed_in.unwrap_or_default()
                ),
            ),
            Situation::Member => (
                format!("You are a member of {organization}"),
                "There is nothing left to accept.".into(),
            ),
            Situation::Newer => closed(
                "A newer link was sent",
                format!("This link to {organization} was replaced. Look for the latest email and use the link in it."),
            ),
            Situation::Expired => closed(
                "This invitation has expired",
                format!(
                    "It was valid until {}. Ask {inviter} to send the invitation to {organization} again.",
                    self.invitation.expires_at.date()
                ),
            ),
            Situation::Cancelled => closed(
                "This invitation was cancelled",
                format!(
                    "The link to {organization} does not open any more. Ask {inviter} if you think this is a mistake."
                ),
            ),
            Situation::Declined => closed(
                "This invitation was declined",
                format!("If that was a mistake, ask {inviter} to invite you to {organization} again."),
            ),
            Situation::Used => closed(
                "This invitation was accepted already",
                format!("A link works once. Sign in as {email} to open {organization}."),
            ),
            Situation::Gone => closed(
                "This organization is not open",
                format!("{organization} takes nobody in at the moment."),
            ),
            Situation::Lapsed => closed(
                "This invitation is not valid any more",
                format!(
                    "The person who invited you can no longer give this access. Ask somebody at {organization} for a new invitation."
                ),
            ),
            Situation::Over => closed(
                "The access of this invitation is over",
                format!("It ended before it was accepted. Ask {inviter} for a new invitation to {organization}."),
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
pub struct Show {
    layout: Layout,
    pub situation: Situation,
    path: String,
    home: String,
    title: String,
    text: String,
    organization: String,
    inviter: String,
    /// The inviter's address, where the guest is told to ask.
    ask: Option<String>,
    invited: String,
    role: &'static str,
    can: String,
    units: &'static str,
    companies: Vec<String>,
    message: String,
    expires: (String, String),
    access_until: Option<String>,
    hands_over: bool,
    email: String,
}

#[derive(Template)]
#[template(path = "invitations/unknown.html")]
struct Unknown {
    layout: Layout,
}

/// The page of a link. It changes nothing: mail scanners follow links.
pub async fn show(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let page = gate
        .read(move |visit, conn| {
            let scene = Scene::find(conn, &visit.cx, &token, visit.person.as_ref())?;
            Ok(match scene {
                Some(scene) => Ok(scene.page(&visit.cx, visit.layout(), &token)),
                None => Err(Unknown { layout: visit.layout() }),
            })
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(unknown) => html_with(StatusCode::NOT_FOUND, unknown),
    }
}

/// Back to the page of the link: who was asked to sign in on the way returns to an address that only takes a POST.
pub async fn back(_public: Public, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    Ok(see_other(false, &format!("/invitations/{}", query_value(&token))))
}
