//! What waits for somebody else's confirmation: the page of one such request, and the three ways it ends.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{Action, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, TransferOrDelete, ViewOrganization};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::ApprovalId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalAction, ApprovalStatus};
use crate::models::member_names;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::approvals::email;
use crate::services::approvals::execute;
use crate::services::approvals::execute::ExecuteError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

type Place = web::Path<(String, String)>;

/// How something ended.
struct Over {
    tone: String,
    sentence: String,
}

#[derive(Template)]
#[template(path = "settings/approval.html")]
struct ApprovalPage {
    layout: Layout,
    organization: String,
    path: String,
    back: Option<String>,
    title: String,
    by: String,
    text: String,
    consequence: &'static str,
    /// When it was asked for, and when it ends.
    asked: (String, String),
    ends: String,
    /// What became of it, when it is over: tone and sentence.
    over: Option<Over>,
    may_decide: bool,
    may_withdraw: bool,
    errors: FormErrors,
}

/// One that the reader may see: an owner, who asked, who is asked, who decided. `NotFound` for everybody else.
fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Approval, AppError> {
    let id = ApprovalId::parse(id).ok_or(AppError::NotFound)?;
    let approval = approval::find(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
    let concerned = approval.requested_by == actor.id
        || approval.approver_id == Some(actor.id)
        || approval.decided_by == Some(actor.person.id)
        || (actor.role == Role::Owner && actor.support.is_none());
    if concerned {
        Ok(approval)
    } else {
        Err(AppError::NotFound)
    }
}

impl ApprovalPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let approval = find(conn, actor, id)?;
        let names = member_names::names(conn, actor.organization, vec![approval.requested_by])?;
        let by = names.get(&approval.requested_by).cloned().unwrap_or_default();
        let open = approval.is_open(actor.cx.now);
        let who = approval::decided_by(conn, &approval)?.unwrap_or_default();
        let when = approval.decided_at.map(Time::full).unwrap_or_default();
        let over = match approval.status {
            ApprovalStatus::Open if open => None,
            ApprovalStatus::Open | ApprovalStatus::Expired => Some((
                "warning",
                format!("It ended on {} without an answer.", approval.expires_at.date()),
            )),
            ApprovalStatus::Given => Some(("success", format!("{who} confirmed it on {when}. It is done."))),
            ApprovalStatus::Refused => Some(("info", format!("{who} refused it on {when}. Nothing was changed."))),
            ApprovalStatus::Withdrawn => Some(("info", format!("{who} withdrew it on {when}. Nothing was changed."))),
            ApprovalStatus::Lapsed => Some((
                "warning",
                "It can no longer be done, because somebody’s role or state changed. Nothing was changed by it.".into(),
            )),
        };
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            organization: actor.organization_name.clone(),
            path: actor.path(&format!("/settings/approvals/{}", approval.id)),
            back: actor
                .permissions
                .edit_profile()
                .then(|| actor.path("/settings/general")),
            title: if approval.matter == ApprovalAction::Transfer {
                "Transfer of ownership"
            } else {
                "Needs a second owner"
            }
            .into(),
            text: approval.label.clone(),
            consequence: consequence(approval.matter),
            asked: (approval.created_at.iso(), approval.created_at.ago(actor.cx.now)),
            ends: approval.expires_at.full(),
            may_decide: open && dual_control::may_decide(&approval, actor),
            may_withdraw: open && approval.requested_by == actor.id,
            over: over.map(|(tone, sentence): (&str, String)| Over {
                tone: tone.to_owned(),
                sentence,
            }),
            by,
            errors,
        })
    }
}

fn consequence(matter: ApprovalAction) -> &'static str {
    match matter {
        ApprovalAction::Transfer => {
            "An owner decides about everything in an organization: its people, its money, its end. It happens when the new owner confirms."
        }
        ApprovalAction::Deletion => {
            "It becomes read-only at once and is deleted after 30 days. Until then any owner can restore it."
        }
        ApprovalAction::ControlOff => "From then on one owner alone decides about owners, the web address and the end.",
        ApprovalAction::Slug => "Links with the present address keep leading here. Nobody else can take it.",
        ApprovalAction::Role | ApprovalAction::Removal | ApprovalAction::Suspension | ApprovalAction::Restoration => {
            "It holds from their next request on. They are told by email."
        }
    }
}

/// `GET /organizations/{slug}/settings/approvals/{id}`
pub async fn page(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |actor, conn| ApprovalPage::load(conn, actor, &id, FormErrors::none()))
        .await?;
    html(page)
}

enum Answer {
    Gone(String, String),
    Refused(String),
}

async fn answer(
    gate: &Gate<ViewOrganization>,
    id: String,
    answer: Answer,
    tone: &str,
) -> Result<HttpResponse, AppError> {
    match answer {
        Answer::Gone(word, path) => {
            gate.tell(tone, word);
            Ok(see_other(gate.fragment(), &path))
        }
        Answer::Refused(sentence) => {
            let errors = FormErrors::one("decision", sentence);
            let page = gate
                .read(move |actor, conn| ApprovalPage::load(conn, actor, &id, errors))
                .await?;
            refused(page)
        }
    }
}

