//! Whose pages a write changes. The verbs of the models say it while they write; at the end of the transaction the versions of
//! all of them are raised (`models::page_version`), and pages stored before are not shown any more.
//!
//! A write that says nothing concerns everyone: forgetting to say something costs speed, never a stale page.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::common::id::{InvitationId, MembershipId, UserId};
use crate::db::types::org_id::OrgId;

/// What a write has said so far.
#[derive(Debug, Default)]
pub struct Affected {
    pub organizations: BTreeSet<OrgId>,
    pub people: BTreeSet<UserId>,
    /// The people of these memberships.
    pub members: BTreeSet<(OrgId, MembershipId)>,
    /// Accounts with these addresses, if there are any.
    pub addresses: BTreeSet<String>,
    /// Accounts with the addresses of these invitations.
    pub invitations: BTreeSet<(OrgId, InvitationId)>,
    everyone: bool,
    said: bool,
}

impl Affected {
    /// Whether pages of everyone may show what was written.
    pub fn everyone(&self) -> bool {
        self.everyone || !self.said
    }
}

// A transaction stays on one thread.
thread_local! {
    static AFFECTED: RefCell<Affected> = RefCell::default();
}

fn say(what: impl FnOnce(&mut Affected)) {
    AFFECTED.with_borrow_mut(|affected| {
        affected.said = true;
        what(affected);
    });
}

/// The pages of an organization.
pub fn organization(id: OrgId) {
    say(|affected| _ = affected.organizations.insert(id));
}

/// All pages of a person, for what they show about the person: account, memberships, invitations.
pub fn person(id: UserId) {
    say(|affected| _ = affected.people.insert(id));
}

/// As `person`, by membership.
pub fn member(organization: OrgId, id: MembershipId) {
    say(|affected| _ = affected.members.insert((organization, id)));
}

/// As `person`, by email address.
pub fn address(email: &str) {
    say(|affected| _ = affected.addresses.insert(email.to_owned()));
}

/// As `person`, by an invitation's address.
pub fn invitee(organization: OrgId, id: InvitationId) {
    say(|affected| _ = affected.invitations.insert((organization, id)));
}

/// Everyone's pages: what is written shows across organizations.
pub fn everyone() {
    say(|affected| affected.everyone = true);
}

/// No stored page shows what is written.
pub fn no_one() {
    say(|_| {});
}

/// Takes what was said, and begins anew.
pub fn take() -> Affected {
    AFFECTED.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_says_nothing_concerns_everyone() {
        assert!(take().everyone());
        no_one();
        assert!(!take().everyone());
        assert!(take().everyone());
        person(UserId::fresh());
        everyone();
        let said = take();
        assert!(said.everyone() && said.people.len() == 1);
    }
}
