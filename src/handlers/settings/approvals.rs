//! What waits for somebody else's confirmation: the page of one such request, and the three ways it ends.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{Action, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::{Permission, TransferOrDelete, ViewOrganization};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::ApprovalId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalStatus, Matter};
use crate::models::member_names;
use crate::models::membership::record::Standing;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::approvals::email;
use crate::services::approvals::execute;
use crate::services::approvals::execute::Halt;
use crate::web::layout::Shell;

type Place = web::Path<(String, String)>;

/// How something ended.
struct Over {
    tone: String,
    sentence: String,
}

#[derive(Template)]
#[template(path = "settings/approval.html")]
struct ApprovalPage {
    shell: Shell,
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
fn find(conn: &mut Conn, member: &Member, id: &str) -> Result<Approval, AppError> {
    let id = ApprovalId::parse(id).ok_or(AppError::NotFound)?;
    let approval = approval::find(conn, member.organization, id)?.ok_or(AppError::NotFound)?;
    let concerned = approval.requested_by == member.id
        || approval.approver_id == Some(member.id)
        || approval.decided_by == Some(member.person.id)
        || (member.role == Role::Owner && member.support.is_none());
    if concerned {
        Ok(approval)
    } else {
        Err(AppError::NotFound)
    }
}

impl ApprovalPage {
    fn load(conn: &mut Conn, member: &Member, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let approval = find(conn, member, id)?;
        let names = member_names::names(conn, member.organization, vec![approval.requested_by])?;
        let by = names.get(&approval.requested_by).cloned().unwrap_or_default();
        let open = approval.is_open(member.cx.now);
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
            shell: member.shell(conn, "settings")?,
            organization: member.organization_name.clone(),
            path: member.path(&format!("/settings/approvals/{}", approval.id)),
            back: member.rights.edit_profile().then(|| member.path("/settings/general")),
            title: if approval.matter == Matter::Transfer {
                "Transfer of ownership"
            } else {
                "Needs a second owner"
            }
            .into(),
            text: approval.label.clone(),
            consequence: consequence(approval.matter),
            asked: (approval.created_at.iso(), approval.created_at.ago(member.cx.now)),
            ends: approval.expires_at.full(),
            may_decide: open && dual_control::may_decide(&approval, member),
            may_withdraw: open && approval.requested_by == member.id,
            over: over.map(|(tone, sentence): (&str, String)| Over {
                tone: tone.to_owned(),
                sentence,
            }),
            by,
            errors,
        })
    }
}

fn consequence(matter: Matter) -> &'static str {
    match matter {
        Matter::Transfer => {
            "An owner decides about everything in an organization: its people, its money, its end. It happens when the new owner confirms."
        }
        Matter::Deletion => {
            "It becomes read-only at once and is deleted after 30 days. Until then any owner can restore it."
        }
        Matter::ControlOff => "From then on one owner alone decides about owners, the web address and the end.",
        Matter::Slug => "Links with the present address keep leading here. Nobody else can take it.",
        Matter::Role | Matter::Removal | Matter::Suspension | Matter::Restoration => {
            "It holds from their next request on. They are told by email."
        }
    }
}

/// `GET /organizations/{slug}/settings/approvals/{id}`
///
/// # Errors
/// `NotFound` for whom it does not concern.
pub async fn page(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |member, conn| ApprovalPage::load(conn, member, &id, FormErrors::none()))
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
                .read(move |member, conn| ApprovalPage::load(conn, member, &id, errors))
                .await?;
            refused(page)
        }
    }
}

const OVER: &str = "This was decided in the meantime";

/// `POST /organizations/{slug}/settings/approvals/{id}/confirmation`
///
/// # Errors
/// `NotFound` for whom it does not concern; a refusal for who may not decide.
pub async fn confirm(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |member, conn| {
            let approval = find(conn, member, &of)?;
            if !dual_control::may_decide(&approval, member) {
                return Err(member.refusal(conn, TransferOrDelete::RIGHT)?);
            }
            decide(conn, member, &approval)
        })
        .await?;
    answer(&gate, id, given, "success").await
}

