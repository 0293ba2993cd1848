use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::EditProfile;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::settings::contacts::{BLOCKED, ContactPath, SENT, TOO_SOON, kind};
use crate::services::organizations::contacts;
use crate::services::organizations::contacts::ContactError;

/// `POST /organizations/{slug}/settings/contacts/{kind}/resending`
pub async fn create(gate: Gate<EditProfile>, path: ContactPath) -> Result<HttpResponse, AppError> {
    let kind = kind(&path)?;
    let sent = gate
        .try_write(move |actor, conn| contacts::resend(conn, actor, kind))
        .await;
    let (tone, message) = match sent {
        Ok(()) => ("info", SENT),
        Err(ContactError::TooSoon) => ("warning", TOO_SOON),
        Err(ContactError::Blocked) => ("danger", BLOCKED),
        Err(ContactError::NothingPending | ContactError::AlreadyVerified) => {
            ("info", "No address is waiting for verification")
        }
        Err(ContactError::Failed(error)) => return Err(error),
    };
    gate.tell(tone, message);
    let path = format!("/organizations/{}/settings/general", path.0);
    Ok(see_other(gate.fragment(), &path))
}
