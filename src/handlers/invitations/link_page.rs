//! What the page of an invitation's link shows in each situation.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::app::Ctx;
use crate::auth::Visit;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::{Page, html_with};
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::invitation::CompanyGrant;
use crate::services::invitations::resolve::ResolvedInvitation;
use crate::services::invitations::situation::InvitationSituation;
use crate::web::layout::{Layout, PageLayout, PublicLayout};

pub enum InvitationLinkPage {
    Known(Box<InvitationPage>),
    Unknown(Box<UnknownInvitationPage>),
}

impl Page for InvitationLinkPage {
    fn respond(self, status: StatusCode, _fragment: bool) -> Result<HttpResponse, AppError> {
        match self {
            Self::Unknown(page) => html_with(StatusCode::NOT_FOUND, *page),
            Self::Known(page) if status.is_client_error() && page.situation == InvitationSituation::Other => {
                html_with(StatusCode::FORBIDDEN, *page)
            }
            Self::Known(page) => html_with(status, *page),
        }
    }
}

impl InvitationLinkPage {
    pub fn for_visit(conn: &mut Conn, visit: &Visit, token: &Token) -> Result<Self, AppError> {
        Self::load(conn, &visit.cx, visit.layout(), token, visit.person.as_ref())
    }

    pub fn for_person(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<Self, AppError> {
        let layout = person.layout(conn, "")?;
        Self::load(conn, &person.cx, layout, token, Some(person))
    }

    fn load(
        conn: &mut Conn,
        cx: &Ctx,
        layout: Layout,
        token: &Token,
        person: Option<&CurrentUser>,
    ) -> Result<Self, AppError> {
        Ok(match ResolvedInvitation::find(conn, cx, token, person)? {
            Some(resolved) => {
                let own = person.and_then(|person| person.zone);
                let zone = own.unwrap_or(resolved.organization.zone);
                Self::Known(Box::new(InvitationPage::new(cx, layout, token, resolved, zone)))
            }
            None => Self::Unknown(Box::new(UnknownInvitationPage { layout })),
        })
    }
}

#[derive(Template)]
#[template(path = "invitations/unknown.html")]
pub struct UnknownInvitationPage {
    layout: Layout,
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
pub struct InvitationPage {
    layout: Layout,
    situation: InvitationSituation,
    path: String,
    home: String,
    title: String,
    text: String,
    organization: String,
    inviter: String,
    /// The inviter's address, if the page says to ask them.
    ask: Option<String>,
    invited: String,
    role: &'static str,
    can: String,
    units: &'static str,
    companies: Vec<String>,
    message: String,
    expires: String,
    access_until: Option<String>,
    hands_over: bool,
    email: String,
}

impl InvitationPage {
    fn new(cx: &Ctx, layout: Layout, token: &Token, resolved: ResolvedInvitation, zone: Zone) -> Self {
        let signed_in = layout.person.as_ref().map(|person| person.email.as_str());
        let (title, text) = describe(&resolved, signed_in.unwrap_or_default(), zone);
        let asks = matches!(
            resolved.situation,
            InvitationSituation::Expired | InvitationSituation::Cancelled | InvitationSituation::AccessEnded
        );
        let unit = resolved.organization.unit;
        let companies = resolved.active_grants().map(CompanyGrant::label).collect();
        let invitation = resolved.invitation;
        Self {
            path: format!("/invitations/{}", token.as_str()),
            home: format!("/organizations/{}", resolved.organization.slug),
            title,
            text,
            ask: asks.then_some(resolved.inviter.email),
            inviter: resolved.inviter.name,
            invited: invitation.last_sent_at.ago(cx.now, zone),
            role: invitation.role.label(),
            can: invitation.role.you_can(unit.many()),
            units: unit.titles(),
            companies,
            message: invitation.message,
            expires: invitation
                .expires_at
                .and_ahead(invitation.expires_at.full(zone), cx.now, zone),
            access_until: invitation.access_until.map(|end| end.full(resolved.organization.zone)),
            hands_over: invitation.hands_over,
            email: invitation.email,
            organization: resolved.organization.name,
            situation: resolved.situation,
            layout,
        }
    }
}

/// The title and text of the page.
fn describe(resolved: &ResolvedInvitation, signed_in: &str, zone: Zone) -> (String, String) {
    use InvitationSituation as S;
    let organization = &resolved.organization.name;
    let (email, inviter) = (&resolved.invitation.email, &resolved.inviter.name);
    let join = format!("Join {organization}");
    match resolved.situation {
        S::Ready => (join, String::new()),
        S::SignIn => (
            join,
            format!("The invitation is for {email}. Sign in with this address to accept it."),
        ),
        S::SignUp => (
            join,
            format!("The invitation is for {email}. Create an account with this address to accept it."),
        ),
        S::Unverified => (
            join,
            format!("Verify your email address {email} first. Then you return here to accept."),
        ),
        S::Other => (
            join,
            format!("The invitation is for {email}. You are signed in as {signed_in}."),
        ),
        S::Member => (
            format!("You are a member of {organization}"),
            "There is nothing left to accept.".into(),
        ),
        situation => {
            let end = resolved.invitation.expires_at.full(zone);
            let (title, text) = unavailable(situation, organization, email, inviter, &end);
            (title.to_owned(), text)
        }
    }
}

fn unavailable(
    situation: InvitationSituation,
    organization: &str,
    email: &str,
    inviter: &str,
    end: &str,
) -> (&'static str, String) {
    use InvitationSituation as S;
    match situation {
        S::Newer => (
            "A newer link was sent",
            format!("This link to {organization} was replaced. Look for the latest email and use the link in it."),
        ),
        S::Expired => (
            "This invitation has expired",
            format!("It was valid until {end}. Ask {inviter} to send the invitation to {organization} again."),
        ),
        S::Cancelled => (
            "This invitation was cancelled",
            format!("The link to {organization} doesn’t work anymore. Ask {inviter} if you think this is a mistake."),
        ),
        S::Declined => (
            "This invitation was declined",
            format!("If that was a mistake, ask {inviter} to invite you to {organization} again."),
        ),
        S::Used => (
            "This invitation was accepted already",
            format!("A link works once. Sign in as {email} to open {organization}."),
        ),
        S::Inactive => (
            "This organization is not open",
            format!("{organization} doesn’t accept new members right now."),
        ),
        S::AccessEnded => (
            "The access of this invitation has ended",
            format!(
                "It ended before the invitation was accepted. Ask {inviter} to invite you to {organization} again."
            ),
        ),
        _ => (
            "This invitation is not valid anymore",
            format!(
                "The person who invited you can’t give this access anymore. Ask {organization} for a new invitation."
            ),
        ),
    }
}