fn decide(conn: &mut Conn, member: &Member, approval: &Approval) -> Result<(Answer, Deeds), AppError> {
    let asker = member_names::names(conn, member.organization, vec![approval.requested_by])?;
    let by = Some(member.person.id);
    // A savepoint: what halts half way leaves the request as it was.
    let done = conn.attempt(|conn| {
        let closed = approval::close(conn, &member.cx, approval, ApprovalStatus::Given, by);
        if !closed.map_err(AppError::from)? {
            return Err(Halt::NotNow(OVER.into()));
        }
        let asker = Standing::find(conn, member.organization, approval.requested_by);
        let done = execute::confirmed(conn, member, approval)?;
        if let Ok(asker) = asker {
            email::decided(conn, member, &asker, &approval.label, true)?;
        }
        Ok(done)
    });
    match done {
        Ok(Done { word, deeds }) => {
            let name = asker.get(&approval.requested_by).cloned();
            let deeds = deeds
                .and(execute::deed(member, approval, Action::ApprovalGiven))
                .on_behalf_of(name);
            Ok((Answer::Gone(word, after(member, approval)), deeds))
        }
        Err(Halt::NotNow(sentence)) => Ok((Answer::Refused(sentence), Deeds::none("the request stays"))),
        Err(Halt::Lapsed(sentence)) => {
            approval::close(conn, &member.cx, approval, ApprovalStatus::Lapsed, by)?;
            let deeds = execute::deed(member, approval, Action::ApprovalExpired);
            Ok((Answer::Refused(sentence), deeds))
        }
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// Where who confirmed goes: the address may be another one, and they may have let themselves be shut out.
fn after(member: &Member, approval: &Approval) -> String {
    let page = format!("/settings/approvals/{}", approval.id);
    match approval.matter {
        Matter::Slug => format!("/organizations/{}{page}", approval.text("to")),
        Matter::Removal | Matter::Suspension if approval.text("member") == member.id.as_str() => {
            "/organizations".into()
        }
        _ => member.path(&page),
    }
}

/// `POST /organizations/{slug}/settings/approvals/{id}/refusal`
///
/// # Errors
/// `NotFound` for whom it does not concern; a refusal for who may not decide.
pub async fn refuse(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |member, conn| {
            let approval = find(conn, member, &of)?;
            if !dual_control::may_decide(&approval, member) {
                return Err(member.refusal(conn, TransferOrDelete::RIGHT)?);
            }
            let by = Some(member.person.id);
            if !approval::close(conn, &member.cx, &approval, ApprovalStatus::Refused, by)? {
                return Ok((Answer::Refused(OVER.into()), Deeds::none("it was over")));
            }
            if let Ok(asker) = Standing::find(conn, member.organization, approval.requested_by) {
                email::decided(conn, member, &asker, &approval.label, false)?;
            }
            let action = match approval.matter {
                Matter::Transfer => Action::TransferRefused,
                _ => Action::ApprovalRefused,
            };
            let word = "Refused. Nothing was changed".into();
            let deeds = execute::deed(member, &approval, action);
            Ok((Answer::Gone(word, after_refusal(member, &approval)), deeds))
        })
        .await?;
    answer(&gate, id, given, "info").await
}

fn after_refusal(member: &Member, approval: &Approval) -> String {
    member.path(&format!("/settings/approvals/{}", approval.id))
}

/// `POST /organizations/{slug}/settings/approvals/{id}/withdrawal`
///
/// # Errors
/// `NotFound` for whom it does not concern; a refusal for who did not ask for it.
pub async fn withdraw(gate: Gate<ViewOrganization>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let given = gate
        .write(move |member, conn| {
            let approval = find(conn, member, &of)?;
            if approval.requested_by != member.id {
                return Err(member.refusal(conn, TransferOrDelete::RIGHT)?);
            }
            let by = Some(member.person.id);
            if !approval::close(conn, &member.cx, &approval, ApprovalStatus::Withdrawn, by)? {
                return Ok((Answer::Refused(OVER.into()), Deeds::none("it was over")));
            }
            let word = "Withdrawn. Nothing was changed".into();
            let deeds = execute::deed(member, &approval, Action::ApprovalWithdrawn);
            Ok((Answer::Gone(word, after_refusal(member, &approval)), deeds))
        })
        .await?;
    answer(&gate, id, given, "info").await
}
