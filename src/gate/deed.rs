//! What was done: one line for each change, written in the change's own transaction.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::context::Context;
use super::db::Conn;
use super::member::OrgId;
use super::schema::{account_deeds, deeds};
use crate::ground::id::{DeedId, UserId};
use crate::ground::time::Time;

crate::text_enum! {
    /// What was done, in the past tense.
    pub enum Action {
        OrganizationCreated = "organization.created",
        OrganizationEdited = "organization.edited",
        CompanyCreated = "company.created",
        CompanyEdited = "company.edited",
        CompanyArchived = "company.archived",
        CompanyRestored = "company.restored",
        MemberInvited = "member.invited",
        InvitationResent = "invitation.resent",
        InvitationEdited = "invitation.edited",
        InvitationCancelled = "invitation.cancelled",
        InvitationAccepted = "invitation.accepted",
        InvitationDeclined = "invitation.declined",
        InvitationExpired = "invitation.expired",
        InvitationSuperseded = "invitation.superseded",
        OwnershipHandedOver = "organization.handed_over",
        MemberRoleChanged = "member.role_changed",
        MemberAccessEndChanged = "member.access_end_changed",
        MemberAssigned = "member.assigned",
        MemberUnassigned = "member.unassigned",
        MemberRemoved = "member.removed",
        MemberLeft = "member.left",
        SignedUp = "account.signed_up",
        EmailVerified = "account.email_verified",
        SignedIn = "account.signed_in",
        SignedOut = "account.signed_out",
        AccountLocked = "account.locked",
        AccountUnlocked = "account.unlocked",
        PasswordResetRequested = "account.password_reset_requested",
        PasswordReset = "account.password_reset",
        PasswordChanged = "account.password_changed",
        NameChanged = "account.name_changed",
        EmailChangeRequested = "account.email_change_requested",
        EmailChanged = "account.email_changed",
        SessionEnded = "account.session_ended",
        OtherSessionsEnded = "account.other_sessions_ended",
        VerificationRequested = "account.verification_requested",
        OrganizationRequested = "account.organization_requested",
        LimitChanged = "account.limit_changed",
        OperatorAppointed = "account.operator_appointed",
    }
}

/// One thing that was done, to what, and what it was before and after.
#[derive(Debug, Clone)]
pub struct Deed {
    action: Action,
    kind: &'static str,
    id: String,
    label: String,
    before: Value,
    after: Value,
}

impl Deed {
    /// A deed on a target: its kind (`member`, `company`, …), id, and the name by which a reader knows it.
    pub fn new(action: Action, kind: &'static str, id: impl std::fmt::Display, label: impl Into<String>) -> Self {
        Self {
            action,
            kind,
            id: id.to_string(),
            label: label.into(),
            before: json!({}),
            after: json!({}),
        }
    }

    /// The changed fields as they were.
    #[must_use]
    pub fn before(mut self, before: Value) -> Self {
        self.before = before;
        self
    }

    /// The changed fields as they are.
    #[must_use]
    pub fn after(mut self, after: Value) -> Self {
        self.after = after;
        self
    }
}

#[derive(Debug, Clone, Copy)]
enum Realm {
    Organization(OrgId),
    Account(UserId),
}

/// The deeds of one write, each in the log of the organization or of the account that it concerns.
#[derive(Debug, Default)]
#[must_use]
pub struct Deeds(Vec<(Realm, Deed)>);

impl Deeds {
    /// Nothing was changed; `reason` says to the reader of the code how that can be.
    pub fn none(_reason: &'static str) -> Self {
        Self::default()
    }

    /// A deed in an organization.
    pub fn organization(organization: OrgId, deed: Deed) -> Self {
        Self(vec![(Realm::Organization(organization), deed)])
    }

    /// A deed on an account.
    pub fn account(user: UserId, deed: Deed) -> Self {
        Self(vec![(Realm::Account(user), deed)])
    }

    /// Together with further deeds.
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// All of them.
    pub fn all(deeds: impl IntoIterator<Item = Self>) -> Self {
        deeds.into_iter().fold(Self::default(), Self::and)
    }
}

/// Who did it. `None` is the house itself (the clock, a command).
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub id: UserId,
    /// The name at the time.
    pub name: String,
}

