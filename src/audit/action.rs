//! The kinds of deeds.

crate::text_enum! {
    /// What was done, in the past tense.
    pub enum Action {
        OrganizationCreated = "organization.created",
        OrganizationEdited = "organization.edited",
        CompanyCreated = "company.created",
        CompanyEdited = "company.edited",
        CompanyArchived = "company.archived",
        CompanyRestored = "company.restored",
        CompanyMovedAway = "company.moved_away",
        CompanyMovedIn = "company.moved_in",
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
        OperatorDismissed = "account.operator_dismissed",
        SignInFailed = "account.sign_in_failed",
        SlugChanged = "organization.slug_changed",
        ContactAsked = "organization.contact_asked",
        ContactProven = "organization.contact_proven",
        ContactRemoved = "organization.contact_removed",
        TransferProposed = "organization.transfer_proposed",
        TransferRefused = "organization.transfer_refused",
        DeletionAsked = "organization.deletion_asked",
        DeletionScheduled = "organization.deletion_scheduled",
        DeletionStopped = "organization.deletion_stopped",
        OrganizationDeleted = "organization.deleted",
        DualControlChanged = "organization.dual_control_changed",
        ApprovalAsked = "approval.asked",
        ApprovalGiven = "approval.given",
        ApprovalRefused = "approval.refused",
        ApprovalExpired = "approval.expired",
        ApprovalWithdrawn = "approval.withdrawn",
        MemberSuspended = "member.suspended",
        MemberRestored = "member.restored",
        MemberAccessEnded = "member.access_ended",
        MemberRemovalUndone = "member.removal_undone",
        OverridesChanged = "member.overrides_changed",
        PolicyChanged = "organization.policy_changed",
        CustomRoleCreated = "role.created",
        CustomRoleEdited = "role.edited",
        CustomRoleDeleted = "role.deleted",
        GroupCreated = "group.created",
        GroupEdited = "group.edited",
        GroupDeleted = "group.deleted",
        GroupMemberAdded = "group.member_added",
        GroupMemberRemoved = "group.member_removed",
        AccessRequested = "access.requested",
        AccessGranted = "access.granted",
        AccessDenied = "access.denied",
        AccessWithdrawn = "access.withdrawn",
        AccessImported = "access.imported",
        LinkCreated = "onboarding_link.created",
        LinkEdited = "onboarding_link.edited",
        LinkRotated = "onboarding_link.rotated",
        LinkDisabled = "onboarding_link.disabled",
        LinkEnabled = "onboarding_link.enabled",
        JoinRequested = "join.requested",
        JoinApproved = "join.approved",
        JoinDenied = "join.denied",
        JoinWithdrawn = "join.withdrawn",
        JoinExpired = "join.expired",
        MemberJoined = "member.joined",
        SupportConsentChanged = "support.consent_changed",
        SupportBegan = "support.began",
        SupportEnded = "support.ended",
        ReviewStarted = "review.started",
        ReviewDecided = "review.decided",
        ReviewClosed = "review.closed",
        ReviewCancelled = "review.cancelled",
        AuditExported = "audit.exported",
        MailRetried = "mail.retried",
    }
}

/// What a line of the log is about, to narrow the list by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Something was changed.
    Change,
    /// Somebody came or went.
    Login,
    /// It concerns who can get in, or with what right.
    Security,
}

impl Category {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Change, Self::Login, Self::Security];

    /// The text for addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Login => "login",
            Self::Security => "security",
        }
    }

    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Change => "Changes",
            Self::Login => "Sign-ins",
            Self::Security => "Security",
        }
    }

    /// The kind of a text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The beginnings of actions' names, and the words for people.
const GROUPS: &[(&str, &str)] = &[
    ("organization", "Organization"),
    ("company", "Companies"),
    ("member", "Members"),
    ("invitation", "Invitations"),
    ("group", "Groups"),
    ("role", "Custom roles"),
    ("access", "Access requests"),
    ("review", "Access reviews"),
    ("approval", "Second confirmations"),
    ("onboarding_link", "Onboarding links"),
    ("join", "Requests to join"),
    ("account", "Accounts"),
    ("support", "Support sessions"),
    ("audit", "Audit log"),
    ("mail", "Mail"),
];

impl Action {
    /// The beginning of its name, before the dot.
    pub fn group(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(group, _)| group)
    }

    /// The words for a group of actions.
    pub fn group_label(group: &str) -> &str {
        GROUPS
            .iter()
            .find(|(name, _)| *name == group)
            .map_or(group, |(_, label)| label)
    }

    /// The word for it within its group: "Role changed".
    pub fn label(self) -> String {
        let name = self.as_str().split_once('.').map_or(self.as_str(), |(_, name)| name);
        let words = name.replace('_', " ");
        let mut letters = words.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default()
    }

    /// What it is about.
    pub fn kind(self) -> Category {
        match self {
            Self::SignedIn | Self::SignedOut | Self::SignInFailed => Category::Login,
            Self::AccountLocked
            | Self::AccountUnlocked
            | Self::PasswordResetRequested
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::EmailChangeRequested
            | Self::EmailChanged
            | Self::SessionEnded
            | Self::OtherSessionsEnded
            | Self::OwnershipHandedOver
            | Self::TransferProposed
            | Self::TransferRefused
            | Self::DualControlChanged
            | Self::OverridesChanged
            | Self::PolicyChanged
            | Self::CustomRoleCreated
            | Self::CustomRoleEdited
            | Self::CustomRoleDeleted
            | Self::SupportConsentChanged
            | Self::SupportBegan
            | Self::SupportEnded
            | Self::AuditExported => Category::Security,
            _ => Category::Change,
        }
    }

    /// Whether a deed on an account also stands in the logs of the organizations that the person belongs to.
    pub fn concerns_organizations(self) -> bool {
        self.as_str().starts_with("account.") && self.kind() != Category::Change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_in_a_group_of_the_list() {
        for action in Action::ALL {
            assert!(GROUPS.iter().any(|(name, _)| *name == action.group()), "{action}");
            assert!(!action.label().is_empty());
        }
        assert_eq!(Action::MemberRoleChanged.label(), "Role changed");
    }
}
