use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::handlers::accounts::page::AccountPage;
use crate::handlers::accounts::signed_up::SignedUp;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/verify.html")]
struct VerificationPage {
    layout: Layout,
    email: String,
    sends_mail: bool,
}
crate::page!(VerificationPage);

/// `GET /verify`: where the verification email was sent.
pub async fn show(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let signed_up = SignedUp::read(visitor.session());
    visitor
        .show(move |visit, _| {
            let email = match (&visit.person, signed_up) {
                (Some(person), _) if person.verified => return Ok(AccountPage::Redirect("/organizations".into())),
                (Some(person), _) => person.email.to_string(),
                (None, Some(signed_up)) => signed_up.email,
                (None, None) => return Ok(AccountPage::Redirect("/login".into())),
            };
            Ok(AccountPage::shown(VerificationPage {
                layout: visit.layout(),
                email,
                sends_mail: visit.cx.config().sends_mail(),
            }))
        })
        .await
}
