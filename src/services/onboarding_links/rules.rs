//! What a link's form must hold to, and what somebody who opens a link may do.

use crate::authz::decision::Reach;
use crate::common::domain;
use crate::common::name;
use crate::common::time::Time;
use crate::models::onboarding_link::Purpose;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::resolve::{LinkGrant, LinkStatus};

/// So often one person comes in or asks to, by whatever links, within a day.
pub const TRIES_A_DAY: i64 = 10;
/// So many requests a day are told by mail; the queue holds the others.
pub const TOLD_A_DAY: i64 = 20;
/// So many domains and companies one link names.
pub const MOST: usize = 50;

/// Reads what the organization calls a link.
pub fn title(text: &str) -> Result<String, String> {
    name::parse(text, "a name", 60)
}

/// Reads domains with commas, spaces or lines between; an `@` before one is left out.
pub fn domains(text: &str) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    for word in text
        .split([',', ';', ' ', '\n', '\r', '\t'])
        .filter(|word| !word.is_empty())
    {
        match domain::parse(word.trim_start_matches('@')) {
            Ok(domain) if !domain.is_empty() => all.push(domain),
            _ => {
                let shown: String = word.chars().take(60).collect();
                return Err(format!("“{shown}” is no domain. Enter domains like company.com"));
            }
        }
    }
    all.sort();
    all.dedup();
    if all.len() > MOST {
        return Err(format!("Enter at most {MOST} domains"));
    }
    Ok(all)
}

/// Reads how often a link may be used; nothing is without end. `used`: how often it was.
pub fn max_uses(text: &str, used: i32) -> Result<Option<i32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i32>() {
        Ok(most) if most < used => Err(format!("It was used {used} times already. Enter {used} or more")),
        Ok(most) if (1..=100_000).contains(&most) => Ok(Some(most)),
        _ => Err("Enter a number from 1 to 100000, or nothing".into()),
    }
}

/// Reads the last day of a link; nothing is without end. `present`: the end it has, which may stay in the past.
pub fn end(text: &str, now: Time, present: Option<Time>) -> Result<Option<Time>, String> {
    match text.trim() {
        "" => Ok(None),
        day => match Time::end_of_day(day) {
            None => Err("Enter a date, like 2027-01-31".into()),
            Some(end) if end <= now && Some(end) != present => Err("Choose a day in the future".into()),
            Some(end) => Ok(Some(end)),
        },
    }
}

/// Whether somebody may see a link's address: who could not bring in people with these roles does not get what brings
/// oneself in a second time. Where somebody decides about each, the address by itself opens nothing.
pub fn may_copy(voucher: &InviteAuthority, gift: &LinkGrant, approval: bool) -> bool {
    let authority = &voucher.authority;
    let role = authority
        .role_rights(gift.role)
        .everywhere()
        .within(authority.ceiling());
    let companies =
        gift.purpose == Purpose::NewCompany || gift.companies.is_empty() || voucher.reach() == Reach::Everywhere;
    approval || (role && companies)
}

/// A person's place in the organization of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// None, or they left by themselves.
    Stranger,
    /// Others removed them.
    Removed,
    Member,
    /// A member who is shut out.
    Suspended,
}

/// Who opens a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinViewer {
    /// Nobody is signed in.
    Nobody,
    /// Somebody whose address is not proven.
    Unproven,
    /// Somebody with a proven address.
    Proven {
        standing: LinkState,
        /// Whether a request of theirs waits.
        waits: bool,
        /// Whether one was declined not long ago.
        declined: bool,
        /// Whether the address is of a domain that the link admits.
        admitted: bool,
    },
}

/// What the page of a link offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// To sign up or in.
    Welcome,
    /// To prove the address first.
    Unproven,
    /// To come in.
    Ready,
    /// To ask to come in.
    Ask,
    /// To wait, or to withdraw.
    Waits,
    /// Nothing: the request was declined.
    Declined,
    /// To go in: a member.
    Member,
    /// Nothing: shut out of the organization.
    Suspended,
    /// To use an address of another domain.
    Domain,
    /// Nothing: the link does not open.
    Closed(LinkStatus),
}