/// Writes the lines; called by the gate alone, inside the change's transaction.
pub(super) fn record(conn: &mut Conn, context: &Context, actor: Option<&Actor>, done: &Deeds) -> QueryResult<()> {
    for (realm, deed) in &done.0 {
        let (actor_id, actor_name) = match (actor, realm) {
            (Some(actor), _) => (Some(actor.id), actor.name.as_str()),
            (None, _) => (None, "Tenantry"),
        };
        let request = &context.request;
        macro_rules! line {
            ($table:ident, $owner:expr) => {
                diesel::insert_into($table::table)
                    .values((
                        $owner,
                        $table::id.eq(DeedId::fresh().to_string()),
                        $table::at.eq(context.now),
                        $table::actor_id.eq(actor_id.map(|id| id.to_string())),
                        $table::actor_name.eq(actor_name),
                        $table::on_behalf_of.eq(None::<String>),
                        $table::ip.eq(&request.ip),
                        $table::agent.eq(&request.agent),
                        $table::request_id.eq(&request.id),
                        $table::action.eq(deed.action),
                        $table::target_kind.eq(deed.kind),
                        $table::target_id.eq(&deed.id),
                        $table::target_label.eq(&deed.label),
                        $table::before.eq(deed.before.to_string()),
                        $table::after.eq(deed.after.to_string()),
                    ))
                    .execute(conn)?
            };
        }
        match realm {
            Realm::Organization(organization) => line!(deeds, deeds::organization_id.eq(organization)),
            Realm::Account(user) => line!(account_deeds, account_deeds::user_id.eq(user)),
        };
    }
    Ok(())
}

/// A line as pages show it.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Time,
    /// Who, by the name at the time.
    pub actor: String,
    /// What was done, with its target: "invited hana@example.com as Editor".
    pub sentence: String,
}

/// The latest lines of an organization, newest first.
///
/// # Errors
/// When the database fails.
pub fn latest(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<Line>> {
    let rows: Vec<(Time, String, Action, String, String, String)> = deeds::table
        .filter(deeds::organization_id.eq(organization))
        .order(deeds::id.desc())
        .limit(limit)
        .select((
            deeds::at,
            deeds::actor_name,
            deeds::action,
            deeds::target_label,
            deeds::before,
            deeds::after,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(at, actor, action, label, before, after)| {
            let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
            Line {
                at,
                actor,
                sentence: sentence(action, &label, &parse(&before), &parse(&after)),
            }
        })
        .collect())
}

/// The words of a deed, to stand behind the actor's name.
pub fn sentence(action: Action, label: &str, before: &Value, after: &Value) -> String {
    let role = |value: &Value| {
        let text = value.get("role").and_then(Value::as_str).unwrap_or_default();
        super::role::Role::parse(text).map_or(text.to_owned(), |role| role.label().to_owned())
    };
    let company = after
        .get("company")
        .or_else(|| before.get("company"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    match action {
        Action::OrganizationCreated => format!("created the organization {label}"),
        Action::OrganizationEdited => "changed the organization’s settings".into(),
        Action::CompanyCreated => format!("created {label}"),
        Action::CompanyEdited => match before.get("name").and_then(Value::as_str) {
            Some(name) if name != label => format!("renamed {name} to {label}"),
            _ => format!("changed the settings of {label}"),
        },
        Action::CompanyArchived => format!("archived {label}"),
        Action::CompanyRestored => format!("restored {label}"),
        Action::MemberInvited => format!("invited {label} as {}", role(after)),
        Action::InvitationResent => format!("sent the invitation of {label} again"),
        Action::InvitationEdited => format!("changed the invitation of {label}"),
        Action::InvitationCancelled => format!("cancelled the invitation of {label}"),
        Action::InvitationAccepted => format!("joined as {}", role(after)),
        // Who declines by the link alone has no account to name.
        Action::InvitationDeclined if after.get("by").and_then(Value::as_str) == Some("link") => {
            format!("noted that {label} declined the invitation")
        }
        Action::InvitationDeclined => "declined the invitation".into(),
        Action::InvitationExpired => format!("let the invitation of {label} expire"),
        Action::InvitationSuperseded => format!("closed the invitation of {label}, a member already"),
        // The actor is who accepted; the label names who stepped down.
        Action::OwnershipHandedOver => format!("took the organization over from {label}"),
        Action::MemberRoleChanged => format!("changed {label} from {} to {}", role(before), role(after)),
        Action::MemberAccessEndChanged => format!("changed when the access of {label} ends"),
        Action::MemberAssigned => format!("assigned {label} to {company}"),
        Action::MemberUnassigned => format!("took {label} off {company}"),
        Action::MemberRemoved => format!("removed {label}"),
        Action::MemberLeft => "left the organization".into(),
        other => other.as_str().replace(['.', '_'], " "),
    }
}
