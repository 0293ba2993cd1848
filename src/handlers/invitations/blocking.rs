//! Blocking and reporting invitations, by the link in their email. No account is needed.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::invitation_block;
use crate::models::invitation_block::InvitationBlocks;
use crate::models::invitation_report;
use crate::models::invitation_report::InvitationReport;
use crate::models::organization::heading;
use crate::models::{invitation, user};
use crate::services::invitations::block;
use crate::services::invitations::block::BlockScope;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BlockForm {
    /// `organization` or `sender`.
    scope: String,
}

#[derive(Template)]
#[template(path = "invitations/blocking.html")]
pub struct BlockingPage {
    layout: Layout,
    errors: FormErrors,
    zone: Zone,
    /// Of this page.
    path: String,
    /// The address that is protected.
    email: String,
    organization: String,
    sender: String,
    sender_email: String,
    blocks: InvitationBlocks,
    report: Option<InvitationReport>,
    comment: String,
}

crate::page!(BlockingPage);

impl BlockingPage {
    pub fn load(
        conn: &mut Conn,
        visit: &Visit,
        token: &Token,
        comment: String,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let found = invitation::find_by_token(conn, token)?
            .ok_or(AppError::NotFound)?
            .invitation;
        let id = found.organization_id;
        let sender = user::by_id(conn, found.invited_by)?;
        let organization = heading::heading(conn, id)?;
        let own = visit.person.as_ref().and_then(|person| person.zone);
        Ok(Self {
            layout: visit.layout(),
            errors,
            path: path(token),
            zone: own.unwrap_or(organization.zone),
            organization: organization.name,
            blocks: invitation_block::find(conn, id, sender.id, &found.email)?,
            report: invitation_report::of_invitation(conn, id, found.id)?,
            sender: sender.name,
            sender_email: sender.email,
            email: found.email,
            comment,
        })
    }
}

type BlockChoice<'a> = (&'static str, &'a str, String, bool);

impl BlockingPage {
    /// What can be blocked: its name in forms, its label, what it means, whether it is blocked.
    fn choices(&self) -> [BlockChoice<'_>; 2] {
        let organization = format!("All invitations to join {}", self.organization);
        let sender = format!("All invitations from {}, in any organization", self.sender_email);
        [
            (
                "organization",
                &self.organization,
                organization,
                self.blocks.organization,
            ),
            ("sender", &self.sender, sender, self.blocks.sender),
        ]
    }

    fn ending(&self) -> String {
        self.path.replace("/blocking", "/unblocking")
    }

    fn report(&self) -> String {
        self.path.replace("/blocking", "/report")
    }
}

/// The path of the page.
pub fn path(token: &Token) -> String {
    format!("/invitations/{}/blocking", token.as_str())
}

/// `GET /invitations/{token}/blocking`: changes nothing, because mail scanners follow links.
pub async fn show(gate: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&token);
    gate.show(move |visit, conn| BlockingPage::load(conn, visit, &token, String::new(), FormErrors::none()))
        .await
}

/// `POST /invitations/{token}/blocking`
pub async fn create(
    gate: Visitor,
    token: web::Path<String>,
    form: web::Form<BlockForm>,
) -> Result<HttpResponse, AppError> {
    let done = "Blocked. You can unblock it on this page at any time";
    change(&gate, &token, &form, block::block, done).await
}

/// `POST /invitations/{token}/unblocking`
pub async fn destroy(
    gate: Visitor,
    token: web::Path<String>,
    form: web::Form<BlockForm>,
) -> Result<HttpResponse, AppError> {
    change(&gate, &token, &form, block::unblock, "Unblocked").await
}

/// Makes a change of the form's scope. The page's own forms always have one.
async fn change(
    gate: &Visitor,
    token: &str,
    form: &BlockForm,
    service: fn(&mut Conn, &Ctx, &Token, BlockScope) -> Result<Events, AppError>,
    done: &str,
) -> Result<HttpResponse, AppError> {
    let token = Token::received(token);
    let there = path(&token);
    let Some(scope) = BlockScope::parse(&form.scope) else {
        return Ok(see_other(gate.fragment(), &there));
    };
    gate.write(move |visit, conn| Ok(((), None, service(conn, &visit.cx, &token, scope)?)))
        .await?;
    Ok(gate.done(done, &there))
}
