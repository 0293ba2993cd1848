//! Handing an organization over: an owner names a member and types their password; nothing happens until that member
//! confirms.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::TransferOrDelete;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::MembershipId;
use crate::common::name;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::approval;
use crate::models::approval::{ApprovalAction, Ask};
use crate::models::member_search;
use crate::models::member_search::{MemberFilter, Sort};
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::approvals::email;
use crate::services::reauthenticate;
use crate::services::reauthenticate::ReauthenticationError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;
use crate::web::password_messages;

/// So many members stand in the list; the search finds the others.
const SHOWN: usize = 20;

struct Candidate {
    id: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "settings/transfer.html")]
struct TransferPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    organization: String,
    /// A second owner confirms who becomes one: then this is not the way.
    dual: bool,
    q: String,
    candidates: Vec<Candidate>,
    more: bool,
    form: TransferForm,
    errors: FormErrors,
}

impl TransferPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        q: String,
        form: TransferForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let wanted = MemberFilter {
            words: name::query(&q),
            role: None,
            company: None,
            given: None,
            standing: Some(member_search::AccessStatus::Active),
            within: None,
            sort: Sort::Name,
            now: actor.cx.now,
        };
        let found = member_search::page(conn, actor.organization, &wanted, None, SHOWN)?.page;
        let more = found.next.is_some();
        let mut candidates: Vec<Candidate> = found
            .rows
            .into_iter()
            .filter(|row| row.role != Role::Owner)
            .map(|row| Candidate {
                text: format!("{}, {}", row.email, row.role.label()),
                id: row.id.to_string(),
                title: row.name,
            })
            .collect();
        // Whoever was chosen stays chosen when another search does not find them.
        if let Some(id) = MembershipId::parse(&form.member_id)
            && candidates.iter().all(|candidate| candidate.id != form.member_id)
            && let Ok(person) = Membership::find(conn, actor.organization, id)
        {
            candidates.insert(
                0,
                Candidate {
                    text: format!("{}, {}", person.email, person.role.label()),
                    id: form.member_id.clone(),
                    title: person.name,
                },
            );
        }
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "general",
            path: actor.path("/settings"),
            organization: actor.organization_name.clone(),
            dual: organization::control(conn, actor.organization)?.holds(),
            q,
            candidates,
            more,
            form,
            errors,
        })
    }
}

/// The query of the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
}

/// The form as typed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct TransferForm {
    member_id: String,
    stays: String,
    password: String,
    q: String,
}

/// `GET /organizations/{slug}/settings/transfer`
pub async fn edit(gate: Gate<TransferOrDelete>, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let q = query.into_inner().q;
    let page = gate
        .read(move |actor, conn| TransferPage::load(conn, actor, q, TransferForm::default(), FormErrors::none()))
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/settings/transfer`: asks the member.
pub async fn ask(gate: Gate<TransferOrDelete>, form: web::Form<TransferForm>) -> Result<HttpResponse, AppError> {
    let mut form = form.into_inner();
    let password = std::mem::take(&mut form.password);
    let mut errors = FormErrors::none();
    if MembershipId::parse(&form.member_id).is_none() {
        errors.add("member_id", "Choose the member who becomes the owner");
    }
    match reauthenticate::confirm(&gate, password).await {
        Ok(()) => {}
        Err(ReauthenticationError::Failed(error)) => return Err(error),
        Err(error) => errors.add("password", password_messages::reauthentication(&error)),
    }
    let typed = form.clone();
    let asked = if errors.is_empty() {
        gate.write(move |actor, conn| propose(conn, actor, &typed)).await?
    } else {
        Err(errors)
    };
    match asked {
        Ok((word, path)) => {
            gate.tell("info", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| TransferPage::load(conn, actor, form.q.clone(), form, errors))
                .await?;
            refused(page)
        }
    }
}

type Asked = Result<(String, String), FormErrors>;

fn propose(conn: &mut Conn, actor: &Actor, form: &TransferForm) -> Result<(Asked, Events), AppError> {
    let refuse = |sentence: &str| Ok((Err(FormErrors::one("member_id", sentence)), Events::none("refused")));
    let id = MembershipId::parse(&form.member_id).ok_or(AppError::NotFound)?;
    let person = Membership::find(conn, actor.organization, id)?;
    if organization::control(conn, actor.organization)?.holds() {
        return refuse("Dual control is on. Make this member an owner first: another owner confirms it");
    }
    if person.access.direct_role == Role::Owner {
        return refuse("This member is an owner already. You can leave, or take a lesser role");
    }
    if person.status != MembershipStatus::Active || person.access_until.is_some() {
        return refuse("An owner’s access has no end and is not suspended. Change that first");
    }
    let stays = !form.stays.is_empty();
    let ask = Ask {
        matter: ApprovalAction::Transfer,
        payload: json!({ "member": id.as_str(), "stays": if stays { "yes" } else { "no" } }),
        label: format!("hand {} over to {}", actor.organization_name, person.name),
        by: actor.id,
        approver: Some(id),
    };
    let Some(approval) = approval::ask(conn, &actor.cx, actor.organization, &ask)? else {
        return refuse("This member was asked already. Their answer is awaited");
    };
    email::transfer(conn, actor, &person, approval, stays)?;
    let event = Event::new(Action::TransferProposed, "member", id, &person.name).after(json!({ "stays": stays }));
    let word = format!("{} was asked by email. Nothing changes until they confirm", person.name);
    let path = actor.path(&format!("/settings/approvals/{approval}"));
    Ok((Ok((word, path)), actor.event(event)))
}