const OVER: &str = "This was decided in the meantime";

/// `POST /organizations/{slug}/settings/approvals/{id}/confirmation`
pub async fn confirm(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |actor, conn| {
            let approval = find(conn, actor, &of)?;
            if !dual_control::may_decide(&approval, actor) {
                return Err(actor.refusal(conn, TransferOrDelete::ID)?);
            }
            decide(conn, actor, &approval)
        })
        .await?;
    answer(&gate, id, given, "success").await
}

fn decide(conn: &mut Conn, actor: &Actor, approval: &Approval) -> Result<(Answer, Events), AppError> {
    let asker = member_names::names(conn, actor.organization, vec![approval.requested_by])?;
    let by = Some(actor.person.id);
    // A savepoint: what halts half way leaves the request as it was.
    let done = conn.attempt(|conn| {
        let closed = approval::close(conn, &actor.cx, approval, ApprovalStatus::Given, by);
        if !closed.map_err(AppError::from)? {
            return Err(ExecuteError::NotNow(OVER.into()));
        }
        let asker = Membership::find(conn, actor.organization, approval.requested_by);
        let done = execute::confirmed(conn, actor, approval)?;
        if let Ok(asker) = asker {
            email::decided(conn, actor, &asker, &approval.label, true)?;
        }
        Ok(done)
    });
    match done {
        Ok(Done { word, events }) => {
            let name = asker.get(&approval.requested_by).cloned();
            let events = events
                .and(execute::event(actor, approval, Action::ApprovalGiven))
                .on_behalf_of(name);
            Ok((Answer::Gone(word, after(actor, approval)), events))
        }
        Err(ExecuteError::NotNow(sentence)) => Ok((Answer::Refused(sentence), Events::none("the request stays"))),
        Err(ExecuteError::Lapsed(sentence)) => {
            approval::close(conn, &actor.cx, approval, ApprovalStatus::Lapsed, by)?;
            let events = execute::event(actor, approval, Action::ApprovalExpired);
            Ok((Answer::Refused(sentence), events))
        }
        Err(ExecuteError::Failed(error)) => Err(error),
    }
}

/// Where who confirmed goes: the address may be another one, and they may have let themselves be shut out.
fn after(actor: &Actor, approval: &Approval) -> String {
    let page = format!("/settings/approvals/{}", approval.id);
    match approval.matter {
        ApprovalAction::Slug => format!("/organizations/{}{page}", approval.text("to")),
        ApprovalAction::Removal | ApprovalAction::Suspension if approval.text("member") == actor.id.as_str() => {
            "/organizations".into()
        }
        _ => actor.path(&page),
    }
}

/// `POST /organizations/{slug}/settings/approvals/{id}/refusal`
pub async fn refuse(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |actor, conn| {
            let approval = find(conn, actor, &of)?;
            if !dual_control::may_decide(&approval, actor) {
                return Err(actor.refusal(conn, TransferOrDelete::ID)?);
            }
            let by = Some(actor.person.id);
            if !approval::close(conn, &actor.cx, &approval, ApprovalStatus::Refused, by)? {
                return Ok((Answer::Refused(OVER.into()), Events::none("it was over")));
            }
            if let Ok(asker) = Membership::find(conn, actor.organization, approval.requested_by) {
                email::decided(conn, actor, &asker, &approval.label, false)?;
            }
            let action = match approval.matter {
                ApprovalAction::Transfer => Action::TransferRefused,
                _ => Action::ApprovalRefused,
            };
            let word = "Refused. Nothing was changed".into();
            let events = execute::event(actor, &approval, action);
            Ok((Answer::Gone(word, after_refusal(actor, &approval)), events))
        })
        .await?;
    answer(&gate, id, given, "info").await
}

fn after_refusal(actor: &Actor, approval: &Approval) -> String {
    actor.path(&format!("/settings/approvals/{}", approval.id))
}

/// `POST /organizations/{slug}/settings/approvals/{id}/withdrawal`
pub async fn withdraw(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |actor, conn| {
            let approval = find(conn, actor, &of)?;
            if approval.requested_by != actor.id {
                return Err(actor.refusal(conn, TransferOrDelete::ID)?);
            }
            let by = Some(actor.person.id);
            if !approval::close(conn, &actor.cx, &approval, ApprovalStatus::Withdrawn, by)? {
                return Ok((Answer::Refused(OVER.into()), Events::none("it was over")));
            }
            let word = "Withdrawn. Nothing was changed".into();
            let events = execute::event(actor, &approval, Action::ApprovalWithdrawn);
            Ok((Answer::Gone(word, after_refusal(actor, &approval)), events))
        })
        .await?;
    answer(&gate, id, given, "info").await
}
