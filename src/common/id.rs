//! Identifiers: `UUIDv7` (RFC 9562) as 32 hex digits, so they sort by age and cannot be guessed.

use uuid::Uuid;

/// The text of an identifier; each entity wraps it in a type of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RawId([u8; 32]);

impl RawId {
    /// A new identifier, later than every earlier one of this process.
    pub fn fresh() -> Self {
        let mut text = [0; 32];
        Uuid::now_v7().simple().encode_lower(&mut text);
        Self(text)
    }

    /// Reads 32 lower-case hex digits; anything else is no identifier.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = text.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            .then_some(Self(bytes))
    }

    /// The 32 hex digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Declares an identifier type of one entity.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::deserialize::FromSqlRow, diesel::expression::AsExpression)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name($crate::common::id::RawId);

        impl $name {
            /// A new identifier.
            pub fn fresh() -> Self { Self($crate::common::id::RawId::fresh()) }

            /// Reads an identifier out of a path, form or column; `None` when it is none.
            pub fn parse(text: &str) -> Option<Self> { $crate::common::id::RawId::parse(text).map(Self) }

            /// The 32 hex digits.
            pub fn as_str(&self) -> &str { self.0.as_str() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = String::from_sql(raw)?;
                Self::parse(&text).ok_or_else(|| format!("not a {}: {text}", stringify!($name)).into())
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }
    )+};
}

typed_id!(
    /// A person's account.
    UserId,
    /// A company (the unit below an organization).
    CompanyId,
    /// A user's membership in one organization.
    MembershipId,
    /// An invitation.
    InvitationId,
    /// A message in the outbox.
    MailId,
    /// A background job.
    JobId,
    /// One sign-in of a person on one device, as it is listed and ended.
    SessionId,
    /// An audit event.
    EventId,
    /// One attempt to sign in.
    AttemptId,
    /// Something requested for an address, such as a new password.
    AccountRequestId,
    /// A reported invitation.
    ReportId,
    /// A role that an organization made of permissions.
    CustomRoleId,
    /// A saved view of the list of members.
    MemberViewId,
    /// A group of members.
    GroupId,
    /// A request for access.
    RequestId,
    /// A change that another person must approve.
    ApprovalId,
    /// An onboarding link.
    LinkId,
    /// An API key.
    ApiKeyId,
    /// A request to join with an onboarding link.
    JoinId,
    /// A support session.
    SupportId,
    /// An access review.
    ReviewId,
    /// One assignment under review.
    ReviewItemId,
    /// A review of the security settings.
    SettingsReviewId,
    /// A usage event.
    UsageEventId,
    /// A file with usage or figures.
    ImportId,
    /// A version of the rate card.
    RateCardId,
    /// A report that is sent by email.
    ScheduleId,
    /// A passkey.
    PasskeyId,
    /// A resource: an agent, a campaign, a phone number and so on.
    ResourceId,
);

impl MembershipId {
    /// The id that no membership has.
    pub const NIL: Self = Self(RawId([b'0'; 32]));
}

impl SessionId {
    /// The id that no session has.
    pub const NIL: Self = Self(RawId([b'0'; 32]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_hex_digits_are_an_identifier() {
        for text in [
            "",
            "0",
            "0193A000000070008000000000000000",
            "0193a0000000700080000000000000zz",
            "../../../etc/passwd",
        ] {
            assert!(UserId::parse(text).is_none(), "{text}");
        }
        let id = UserId::fresh();
        assert_eq!(UserId::parse(id.as_str()), Some(id));
    }

    #[test]
    fn a_later_identifier_sorts_after_an_earlier_one() {
        let ids: Vec<_> = (0..1000).map(|_| UserId::fresh()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
