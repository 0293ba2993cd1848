//! Every action that the log records, in one table: its group, stable name, category, the area whose role sees it, and its
//! description. A new action is one line here.

use crate::audit::describe::EventFacts;

/// The category of an action, as a filter of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Something was changed.
    Change,
    /// A sign-in or sign-out.
    Login,
    /// Passwords, permissions of roles, ownership, support access.
    Security,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 3] = [Self::Change, Self::Login, Self::Security];

    /// The text in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Login => "login",
            Self::Security => "security",
        }
    }

    /// The label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Change => "Changes",
            Self::Login => "Sign-ins",
            Self::Security => "Security",
        }
    }

    /// The category of a text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

/// A part of the log that a role sees because it is responsible for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditArea {
    /// Billing, for the Billing admin.
    Billing,
    /// Members, invitations, groups and access, for the User admin.
    People,
}

impl AuditArea {
    /// What it covers, after "You see".
    pub fn label(self) -> &'static str {
        match self {
            Self::Billing => "events about billing",
            Self::People => "events about members, invitations, groups and access",
        }
    }

    /// Its actions.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        let all = Action::ALL.iter().copied();
        all.filter(move |action| action.area() == Some(self))
    }
}

/// A line of the table.
struct ActionRow {
    group: &'static str,
    group_label: &'static str,
    category: Category,
    area: Option<AuditArea>,
    needs_company: bool,
    describe: fn(&EventFacts<'_>) -> String,
}

macro_rules! actions {
    ($($group:literal $group_label:literal {
        $($name:ident = $text:literal $category:ident $area:ident $(in $scope:ident)? $describe:expr;)+
    })+) => {
        crate::text_enum! {
            /// What was done, in the past tense.
            pub enum Action { $($($name = $text),+),+ }
        }

        static TABLE: &[ActionRow] = &[$($(ActionRow {
            group: $group,
            group_label: $group_label,
            category: Category::$category,
            area: actions!(@area $area),
            needs_company: actions!(@scope $($scope)?),
            describe: $describe,
        }),+),+];
    };
    (@scope) => { false };
    (@scope Company) => { true };
    (@area General) => { None };
    (@area $area:ident) => { Some(AuditArea::$area) };
}

// name = "stable name"   category   area   in Company, when it always concerns one   description, after the actor's name
#[rustfmt::skip]
actions! {
    "organization" "Organization" {
        OrganizationCreated = "organization.created" Change General |e| format!("created the organization {}", e.label);
        OrganizationEdited = "organization.edited" Change General |_| "changed the organization’s settings".into();
        SlugChanged = "organization.slug_changed" Change General |e| format!("changed the address from {} to {}", e.was("slug"), e.is("slug"));
        CompanyDefaultsEdited = "organization.defaults_edited" Change General |_| "changed the defaults of companies".into();
        ContactEntered = "organization.contact_entered" Change General |e| format!("entered {} as the {}", e.is("email"), e.label.to_lowercase());
        ContactVerified = "organization.contact_verified" Change General |e| format!("verified {} as the {}", e.is("email"), e.label.to_lowercase());
        ContactRemoved = "organization.contact_removed" Change General |e| format!("removed the {}", e.label.to_lowercase());
        OwnershipHandedOver = "organization.handed_over" Security General |e| format!("took over the ownership from {}", e.label);
        TransferProposed = "organization.transfer_proposed" Security General |e| format!("asked {} to become the owner", e.label);
        TransferDeclined = "organization.transfer_declined" Security General |_| "declined to become the owner".into();
        DualControlChanged = "organization.dual_control_changed" Security General |e| format!("turned dual control {}", if e.turned_on("dual_control") { "on" } else { "off" });
        PolicyChanged = "organization.policy_changed" Security General |e| e.policies();
        SecurityPolicyChanged = "organization.security_policy_changed" Security General |_| "changed the security policy".into();
        AllSessionsEnded = "organization.sessions_ended" Security General |_| "signed everyone out".into();
        SettingsReviewed = "organization.settings_reviewed" Security General |e| format!("reviewed the security settings: {} of {} checks passed", e.count("passed"), e.count("checks"));
        DeletionRequested = "organization.deletion_requested" Change General |e| format!("requested the deletion of {}", e.label);
        DeletionScheduled = "organization.deletion_scheduled" Change General |e| format!("scheduled the deletion of {}", e.label);
        DeletionCancelled = "organization.deletion_stopped" Change General |e| format!("restored {}", e.label);
        OrganizationDeleted = "organization.deleted" Change General |e| format!("deleted {} after 30 days", e.label);
    }
    "company" "Companies" {
        CompanyCreated = "company.created" Change General in Company |e| format!("created {}", e.label);
        CompanyEdited = "company.edited" Change General in Company |e| match e.was("name") {
            "" => format!("changed the settings of {}", e.label),
            name if name == e.label => format!("changed the settings of {name}"),
            name => format!("renamed {name} to {}", e.label),
        };
        CompanyArchived = "company.archived" Change General in Company |e| format!("archived {}", e.label);
        CompanyRestored = "company.restored" Change General in Company |e| format!("restored {}", e.label);
        CompanyDeletionScheduled = "company.deletion_scheduled" Change General in Company |e| format!("deleted {}, which can be restored for 30 days", e.label);
        CompanyDeletionCancelled = "company.deletion_stopped" Change General in Company |e| format!("restored the deleted {}", e.label);
        CompanyDeleted = "company.deleted" Change General in Company |e| format!("deleted {} permanently after 30 days", e.label);
        CompanyMovedAway = "company.moved_away" Change General in Company |e| format!("moved {} to {}", e.label, e.is("organization"));
        CompanyMovedIn = "company.moved_in" Change General in Company |e| format!("moved {} here from {}", e.label, e.was("organization"));
    }
    "resource" "Resources" {
        ResourceCreated = "resource.created" Change General |e| format!("created the {} {}", e.is("kind").replace('_', " "), e.label);
        ResourceEdited = "resource.edited" Change General |e| match e.was("name") {
            "" => format!("changed the settings of {}", e.label),
            name if name == e.label => format!("changed the settings of {name}"),
            name => format!("renamed {name} to {}", e.label),
        };
        ResourceArchived = "resource.archived" Change General |e| format!("archived {}", e.label);
        ResourceRestored = "resource.restored" Change General |e| format!("restored {}", e.label);
    }
    "usage" "Usage" {
        UsageEventVoided = "usage.event_voided" Change General in Company |e| format!("voided the usage event {}", e.label);
        UsageSumsRebuilt = "usage.sums_rebuilt" Change General |e| format!("corrected {} sums of usage", e.count("corrected"));
        UsageImportUploaded = "usage.import_uploaded" Change General |e| format!("uploaded {}", e.label);
        UsageImportStarted = "usage.import_started" Change General |e| format!("started the import of {}", e.label);
        UsageImportFinished = "usage.import_finished" Change General |e| format!("imported {}", e.label);
        UsageImportStopped = "usage.import_stopped" Change General |e| format!("stopped the import of {}, whose sender lost access", e.label);
        UsageImportDiscarded = "usage.import_discarded" Change General |e| format!("discarded {}", e.label);
        RateCardChanged = "usage.rate_card_changed" Change Billing |e| format!("changed the rate card from {} on", e.label);
        ScheduleCreated = "usage.schedule_created" Change General |e| format!("scheduled the report {}", e.label);
        ScheduleStopped = "usage.schedule_stopped" Change General |e| format!("stopped the scheduled report {}", e.label);
        ScheduleResumed = "usage.schedule_resumed" Change General |e| format!("resumed the scheduled report {}", e.label);
        ScheduleDeleted = "usage.schedule_deleted" Change General |e| format!("deleted the scheduled report {}", e.label);
        ScheduleLeft = "usage.schedule_unsubscribed" Change General |e| format!("unsubscribed from the scheduled report {}", e.label);
        CompanyFactsChanged = "usage.facts_changed" Change General in Company |e| format!("changed what {} reports for {}", e.label, e.is("day"));
    }
    "member" "Members" {
        MemberSessionsEnded = "member.sessions_ended" Security People |e| format!("ended the sessions of {}", e.label);
        MemberInvited = "member.invited" Change People |e| format!("invited {} as {}", e.label, e.new_role());
        MemberJoined = "member.joined" Change People |e| format!("joined as {} through the onboarding link {}", e.new_role(), e.is("link"));
        MemberRoleChanged = "member.role_changed" Change People |e| format!("changed {} from {} to {}", e.label, e.old_role(), e.new_role());
        MemberAccessEndChanged = "member.access_end_changed" Change People |e| match e.company() {
            "" => format!("changed when the access of {} ends", e.label),
            company => format!("changed when the assignment of {} to {company} ends", e.label),
        };
        MemberAccessEnded = "member.access_ended" Change People |e| format!("suspended {}: access ended", e.label);
        MemberAssigned = "member.assigned" Change People in Company |e| format!("assigned {} to {}", e.label, e.company());
        MemberUnassigned = "member.unassigned" Change People in Company |e| format!("removed {} from {}", e.label, e.company());
        MemberSuspended = "member.suspended" Change People |e| format!("suspended {}", e.label);
        MemberRestored = "member.restored" Change People |e| format!("restored the access of {}", e.label);
        MemberRemoved = "member.removed" Change People |e| format!("removed {}", e.label);
        MemberRemovalUndone = "member.removal_undone" Change People |e| format!("undid the removal of {}", e.label);
        MemberLeft = "member.left" Change People |_| "left the organization".into();
        MemberViewSaved = "member.view_saved" Change People |e| format!("saved the view “{}” of the list of members", e.label);
        MemberViewDeleted = "member.view_deleted" Change People |e| format!("deleted the view “{}” of the list of members", e.label);
        OverridesChanged = "member.overrides_changed" Security People |e| e.overrides();
    }
    "invitation" "Invitations" {
        InvitationResent = "invitation.resent" Change People |e| format!("resent the invitation of {}", e.label);
        InvitationEdited = "invitation.edited" Change People |e| format!("changed the invitation of {}", e.label);
        InvitationCancelled = "invitation.cancelled" Change People |e| format!("cancelled the invitation of {}", e.label);
        InvitationAccepted = "invitation.accepted" Change People |e| format!("joined as {}", e.new_role());
        InvitationRefused = "invitation.refused" Security People |e| format!("tried to accept the invitation of {} with another account", e.label);
        // A person who declines by the link alone has no account to name.
        InvitationDeclined = "invitation.declined" Change People |e| match e.is("by") {
            "link" => format!("recorded that {} declined the invitation", e.label),
            _ => "declined the invitation".into(),
        };
        InvitationExpired = "invitation.expired" Change People |e| format!("closed the expired invitation of {}", e.label);
        InvitationsBlocked = "invitation.organization_blocked" Change People |e| format!("recorded that {} blocks invitations from this organization", e.label);
        InvitationsUnblocked = "invitation.organization_unblocked" Change People |e| format!("recorded that {} accepts invitations from this organization again", e.label);
        InvitationSuperseded = "invitation.superseded" Change People |e| format!("closed the invitation of {}, a member already", e.label);
    }
    "group" "Groups" {
        GroupCreated = "group.created" Change People |e| format!("created the group {}", e.label);
        GroupEdited = "group.edited" Change People |e| format!("changed the group {}", e.label);
        GroupDeleted = "group.deleted" Change People |e| format!("deleted the group {}", e.label);
        GroupMemberAdded = "group.member_added" Change People |e| format!("added {} to the group {}", e.label, e.is("group"));
        GroupMemberRemoved = "group.member_removed" Change People |e| format!("removed {} from the group {}", e.label, e.was("group"));
    }
    "role" "Custom roles" {
        CustomRoleCreated = "role.created" Security General |e| format!("created the role {}", e.label);
        CustomRoleEdited = "role.edited" Security General |e| match e.was("name") {
            "" => format!("changed the role {}", e.label),
            name if name == e.label => format!("changed the role {name}"),
            name => format!("changed the role {name}, now {}", e.label),
        };
        CustomRoleDeleted = "role.deleted" Security General |e| format!("deleted the role {}", e.label);
    }
    "access" "Access requests" {
        AccessRequested = "access.requested" Change People |e| format!("requested {}", EventFacts::wanted(e.after));
        AccessGranted = "access.granted" Change People |e| format!("granted {} {}", e.label, EventFacts::wanted(e.before));
        AccessDenied = "access.denied" Change People |e| format!("denied {} {}", e.label, EventFacts::wanted(e.before));
        AccessWithdrawn = "access.withdrawn" Change People |e| format!("withdrew the request for {}", EventFacts::wanted(e.before));
        AccessImported = "access.imported" Change People |e| format!(
            "imported roles from a CSV file: {} added, {} changed, {} removed", e.count("added"), e.count("changed"), e.count("removed")
        );
    }
    "review" "Access reviews" {
        ReviewStarted = "review.started" Change General |e| format!("started the access review “{}”", e.label);
        ReviewDecided = "review.decided" Change General in Company |e| format!("reviewed the members of {} in the access review “{}”", e.company(), e.label);
        ReviewClosed = "review.closed" Change General |e| format!("closed the access review “{}”", e.label);
        ReviewCancelled = "review.cancelled" Change General |e| format!("cancelled the access review “{}”", e.label);
    }
    "approval" "Approvals" {
        ApprovalRequested = "approval.requested" Change General |e| format!("asked another owner to approve: {}", e.label);
        ApprovalApproved = "approval.approved" Change General |e| format!("approved: {}", e.label);
        ApprovalRejected = "approval.rejected" Change General |e| format!("rejected: {}", e.label);
        ApprovalExpired = "approval.expired" Change General |e| format!("closed a request that is no longer possible: {}", e.label);
        ApprovalWithdrawn = "approval.withdrawn" Change General |e| format!("withdrew: {}", e.label);
    }
    "onboarding_link" "Onboarding links" {
        LinkCreated = "onboarding_link.created" Change General |e| format!("created the onboarding link {}", e.label);
        LinkEdited = "onboarding_link.edited" Change General |e| format!("changed the onboarding link {}", e.label);
        LinkRotated = "onboarding_link.rotated" Change General |e| format!("rotated the onboarding link {}", e.label);
        LinkDisabled = "onboarding_link.disabled" Change General |e| format!("disabled the onboarding link {}", e.label);
        LinkEnabled = "onboarding_link.enabled" Change General |e| format!("enabled the onboarding link {}", e.label);
    }
    "api_key" "API keys" {
        KeyCreated = "api_key.created" Security General |e| format!("created the API key {}", e.label);
        KeyRotated = "api_key.rotated" Security General |e| format!("rotated the API key {}", e.label);
        KeyRevoked = "api_key.revoked" Security General |e| format!("revoked the API key {}", e.label);
        KeyAdopted = "api_key.adopted" Security General |e| match e.was("owner") {
            "" => format!("adopted the API key {}", e.label),
            owner => format!("adopted the API key {} of {owner}", e.label),
        };
        KeyFlagged = "api_key.flagged" Security General |e| format!("reported that the API key {} is not used", e.label);
    }
    "join" "Join requests" {
        JoinRequested = "join.requested" Change People |e| format!("asked to join through the onboarding link {}", e.is("link"));
        JoinApproved = "join.approved" Change People |e| format!("approved {} as {}", e.label, e.new_role());
        JoinDenied = "join.denied" Change People |e| format!("denied the join request of {}", e.label);
        JoinWithdrawn = "join.withdrawn" Change People |_| "withdrew the join request".into();
        JoinExpired = "join.expired" Change People |e| format!("closed the expired join request of {}", e.label);
    }
    "account" "Accounts" {
        SignedUp = "account.signed_up" Change General |_| "signed up".into();
        EmailVerified = "account.email_verified" Change General |e| format!("verified the email address {}", e.label);
        VerificationRequested = "account.verification_requested" Change General |_| "requested another verification email".into();
        SignedIn = "account.signed_in" Login General |_| "signed in".into();
        SignedOut = "account.signed_out" Login General |_| "signed out".into();
        // No one is signed in: the actor is Tenantry.
        SignInFailed = "account.sign_in_failed" Login General |e| format!("rejected a sign-in as {}: incorrect password", e.label);
        AccountLocked = "account.locked" Security General |e| format!("locked the account {} after too many incorrect passwords", e.label);
        AccountUnlocked = "account.unlocked" Security General |e| format!("unlocked the account {}", e.label);
        SecondFactorFailed = "account.second_factor_failed" Login General |e| format!("rejected a sign-in as {}: incorrect code", e.label);
        AppAdded = "account.app_added" Security General |_| "added an authenticator app".into();
        AppRemoved = "account.app_removed" Security General |_| "removed their authenticator app".into();
        BackupCodesReplaced = "account.backup_codes_replaced" Security General |_| "made new backup codes".into();
        BackupCodeUsed = "account.backup_code_used" Security General |_| "used a backup code".into();
        PasskeyAdded = "account.passkey_added" Security General |e| format!("added the passkey {}", e.is("name"));
        PasskeyRemoved = "account.passkey_removed" Security General |e| format!("removed the passkey {}", e.was("name"));
        PasskeyRefused = "account.passkey_refused" Security General |e| format!("rejected the passkey {}: its counter ran backwards", e.is("name"));
        SecondFactorRemoved = "account.second_factor_removed" Security General |e| format!("removed two-factor authentication from {}", e.label);
        SignInDenied = "account.sign_in_denied" Security General |_| "reported a sign-in that was not theirs".into();
        IdentityConfirmed = "account.identity_confirmed" Login General |_| "confirmed their identity".into();
        PasswordResetRequested = "account.password_reset_requested" Security General |e| format!("sent {} a password reset link", e.label);
        PasswordReset = "account.password_reset" Security General |_| "reset their password by email".into();
        PasswordChanged = "account.password_changed" Security General |_| "changed their password".into();
        NameChanged = "account.name_changed" Change General |e| match e.is("name") {
            "" => "changed their name".into(),
            name => format!("changed their name to {name}"),
        };
        TimeZoneChanged = "account.time_zone_changed" Change General |e| match e.is("timezone") {
            "" => "changed their time zone to that of each organization".into(),
            zone => format!("changed their time zone to {zone}"),
        };
        EmailChangeRequested = "account.email_change_requested" Security General |_| "requested a change of their email address".into();
        EmailChanged = "account.email_changed" Security General |_| "changed their email address".into();
        SessionEnded = "account.session_ended" Security General |_| "ended one of their sessions".into();
        OtherSessionsEnded = "account.other_sessions_ended" Security General |_| "ended all of their other sessions".into();
        // The category keeps these out of the logs of organizations: a report is for the operators.
        SenderBlocked = "account.invitations_blocked" Change General |e| format!("recorded that {} blocks invitations from this account", e.label);
        SenderUnblocked = "account.invitations_unblocked" Change General |e| format!("recorded that {} accepts invitations from this account again", e.label);
        InvitationReported = "account.invitation_reported" Change General |e| format!("recorded that {} reported an invitation", e.label);
        ReportWithdrawn = "account.report_withdrawn" Change General |e| format!("recorded that {} withdrew the report of an invitation", e.label);
        ReportClosed = "account.report_closed" Change General |e| format!("closed the report of {} about an invitation", e.label);
        InvitationLimitChanged = "account.invitation_limit_changed" Change General |e| format!("changed how many invitations {} may send a day", e.label);
        OrganizationRequested = "account.organization_requested" Change General |_| "asked to create another organization".into();
        LimitChanged = "account.limit_changed" Change General |e| format!("changed how many organizations {} may create", e.label);
        OperatorAppointed = "account.operator_appointed" Change General |e| format!("made {} an operator", e.label);
        OperatorDismissed = "account.operator_dismissed" Change General |e| format!("dismissed {} as an operator", e.label);
    }
    "support" "Support sessions" {
        SupportConsentChanged = "support.consent_changed" Security General |e| format!("turned support access {}", if e.turned_on("allowed") { "on" } else { "off" });
        SupportBegan = "support.started" Security General |e| format!("started a support session: {}", e.is("reason"));
        SupportEnded = "support.ended" Security General |e| format!("ended the support session of {} ({})", e.label, e.is("how"));
    }
    "audit" "Audit log" {
        AuditExported = "audit.exported" Security General |e| match e.is("format") {
            "" => "exported the audit log".into(),
            format => format!("exported the audit log as {}", format.to_uppercase()),
        };
    }
    "mail" "Email" {
        MailRetried = "mail.retried" Change General |e| format!("resent the email “{}”", e.label);
    }
}

impl Action {
    fn row(self) -> &'static ActionRow {
        &TABLE[self as usize]
    }

