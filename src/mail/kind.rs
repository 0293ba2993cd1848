//! The emails of the product, and which of them go first.

use crate::queue::Priority;

crate::text_enum! {
    /// The text is the name of the template folder.
    pub enum EmailKind {
        Verify = "verify",
        AccountExists = "account_exists",
        Reset = "reset",
        Unlock = "unlock",
        EmailChange = "email_change",
        EmailChanged = "email_changed",
        PasswordChanged = "password_changed",
        SecondFactorChanged = "second_factor_changed",
        BackupCodeUsed = "backup_code_used",
        SecondFactorReminder = "second_factor_reminder",
        NewDevice = "new_device",
        ChecklistDue = "checklist_due",
        PasskeyRefused = "passkey_refused",
        Invitation = "invitation",
        InvitationDeclined = "invitation_declined",
        JoinRequested = "join_requested",
        JoinApproved = "join_approved",
        JoinDenied = "join_denied",
        RoleChanged = "role_changed",
        OverridesChanged = "overrides_changed",
        MemberSuspended = "member_suspended",
        MemberRestored = "member_restored",
        MemberRemoved = "member_removed",
        AccessRequested = "access_requested",
        AccessDecided = "access_decided",
        ApprovalRequested = "approval_requested",
        ApprovalDecided = "approval_decided",
        TransferRequested = "transfer_requested",
        ContactVerification = "contact_verification",
        DeletionScheduled = "deletion_scheduled",
        OrganizationRestored = "organization_restored",
        OrganizationDeleted = "organization_deleted",
        OrganizationRequest = "organization_request",
        SupportStarted = "support_started",
        ReviewStarted = "review_started",
        ReviewReminder = "review_reminder",
        ReviewUnconfirmed = "review_unconfirmed",
        ReviewClosed = "review_closed",
        KeysUnused = "keys_unused",
        ScheduledReport = "scheduled_report",
    }
}

impl EmailKind {
    /// The path of the page that stops further emails like it, for `List-Unsubscribe` (RFC 2369).
    pub fn unsubscribe_path(self) -> Option<&'static str> {
        match self {
            Self::Invitation => Some("/invitations/{{token}}/blocking"),
            Self::ScheduledReport => Some("/scheduled-reports/{{token}}"),
            _ => None,
        }
    }

    pub fn priority(self) -> Priority {
        match self {
            // A person waits for it to continue.
            Self::Verify
            | Self::AccountExists
            | Self::Reset
            | Self::Unlock
            | Self::EmailChange
            | Self::ContactVerification => Priority::URGENT,
            Self::Invitation
            | Self::SecondFactorReminder
            | Self::ChecklistDue
            | Self::ReviewStarted
            | Self::ReviewReminder
            | Self::ScheduledReport => Priority::BULK,
            _ => Priority::NORMAL,
        }
    }
}
