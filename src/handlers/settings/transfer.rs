//! Transfer of ownership: an owner chooses a member and enters their password. The member becomes the owner by accepting.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::TransferOrDelete;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::common::search;
use crate::db::Conn;
use crate::handlers::password;
use crate::models::member_search;
use crate::models::member_search::MemberFilter;
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::organizations::transfer;
use crate::services::organizations::transfer::ProposalError;
use crate::services::reauthenticate;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// How many members are listed. The search finds others.
const SHOWN: usize = 20;

struct TransferCandidate {
    id: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "settings/transfer.html")]
struct TransferPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    organization: String,
    /// With dual control, a role change makes owners.
    dual: bool,
    q: String,
    candidates: Vec<TransferCandidate>,
    more: bool,
    form: TransferForm,
    errors: FormErrors,
}

crate::page!(TransferPage);

impl TransferPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        q: String,
        form: TransferForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let wanted = MemberFilter {
            access_status: Some(member_search::AccessStatus::Active),
            ..MemberFilter::by_words(search::query(&q), None, actor.cx.now)
        };
        let found = member_search::page(conn, actor.organization, &wanted, None, SHOWN)?.page;
        let more = found.next.is_some();
        let mut candidates: Vec<TransferCandidate> = found
            .rows
            .into_iter()
            .filter(|row| row.role != Role::Owner)
            .map(|row| TransferCandidate {
                text: format!("{}, {}", row.email, row.role.label()),
                id: row.id.to_string(),
                title: row.name,
            })
            .collect();
        // A chosen member is listed even when the search does not find them.
        if let Some(id) = MembershipId::parse(&form.member_id)
            && candidates.iter().all(|candidate| candidate.id != form.member_id)
            && let Ok(person) = Membership::find(conn, actor.organization, id)
        {
            candidates.insert(
                0,
                TransferCandidate {
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
            dual: organization::control(conn, actor.organization)?.applies(),
            q,
            candidates,
            more,
            form,
            errors,
        })
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct TransferQuery {
    q: String,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct TransferForm {
    member_id: String,
    stays: String,
    password: String,
    q: String,
}

/// `GET /organizations/{slug}/settings/transfer`
pub async fn new(gate: Gate<TransferOrDelete>, query: web::Query<TransferQuery>) -> Result<HttpResponse, AppError> {
    let q = query.into_inner().q;
    gate.show(move |actor, conn| TransferPage::load(conn, actor, q, TransferForm::default(), FormErrors::none()))
        .await
}

fn message(error: ProposalError) -> Result<&'static str, AppError> {
    match error {
        ProposalError::DualControlOn => {
            Ok("Dual control is on. Make this member an owner instead. Another owner must approve it")
        }
        ProposalError::AlreadyOwner => Ok("This member is already an owner. You can leave or take a lower role"),
        ProposalError::NotActive => Ok("An owner can’t be suspended or have an access end date. Change that first"),
        ProposalError::AlreadyRequested => Ok("You already asked this member. Wait for their answer"),
        ProposalError::Failed(error) => Err(error),
    }
}

/// `POST /organizations/{slug}/settings/transfer`: asks the member.
pub async fn create(gate: Gate<TransferOrDelete>, form: web::Form<TransferForm>) -> Result<HttpResponse, AppError> {
    let mut form = form.into_inner();
    let password = std::mem::take(&mut form.password);
    let mut errors = FormErrors::none();
    let member = MembershipId::parse(&form.member_id);
    if member.is_none() {
        errors.add("member_id", "Choose the new owner");
    }
    if let Err(error) = reauthenticate::confirm(&gate, password).await {
        errors.add("password", password::message(error)?);
    }
    if let (Some(member), true) = (member, errors.is_empty()) {
        let stays = !form.stays.is_empty();
        let proposed = gate
            .try_write(move |actor, conn| {
                let (proposal, events) = transfer::propose(conn, actor, member, stays)?;
                let path = actor.path(&format!("/settings/approvals/{}", proposal.approval));
                Ok(((proposal.member, path), events))
            })
            .await;
        match proposed {
            Ok((name, path)) => {
                gate.tell("info", format!("We emailed {name}. Nothing changes until they accept"));
                return Ok(see_other(gate.fragment(), &path));
            }
            Err(error) => errors.add("member_id", message(error)?),
        }
    }
    gate.refused(move |actor, conn| TransferPage::load(conn, actor, form.q.clone(), form, errors))
        .await
}
