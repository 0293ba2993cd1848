//! What members can be filtered and sorted by.

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId};
use crate::common::time::{Span, Time};
use crate::models::member_search::row::MemberRow;

/// How long before its end access is listed as ending.
pub const ENDING_SOON: Span = Span::days(7);

crate::text_enum! {
    /// Whether a member has access.
    pub enum AccessStatus {
        Active = "active",
        /// Suspended by another member.
        Suspended = "suspended",
        /// Has access that ends within `ENDING_SOON`; no row's own status.
        Ending = "ending",
        /// The end date has passed.
        Ended = "ended",
    }
}

crate::text_enum! {
    /// When a member was last active.
    pub enum LastSeen {
        Week = "7",
        Month = "30",
        /// Not in the last 30 days, though they joined earlier.
        NotInMonth = "not-30",
        NotInQuarter = "not-90",
        /// They joined and never opened the organization.
        Never = "never",
    }
}

impl LastSeen {
    /// The first day that counts; the whole past for `Never`.
    pub(super) fn since(self, now: Time) -> Time {
        let days = match self {
            Self::Week => 7,
            Self::Month | Self::NotInMonth => 30,
            Self::NotInQuarter => 90,
            Self::Never => return Time(0),
        };
        now - Span::days(days)
    }
}

crate::text_enum! {
    /// The order of the list.
    pub enum MemberSort {
        Name = "name",
        NameBackwards = "-name",
        /// Oldest members first.
        Joined = "joined",
        /// Newest members first.
        JoinedBackwards = "-joined",
    }
}

impl MemberSort {
    pub(super) fn by_name(self) -> bool {
        matches!(self, Self::Name | Self::NameBackwards)
    }

    pub(super) fn descending(self) -> bool {
        matches!(self, Self::NameBackwards | Self::JoinedBackwards)
    }
}

/// What a member has besides a built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantFilter {
    /// A custom role.
    Custom(CustomRoleId),
    /// This role in the filtered company, or in any.
    Assignment(CompanyRole),
}

/// Which members a list shows.
#[derive(Debug, Clone)]
pub struct MemberFilter {
    /// Folded beginnings of words. Each of them must match.
    pub words: Vec<Vec<u8>>,
    pub role: Option<Role>,
    /// Members assigned to this company. `within` has no effect then.
    pub company: Option<CompanyId>,
    pub given: Option<GrantFilter>,
    pub access_status: Option<AccessStatus>,
    pub last_seen: Option<LastSeen>,
    /// Members with a second factor, or without one.
    pub second_factor: Option<bool>,
    /// Only members assigned to one of these, for an actor who sees no others.
    pub within: Option<Vec<CompanyId>>,
    pub sort: MemberSort,
    /// The time at which access has ended or not.
    pub now: Time,
}

/// One condition that can be collected from an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchTerm<'a> {
    Word(&'a [u8]),
    Company(CompanyId),
    Within(&'a [CompanyId]),
    Given(GrantFilter),
    AccessStatus,
    LastSeen,
    SecondFactor(bool),
    Role(Role),
}

impl MemberFilter {
    /// The members that have these words, by name.
    pub fn by_words(words: Vec<Vec<u8>>, within: Option<Vec<CompanyId>>, now: Time) -> Self {
        Self {
            words,
            role: None,
            company: None,
            given: None,
            access_status: None,
            last_seen: None,
            second_factor: None,
            within,
            sort: MemberSort::Name,
            now,
        }
    }

    /// Whether at most the role is filtered.
    pub(super) fn is_plain(&self) -> bool {
        self.words.is_empty()
            && self.company.is_none()
            && self.given.is_none()
            && self.access_status.is_none()
            && self.last_seen.is_none()
            && self.second_factor.is_none()
            && self.within.is_none()
    }

    /// Whether only words are filtered, and the list is sorted by name.
    pub(super) fn is_words_alone(&self) -> bool {
        let Self {
            role,
            company,
            given,
            access_status,
            last_seen,
            second_factor,
            within,
            ..
        } = self;
        role.is_none()
            && company.is_none()
            && given.is_none()
            && access_status.is_none()
            && last_seen.is_none()
            && second_factor.is_none()
            && within.is_none()
            && self.sort.by_name()
    }

    pub(super) fn key(&self, row: &MemberRow) -> (Vec<u8>, String) {
        (self.sort_key(row.sort_name.clone(), row.joined_at), row.id.to_string())
    }

    pub(super) fn sort_key(&self, sort_name: Option<Vec<u8>>, joined: Time) -> Vec<u8> {
        if self.sort.by_name() {
            sort_name.unwrap_or_default()
        } else {
            joined.0.to_be_bytes().to_vec()
        }
    }

    /// The conditions, the most selective first.
    pub(super) fn terms(&self) -> Vec<SearchTerm<'_>> {
        let mut words: Vec<&Vec<u8>> = self.words.iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut terms: Vec<SearchTerm<'_>> = words.into_iter().map(|word| SearchTerm::Word(word)).collect();
        terms.extend(self.company.map(SearchTerm::Company));
        terms.extend(self.given.map(SearchTerm::Given));
        terms.extend(
            self.access_status
                .filter(|access_status| *access_status != AccessStatus::Active)
                .map(|_| SearchTerm::AccessStatus),
        );
        terms.extend(self.second_factor.map(SearchTerm::SecondFactor));
        terms.extend(self.last_seen.map(|_| SearchTerm::LastSeen));
        terms.extend(self.role.map(SearchTerm::Role));
        terms.extend(self.within.as_deref().map(SearchTerm::Within));
        terms
    }
}
