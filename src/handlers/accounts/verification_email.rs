use actix_web::HttpResponse;

use crate::auth::Visitor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::accounts::signed_up::SignedUp;
use crate::models::login_attempt::EmailQuota;
use crate::services::accounts::verification;

/// `POST /verify/resending`
pub async fn create(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let signed_up = SignedUp::read(visitor.session()).map(|signed_up| Email::stored(signed_up.email));
    let quota = visitor
        .write(move |visit, conn| verification::resend(conn, visit, signed_up))
        .await?;
    match quota {
        Some(EmailQuota::Available) => {
            visitor.tell("success", "A new email is on its way. Earlier links no longer work");
        }
        Some(EmailQuota::TooSoon) => visitor.tell(
            "warning",
            "The last email was sent less than a minute ago. Wait a minute",
        ),
        Some(EmailQuota::Exhausted) => {
            visitor.tell(
                "warning",
                "Several emails were sent already. Check your spam folder, or wait an hour",
            );
        }
        None => {}
    }
    Ok(see_other(visitor.fragment(), "/verify"))
}
