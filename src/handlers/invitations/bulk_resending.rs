//! Sending the selected invitations again.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::see_other;
use crate::handlers::invitations::wording;
use crate::services::invitations::resend;

/// The most invitations that are sent again at once.
const MOST: usize = 500;

/// The message is kept in a cookie, so it names only the first errors.
const NAMED: usize = 5;

pub async fn create(
    gate: Gate<InviteMembers>,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let mut ids: Vec<String> = fields.all("id").take(MOST).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    let (sent, refused) = gate
        .write(move |actor, conn| {
            let (results, events) = resend::resend_all(conn, actor, &ids)?;
            let refused = results.refused.iter();
            let refused = refused.map(|(email, error)| format!("{email}: {}", wording::resend_error(error, actor)));
            let refused: Vec<String> = refused.collect();
            Ok(((results.sent, refused), events))
        })
        .await?;
    let (tone, text) = message(sent, &refused);
    gate.tell(tone, text);
    let list = format!("/organizations/{}/invitations", path.into_inner());
    Ok(see_other(gate.fragment(), &list))
}

fn message(sent: usize, refused: &[String]) -> (&'static str, String) {
    let done = match sent {
        1 => "1 invitation sent again".to_owned(),
        n => format!("{n} invitations sent again"),
    };
    match (sent, refused) {
        (0, []) => ("info", "Select the invitations to send again".into()),
        (_, []) => ("success", done),
        (_, refused) => {
            let shown: Vec<&str> = refused.iter().take(NAMED).map(String::as_str).collect();
            let more = match refused.len() - shown.len() {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let tone = if sent == 0 { "danger" } else { "warning" };
            (tone, format!("{done}. Not sent: {}{more}", shown.join("; ")))
        }
    }
}
