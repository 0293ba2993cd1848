//! Coming in by a link, or asking to; taking a request back.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::SignedIn;
use crate::auth::current_user::Person;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html_with, refused, see_other};
use crate::common::time::Span;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::onboarding_links::door::{Scene, Show, Typed};
use crate::models::join_request;
use crate::models::join_request::Status;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, Purpose};
use crate::services::onboarding_links::admit;
use crate::services::onboarding_links::admit::Newcomer;
use crate::services::onboarding_links::email;
use crate::services::onboarding_links::rules;
use crate::services::onboarding_links::rules::Situation;

enum Answer {
    /// To a page, with a word.
    Go(String, Option<String>),
    /// The form again, or the page that says why not.
    Refused(Box<Show>),
    /// Not with this account.
    Barred(Box<Show>),
}

/// Comes in, or asks to.
///
/// # Errors
/// What the gate refuses; `NotFound` for an unknown link, `TooMany` for who tried very often.
pub async fn join(gate: SignedIn, path: web::Path<String>, form: web::Form<Typed>) -> Result<HttpResponse, AppError> {
    let (token, typed) = (Token::received(&path), form.into_inner());
    let answer = gate
        .write(move |person, conn| answer(conn, person, &token, typed))
        .await?;
    match answer {
        Answer::Go(path, word) => {
            if let Some(word) = word {
                gate.tell("success", word);
            }
            Ok(see_other(gate.fragment(), &path))
        }
        Answer::Refused(page) => refused(*page),
        Answer::Barred(page) => html_with(actix_web::http::StatusCode::FORBIDDEN, *page),
    }
}

fn answer(conn: &mut Conn, person: &Person, token: &Token, typed: Typed) -> Result<(Answer, Deeds), AppError> {
    let cx = &person.cx;
    onboarding_link::hold(conn, token)?;
    let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
    let home = format!("/organizations/{}", scene.door.host.slug);
    let asks = match scene.situation {
        Situation::Ready => false,
        Situation::Ask => true,
        Situation::Member => return Ok((Answer::Go(home, None), Deeds::none("a member already"))),
        Situation::Waits => {
            let page = format!("/join/{}", token.as_str());
            return Ok((Answer::Go(page, None), Deeds::none("a request waits already")));
        }
        _ => return refuse(conn, person, token, scene, typed, FormErrors::none()),
    };
    let link = scene.door.link.clone();
    let wish = match link.purpose {
        Purpose::Join => None,
        Purpose::NewCompany => match admit::wish(&typed.company_name, scene.door.host.unit) {
            Ok(wish) => Some(wish),
            Err(errors) => return refuse(conn, person, token, scene, typed, errors),
        },
    };
    if let Some(wish) = &wish
        && join_request::made(conn, &link, person.id, &wish.name, cx.now - Span::minutes(1))?
    {
        return Ok((Answer::Go(home, None), Deeds::none("the same press twice")));
    }
    if join_request::tries(conn, person.id, cx.now - Span::days(1))? >= rules::TRIES_A_DAY {
        return Err(AppError::TooMany(
            "You came in by links many times today. Try again tomorrow.".into(),
        ));
    }
    let newcomer = Newcomer {
        user: person.id,
        name: person.name.clone(),
        email: person.email.to_string(),
        wish,
    };
    link.organization_id.take_turn(conn)?;
    let (answer, deeds) = if asks {
        let deeds = ask(conn, person, &scene, &newcomer)?;
        (Answer::Go(format!("/join/{}", token.as_str()), None), deeds)
    } else {
        if !onboarding_link::enter(conn, cx, &link)? {
            let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
            return refuse(conn, person, token, scene, typed, FormErrors::none());
        }
        let admitted = admit::admit(conn, cx, &link, &newcomer, link.vouched_by, false)?;
        let word = format!("Welcome to {}", scene.door.host.name);
        let path = match &admitted.company {
            Some(slug) => format!("{home}/companies/{slug}"),
            None => home,
        };
        let by = scene.door.voucher.clone();
        (Answer::Go(path, Some(word)), admitted.deeds.on_behalf_of(Some(by)))
    };
    // Who was signed in already took no earlier step.
    if typed.continued.is_empty() {
        onboarding_link::count_opened(conn, &link)?;
    }
    Ok((answer, deeds))
}

fn refuse(
    conn: &mut Conn,
    person: &Person,
    token: &Token,
    scene: Scene,
    typed: Typed,
    errors: FormErrors,
) -> Result<(Answer, Deeds), AppError> {
    let barred = matches!(scene.situation, Situation::Domain | Situation::Suspended);
    let page = Box::new(scene.page(person.shell(conn, "")?, token, typed, errors));
    let answer = if barred {
        Answer::Barred(page)
    } else {
        Answer::Refused(page)
    };
    Ok((answer, Deeds::none("it was refused")))
}

fn ask(conn: &mut Conn, person: &Person, scene: &Scene, newcomer: &Newcomer) -> Result<Deeds, AppError> {
    let (cx, link): (_, &Link) = (&person.cx, &scene.door.link);
    let name = newcomer.wish.as_ref().map_or("", |wish| wish.name.as_str());
    let Some(id) = join_request::ask(conn, cx, link, person.id, name)? else {
        return Ok(Deeds::none("a request waits already"));
    };
    email::asked(conn, cx, link, &scene.door.host, newcomer)?;
    let deed = Deed::new(Action::JoinRequested, "join_request", id, &person.name)
        .after(json!({ "email": newcomer.email, "link": link.name, "link_id": link.id.as_str(), "company": name, "status": Status::Awaiting.as_str() }));
    Ok(Deeds::organization(link.organization_id, deed))
}

/// Takes one's own request back.
///
/// # Errors
/// What the gate refuses; `NotFound` for a request that is not one's own.
pub async fn withdraw(gate: SignedIn, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = path.into_inner();
    let word = gate
        .write(move |person, conn| {
            let (organization, request) = join_request::own(conn, person.id, &id)?;
            if !join_request::close(
                conn,
                &person.cx,
                organization,
                request.id,
                Status::Withdrawn,
                Some(person.id),
            )? {
                return Ok(("The request was answered already", Deeds::none("it waits no more")));
            }
            let deed = Deed::new(Action::JoinWithdrawn, "join_request", request.id, &person.name)
                .before(json!({ "status": Status::Awaiting.as_str() }))
                .after(json!({ "status": Status::Withdrawn.as_str() }));
            Ok(("Your request is withdrawn", Deeds::organization(organization, deed)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), "/organizations"))
}
