//! Counts the people who continue from the page of a link.

use crate::auth::Visit;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::onboarding_link;
use crate::services::onboarding_links::resolve::ResolvedLink;
use crate::services::onboarding_links::status::LinkStatus;

pub struct LinkOpening {
    pub link_id: String,
    pub is_open: bool,
}

/// `counted`: the id of the link that counted this browser before.
pub fn open(conn: &mut Conn, visit: &Visit, token: &Token, counted: Option<&str>) -> Result<LinkOpening, AppError> {
    let resolved = ResolvedLink::find(conn, &visit.cx, token)?.ok_or(AppError::NotFound)?;
    let link_id = resolved.link.id.to_string();
    let is_open = resolved.status == LinkStatus::Open;
    if is_open && visit.person.is_none() && counted != Some(link_id.as_str()) {
        onboarding_link::count_opened(conn, &resolved.link)?;
    }
    Ok(LinkOpening { link_id, is_open })
}