impl Situation {
    /// Decides.
    pub fn of(state: LinkStatus, purpose: Purpose, approval: bool, guest: JoinViewer) -> Self {
        let open = state == LinkStatus::Open;
        match guest {
            JoinViewer::Proven { waits: true, .. } => Self::Waits,
            JoinViewer::Proven {
                standing: LinkState::Suspended,
                ..
            } => Self::Suspended,
            JoinViewer::Proven {
                standing: LinkState::Member,
                ..
            } if purpose == Purpose::Join => Self::Member,
            _ if !open => Self::Closed(state),
            JoinViewer::Nobody => Self::Welcome,
            JoinViewer::Unproven => Self::Unproven,
            JoinViewer::Proven { admitted: false, .. } => Self::Domain,
            JoinViewer::Proven { declined: true, .. } => Self::Declined,
            JoinViewer::Proven { standing, .. } if approval || standing == LinkState::Removed => Self::Ask,
            JoinViewer::Proven { .. } => Self::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::Authority;
    use crate::authz::role::{CompanyRole, Role};
    use crate::common::id::UserId;
    use proptest::prelude::*;

    #[test]
    fn domains_are_read_however_they_are_separated() {
        assert_eq!(
            domains("Meridian.example, @acme.example\nacme.example").unwrap(),
            ["acme.example", "meridian.example"]
        );
        assert_eq!(domains(" \n").unwrap(), Vec::<String>::new());
        for bad in ["acme", "a@b.example", "*.acme.example", "acme.example/x"] {
            assert!(domains(bad).is_err(), "{bad}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("d{n}.example")).collect();
        assert!(domains(&many.join(" ")).is_err());
    }

    #[test]
    fn a_limit_is_a_number_and_not_below_what_was_used() {
        assert_eq!(max_uses("", 9), Ok(None));
        assert_eq!(max_uses(" 20 ", 9), Ok(Some(20)));
        for bad in ["0", "-1", "8", "1.5", "many", "100001", "99999999999"] {
            assert!(max_uses(bad, 9).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_link_ends_in_the_future_unless_its_end_stays() {
        let now = Time::end_of_day("2026-11-22").unwrap();
        let past = Time::end_of_day("2026-11-20");
        assert_eq!(end("2026-11-20", now, past), Ok(past));
        assert!(end("2026-11-20", now, None).is_err());
        assert!(end("soon", now, None).is_err());
        assert_eq!(end("", now, past), Ok(None));
    }

    #[test]
    fn who_copies_a_link_could_bring_people_in_with_its_role() {
        let voucher = |role| InviteAuthority {
            user: UserId::fresh(),
            authority: Authority::of(role, &[]),
            own: Vec::new(),
        };
        let gift = |role| LinkGrant {
            purpose: Purpose::NewCompany,
            role,
            company_role: CompanyRole::Manager,
            companies: Vec::new(),
        };
        assert!(may_copy(&voucher(Role::UserAdmin), &gift(Role::Member), false));
        assert!(!may_copy(&voucher(Role::UserAdmin), &gift(Role::Admin), false));
        assert!(may_copy(&voucher(Role::UserAdmin), &gift(Role::Admin), true));
        assert!(may_copy(&voucher(Role::Owner), &gift(Role::Admin), false));
    }

    fn guest() -> impl Strategy<Value = JoinViewer> {
        let standing = prop::sample::select(vec![
            LinkState::Stranger,
            LinkState::Removed,
            LinkState::Member,
            LinkState::Suspended,
        ]);
        let proven = (standing, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(standing, waits, declined, admitted)| JoinViewer::Proven {
                standing,
                waits,
                declined,
                admitted,
            },
        );
        prop_oneof![Just(JoinViewer::Nobody), Just(JoinViewer::Unproven), proven]
    }

    proptest! {
        #[test]
        fn nobody_comes_in_by_a_closed_link_unproven_or_with_a_foreign_address(
            open: bool, approval: bool, purpose in prop::sample::select(Purpose::ALL), guest in guest(),
        ) {
            let state = if open { LinkStatus::Open } else { LinkStatus::Paused };
            let situation = Situation::of(state, purpose, approval, guest);
            if matches!(situation, Situation::Ready | Situation::Ask) {
                prop_assert!(open);
                let JoinViewer::Proven { standing, waits, declined, admitted } = guest else {
                    panic!("{guest:?}");
                };
                prop_assert!(admitted && !waits && !declined && standing != LinkState::Suspended);
                prop_assert!(situation == Situation::Ask || (!approval && standing != LinkState::Removed));
            }
        }
    }
}
