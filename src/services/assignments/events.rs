//! The audit events of assignments.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId, ReviewId};
use crate::common::time::Time;
use crate::db::types::org_id::OrgId;

/// A member and a company, with the names for the audit log.
#[derive(Debug, Clone, Copy)]
pub struct NamedAssignment<'a> {
    pub organization: OrgId,
    pub member: MembershipId,
    pub member_name: &'a str,
    pub company: CompanyId,
    pub company_name: &'a str,
}

/// What an assignment came from, or why it ended.
#[derive(Debug, Clone, Copy)]
pub enum AssignmentSource<'a> {
    Direct,
    /// An onboarding link, by its name.
    Link(&'a str),
    /// An access review did not confirm it.
    Review(&'a str, ReviewId),
    /// An access review removed it, and it was restored.
    RestoredReview(&'a str),
    /// Its end has passed.
    Ended(Option<Time>),
}

impl<'a> NamedAssignment<'a> {
    pub fn new(
        organization: OrgId,
        member: MembershipId,
        member_name: &'a str,
        company: CompanyId,
        company_name: &'a str,
    ) -> Self {
        Self {
            organization,
            member,
            member_name,
            company,
            company_name,
        }
    }

    fn json(&self, role: Option<CompanyRole>) -> Value {
        json!({
            "company": self.company_name,
            "company_id": self.company.as_str(),
            "role": role.map(CompanyRole::as_str),
        })
    }

    /// The end of an assignment, for `member.access_end_changed`.
    pub fn end_json(&self, until: Option<Time>) -> Value {
        json!({
            "company": self.company_name,
            "company_id": self.company.as_str(),
            "access_until": until.map(Time::iso),
        })
    }

    /// The event `member.assigned`.
    pub fn assigned(&self, before: Option<CompanyRole>, role: CompanyRole, source: &AssignmentSource<'_>) -> Events {
        let mut after = self.json(Some(role));
        let mut event = self.event(Action::MemberAssigned);
        match source {
            AssignmentSource::Link(link) => after["link"] = json!(link),
            AssignmentSource::Review(review, _) | AssignmentSource::RestoredReview(review) => {
                after["review"] = json!(review);
            }
            AssignmentSource::Direct | AssignmentSource::Ended(_) => {}
        }
        if let Some(before) = before {
            event = event.before(json!({ "company": self.company_name, "role": before.as_str() }));
        }
        Events::organization(self.organization, event.after(after))
    }

    /// The event `member.unassigned`.
    pub fn unassigned(&self, role: Option<CompanyRole>, source: &AssignmentSource<'_>) -> Events {
        let mut before = self.json(role);
        let mut event = self.event(Action::MemberUnassigned);
        match source {
            AssignmentSource::Review(review, id) => {
                event = event.after(json!({ "review": review, "review_id": id.as_str() }));
            }
            AssignmentSource::Ended(until) => before["access_until"] = json!(until.map(Time::iso)),
            AssignmentSource::Direct | AssignmentSource::Link(_) | AssignmentSource::RestoredReview(_) => {}
        }
        Events::organization(self.organization, event.before(before))
    }

    fn event(&self, action: Action) -> Event {
        Event::new(action, "member", self.member, self.member_name).company(self.company)
    }
}
