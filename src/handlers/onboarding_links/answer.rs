//! Coming in by a link, or asking to; taking a request back.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html_with, refused, see_other};
use crate::common::time::Span;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::onboarding_links::door::{JoinForm, Scene, Show};
use crate::models::join_request;
use crate::models::join_request::Status;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, Purpose};
use crate::services::onboarding_links::admit;
use crate::services::onboarding_links::admit::Newcomer;
use crate::services::onboarding_links::email;
use crate::services::onboarding_links::rules;
use crate::services::onboarding_links::rules::Situation;
use crate::web::layout::PageLayout;

enum Answer {
    /// To a page, with a word.
    Go(String, Option<String>),
    /// The form again, or the page that says why not.
    Refused(Box<Show>),
    /// Not with this account.
    Barred(Box<Show>),
}

/// Comes in, or asks to.
pub async fn join(
    gate: SignedIn,
    path: web::Path<String>,
    form: web::Form<JoinForm>,
) -> Result<HttpResponse, AppError> {
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

fn answer(conn: &mut Conn, person: &CurrentUser, token: &Token, typed: JoinForm) -> Result<(Answer, Events), AppError> {
    let cx = &person.cx;
    onboarding_link::lock_row(conn, token)?;
    let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
    let home = format!("/organizations/{}", scene.door.host.slug);
    let asks = match scene.situation {
        Situation::Ready => false,
        Situation::Ask => true,
        Situation::Member => return Ok((Answer::Go(home, None), Events::none("a member already"))),
        Situation::Waits => {
            let page = format!("/join/{}", token.as_str());
            return Ok((Answer::Go(page, None), Events::none("a request waits already")));
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
        return Ok((Answer::Go(home, None), Events::none("the same press twice")));
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
    link.organization_id.advisory_lock(conn)?;
    let (answer, events) = if asks {
        let events = ask(conn, person, &scene, &newcomer)?;
        (Answer::Go(format!("/join/{}", token.as_str()), None), events)
    } else {
        if !onboarding_link::enter(conn, cx, &link)? {
            let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
            return refuse(conn, person, token, scene, typed, FormErrors::none());
        }
        let admitted = admit::admit(conn, cx, &link, &newcomer, link.authorized_by, false)?;
        let word = format!("Welcome to {}", scene.door.host.name);
        let path = match &admitted.company {
            Some(slug) => format!("{home}/companies/{slug}"),
            None => home,
        };
        let by = scene.door.voucher.clone();
        (Answer::Go(path, Some(word)), admitted.events.on_behalf_of(Some(by)))
    };
    // Who was signed in already took no earlier step.
    if typed.continued.is_empty() {
        onboarding_link::count_opened(conn, &link)?;
    }
    Ok((answer, events))
}

fn refuse(
    conn: &mut Conn,
    person: &CurrentUser,
    token: &Token,
    scene: Scene,
    typed: JoinForm,
    errors: FormErrors,
) -> Result<(Answer, Events), AppError> {
    let barred = matches!(scene.situation, Situation::Domain | Situation::Suspended);
    let page = Box::new(scene.page(person.layout(conn, "")?, token, typed, errors));
    let answer = if barred {
        Answer::Barred(page)
    } else {
        Answer::Refused(page)
    };
    Ok((answer, Events::none("it was refused")))
}

fn ask(conn: &mut Conn, person: &CurrentUser, scene: &Scene, newcomer: &Newcomer) -> Result<Events, AppError> {
    let (cx, link): (_, &Link) = (&person.cx, &scene.door.link);
    let name = newcomer.wish.as_ref().map_or("", |wish| wish.name.as_str());
    let Some(id) = join_request::ask(conn, cx, link, person.id, name)? else {
        return Ok(Events::none("a request waits already"));
    };
    email::asked(conn, cx, link, &scene.door.host, newcomer)?;
    let event = Event::new(Action::JoinRequested, "join_request", id, &person.name)
        .after(json!({ "email": newcomer.email, "link": link.name, "link_id": link.id.as_str(), "company": name, "status": Status::Awaiting.as_str() }));
    Ok(Events::organization(link.organization_id, event))
}

/// Takes one's own request back.
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
                return Ok(("The request was answered already", Events::none("it waits no more")));
            }
            let event = Event::new(Action::JoinWithdrawn, "join_request", request.id, &person.name)
                .before(json!({ "status": Status::Awaiting.as_str() }))
                .after(json!({ "status": Status::Withdrawn.as_str() }));
            Ok(("Your request is withdrawn", Events::organization(organization, event)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), "/organizations"))
}