    /// The name of its group, which its stable name begins with.
    pub fn group(self) -> &'static str {
        self.row().group
    }

    /// The label of its group.
    pub fn group_label(self) -> &'static str {
        self.row().group_label
    }

    /// Its label within the group: "Role changed".
    pub fn label(self) -> String {
        let name = self.as_str().split_once('.').map_or(self.as_str(), |(_, name)| name);
        let words = name.replace('_', " ");
        let mut chars = words.chars();
        chars
            .next()
            .map(|first| first.to_uppercase().chain(chars).collect())
            .unwrap_or_default()
    }

    /// Its category.
    pub fn category(self) -> Category {
        self.row().category
    }

    /// The area whose role sees it; `None` for what only those see who see the whole log.
    pub fn area(self) -> Option<AuditArea> {
        self.row().area
    }

    /// Whether every event of it concerns one company, see [`Event::company`](crate::audit::Event::company).
    pub fn needs_company(self) -> bool {
        self.row().needs_company
    }

    /// The words after the actor's name.
    pub fn describe(self, facts: &EventFacts<'_>) -> String {
        (self.row().describe)(facts)
    }

    /// Whether an event on an account is also recorded in the logs of the person's organizations.
    pub fn concerns_organizations(self) -> bool {
        self.group() == "account" && self.category() != Category::Change
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_action_has_a_group_a_label_and_a_description() {
        let empty = json!({});
        let facts = EventFacts {
            label: "Label",
            before: &empty,
            after: &empty,
        };
        for action in Action::ALL {
            assert_eq!(action.as_str().split('.').next(), Some(action.group()), "{action}");
            assert!(!action.label().is_empty());
            let words = action.describe(&facts);
            assert!(
                words.chars().next().is_some_and(char::is_lowercase),
                "{action}: {words}"
            );
            assert!(!words.ends_with('.'), "{action}: {words}");
        }
        assert_eq!(Action::MemberRoleChanged.label(), "Role changed");
    }

    #[test]
    fn each_area_has_the_events_of_its_groups() {
        for action in Action::ALL {
            let area = match action {
                Action::RateCardChanged => Some(AuditArea::Billing),
                _ => ["access", "group", "invitation", "join", "member"]
                    .contains(&action.group())
                    .then_some(AuditArea::People),
            };
            assert_eq!(action.area(), area, "{action}");
        }
    }
}
