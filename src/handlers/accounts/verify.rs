//! The proof of an address: the page that waits for it, and the page behind the mailed link.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::audit::{Action, ActorRef, Events};
use crate::auth::{Visit, Visitor};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, local_path, refused, see_other};
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::entry;
use crate::handlers::accounts::entry::{Over, SignedUp};
use crate::models::email_token;
use crate::models::email_token::{Link, TokenKind};
use crate::models::login_attempt;
use crate::models::login_attempt::Postage;
use crate::models::user;
use crate::services::accounts::challenge;
use crate::services::accounts::challenge::Challenge;
use crate::services::accounts::email;
use crate::services::onboarding_links::resolve;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/verify.html")]
struct Waiting {
    layout: Layout,
    email: String,
    sends_mail: bool,
}

/// Says where the letter went.
pub async fn waiting(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let trace = SignedUp::of(visitor.session());
    let page = visitor
        .read(move |visit, _| {
            let email = match &visit.person {
                Some(person) if person.verified => return Ok(Err("/organizations")),
                Some(person) => person.email.to_string(),
                None => match trace {
                    Some(trace) => trace.email,
                    None => return Ok(Err("/login")),
                },
            };
            Ok(Ok(Waiting {
                layout: visit.layout(),
                email,
                sends_mail: visit.cx.config().sends_mail(),
            }))
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(path) => Ok(see_other(visitor.fragment(), path)),
    }
}

/// Sends the letter again.
pub async fn resend(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let trace = SignedUp::of(visitor.session());
    let postage = visitor
        .write(move |visit, conn| {
            let cx = &visit.cx;
            let nobody = Events::none("nobody to write to");
            let email = match &visit.person {
                Some(person) if person.verified => return Ok((None, None, nobody)),
                Some(person) => person.email.clone(),
                None => match trace {
                    Some(trace) => Email::stored(trace.email),
                    None => return Ok((None, None, nobody)),
                },
            };
            let postage = login_attempt::postage(conn, cx, login_attempt::AttemptKind::Letter, &email)?;
            if postage != Postage::Paid {
                return Ok((Some(postage), None, Events::none("no letter was sent")));
            }
            let Some(account) = user::by_email(conn, &email)? else {
                return Ok((Some(postage), None, nobody));
            };
            if account.verified() {
                email::account_exists(conn, cx, &account)?;
                return Ok((Some(postage), None, Events::none("the account stays as it is")));
            }
            // The way on was noted with the letter before.
            let next = email_token::latest_next(conn, account.id, TokenKind::Verify)?;
            email::verify(conn, cx, &account, &next)?;
            Ok((
                Some(postage),
                Some(account.actor()),
                account.event(Action::VerificationRequested),
            ))
        })
        .await?;
    match postage {
        Some(Postage::Paid) => visitor.tell("success", "A new email is on its way. Earlier links no longer work"),
        Some(Postage::TooSoon) => visitor.tell(
            "warning",
            "The last email went out less than a minute ago. Wait a moment",
        ),
        Some(Postage::TooMany) => visitor.tell(
            "warning",
            "Several emails went out already. Look into your spam folder, or wait an hour",
        ),
        None => {}
    }
    Ok(see_other(visitor.fragment(), "/verify"))
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct Confirm {
    layout: Layout,
    errors: FormErrors,
    email: String,
    action: String,
    asks: bool,
}

/// Whether the browser proves by itself that its person made the account; another one is asked for the password.
fn is_own(visit: &Visit, trace: Option<&SignedUp>, link: &Link) -> bool {
    trace.is_some_and(|trace| trace.is(link.account.id))
        || visit.person.as_ref().is_some_and(|person| person.id == link.account.id)
}

fn over(link: Option<&Link>, visit: &Visit) -> Over {
    if link.is_some_and(|link| link.account.verified()) {
        Over {
            title: "Your address is confirmed",
            text: "This link did its work and is not needed any more.",
            way_on: ("/", if visit.person.is_some() { "Continue" } else { "Sign in" }),
        }
    } else if visit.person.is_some() {
        Over {
            title: "This link has ended",
            text: "It was used, is older than 24 hours, or a newer one was sent.",
            way_on: ("/verify", "Send a new link"),
        }
    } else {
        Over {
            title: "This link has ended",
            text: "It was used, is older than 24 hours, or a newer one was sent. Sign in to get a new one.",
            way_on: ("/login", "Sign in"),
        }
    }
}

/// Shows what the link would do; nothing is done yet, for mail programs follow links too.
pub async fn confirm(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    show(&visitor, path.into_inner(), FormErrors::none()).await
}

async fn show(visitor: &Visitor, token: String, errors: FormErrors) -> Result<HttpResponse, AppError> {
    let trace = SignedUp::of(visitor.session());
    let again = !errors.is_empty();
    let page = visitor
        .read(move |visit, conn| {
            let link = email_token::find(conn, &visit.cx, TokenKind::Verify, &Token::received(&token))?;
            let layout = visit.layout();
            Ok(match link {
                Some(link) if link.open => Ok(Confirm {
                    layout,
                    errors,
                    email: link.email.to_string(),
                    action: format!("/verify/{token}"),
                    asks: !is_own(visit, trace.as_ref(), &link),
                }),
                link => Err((over(link.as_ref(), visit), layout)),
            })
        })
        .await?;
    match page {
        Ok(page) if again => refused(page),
        Ok(page) => html(page),
        Err((over, layout)) => over.page(layout),
    }
}

/// The password, asked of another browser than the one that signed up.
#[derive(Default, Deserialize)]
pub struct EmailChangeForm {
    #[serde(default)]
    password: String,
}

enum Step {
    Inside(Token, String),
    Ask(Challenge),
    Over,
}

/// Proves the address and signs in.
pub async fn submit(
    visitor: Visitor,
    path: Path<String>,
    form: Form<EmailChangeForm>,
) -> Result<HttpResponse, AppError> {
    let (text, trace) = (path.into_inner(), SignedUp::of(visitor.session()));
    let token = Token::received(&text);
    let asked = token.clone();
    let step = visitor
        .write(move |visit, conn| {
            let Some(link) = email_token::find_open(conn, &visit.cx, TokenKind::Verify, &asked)? else {
                return Ok((Step::Over, None, Events::none("the link is over")));
            };
            if is_own(visit, trace.as_ref(), &link) {
                return enter(visit, conn, &link, &asked);
            }
            let (challenge, events) = challenge::challenge(conn, &visit.cx, &link.email)?;
            Ok((Step::Ask(challenge), None, events))
        })
        .await?;
    let step = match step {
        Step::Ask(Challenge::Open(Some(account))) => {
            let stored = account.password_hash.clone();
            let hasher = &visitor.app().hasher;
            if !hasher.verify(Some(stored.clone()), form.into_inner().password).await? {
                return wrong(
                    &visitor,
                    text,
                    "This is not the password of the account. Try again, or choose a new one below",
                )
                .await;
            }
            visitor
                .write(
                    move |visit, conn| match email_token::find_open(conn, &visit.cx, TokenKind::Verify, &token)? {
                        Some(link) if link.account.password_hash == stored => enter(visit, conn, &link, &token),
                        _ => Ok((Step::Over, None, Events::none("the link was used in between"))),
                    },
                )
                .await?
        }
        step => step,
    };
    match step {
        Step::Inside(token, path) => {
            crate::auth::current_user::remember(visitor.session(), &token)?;
            Ok(see_other(visitor.fragment(), &path))
        }
        Step::Ask(Challenge::Locked) => wrong(&visitor, text, login_attempt::LOCKED).await,
        Step::Ask(_) => wrong(&visitor, text, login_attempt::FLOODED).await,
        // The page of the link says what became of it.
        Step::Over => show(&visitor, text, FormErrors::none()).await,
    }
}

async fn wrong(visitor: &Visitor, token: String, sentence: &str) -> Result<HttpResponse, AppError> {
    show(visitor, token, FormErrors::one("password", sentence)).await
}

fn enter(
    visit: &Visit,
    conn: &mut Conn,
    link: &Link,
    token: &Token,
) -> Result<(Step, Option<ActorRef>, Events), AppError> {
    let cx = &visit.cx;
    if !email_token::take(conn, cx, TokenKind::Verify, token)? {
        return Ok((Step::Over, None, Events::none("somebody else took it")));
    }
    let account = &link.account;
    let proven = user::prove(conn, cx, account)?;
    // An address is proven once, so each account is counted once.
    if !account.verified()
        && let Some(token) = resolve::token_in(&link.next)
        && let Some(found) = crate::models::onboarding_link::find_by_token(conn, &Token::received(token))?
    {
        crate::models::onboarding_link::count_signed_up(conn, &found.link)?;
    }
    login_attempt::forgive(conn, &account.email)?;
    let (token, begun) = entry::begin(visit, conn, account.id)?;
    let path = local_path(&link.next, "/onboarding").to_owned();
    Ok((Step::Inside(token, path), Some(account.actor()), proven.and(begun)))
}
