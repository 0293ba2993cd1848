//! What the form of a member's page sends: role, end date and assignments. Beside each value it sends the one that was shown,
//! so that only what someone changed is changed.

use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::handlers::members::end_date;
use crate::handlers::members::show::MemberPart;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::members::access_edit::{AccessEdit, AssignmentEdit};
use crate::services::members::role::Title;

/// The most assignments in one form.
const MOST: usize = 2_000;

/// An assignment in the form.
#[derive(Debug, Clone, Default)]
pub struct AssignmentRow {
    pub company: String,
    /// Empty: no role of their own.
    pub role: String,
    pub until: String,
    /// Role and end that were shown; empty for an added company.
    pub seen: String,
    pub fault: Option<String>,
}

/// What was entered, to be shown again.
#[expect(clippy::struct_excessive_bools, reason = "each is one button or parameter")]
#[derive(Debug, Clone, Default)]
pub struct MemberForm {
    pub role: Option<String>,
    pub seen_role: String,
    pub access_until: Option<String>,
    pub seen_until: String,
    pub rows: Vec<AssignmentRow>,
    /// The company to add to the table.
    pub add: String,
    pub company_q: String,
    /// Whether the list of companies is open.
    pub opens: bool,
    /// Whether only the description of the role is asked for.
    pub asks_role: bool,
    pub finds: bool,
    /// Whether the changes were shown and are to be applied.
    pub applies: bool,
    /// The plan that was shown.
    pub plan: String,
}

impl MemberForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let given = |name: &str| fields.iter().any(|(field, _)| field == name).then(|| text(name));
        let (mut roles, mut ends, mut seen) = (
            fields.all("company_role"),
            fields.all("company_until"),
            fields.all("company_seen"),
        );
        let rows = fields.all("company_id").take(MOST).map(|company| AssignmentRow {
            company: company.to_owned(),
            role: roles.next().unwrap_or_default().to_owned(),
            until: ends.next().unwrap_or_default().trim().to_owned(),
            seen: seen.next().unwrap_or_default().to_owned(),
            fault: None,
        });
        Self {
            role: given("role"),
            seen_role: text("seen_role"),
            access_until: given("access_until"),
            seen_until: text("seen_until"),
            rows: rows.collect(),
            add: text("add"),
            company_q: text("company_q"),
            opens: !fields.get("assign").is_empty(),
            asks_role: fields.get("part") == "role",
            finds: !fields.get("find").is_empty(),
            applies: fields.get("step") == "apply",
            plan: text("plan"),
        }
    }

    /// Whether the form only asks for the page with another company, or other companies to choose from.
    pub fn only_shows(&self) -> bool {
        self.finds || !self.add.is_empty()
    }

    /// What the form sends again when the changes are confirmed.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        if let Some(role) = &self.role {
            fields.extend([("role", role.clone()), ("seen_role", self.seen_role.clone())]);
        }
        if let Some(until) = &self.access_until {
            fields.extend([("access_until", until.clone()), ("seen_until", self.seen_until.clone())]);
        }
        for row in self.rows.iter().filter(|row| row.is_changed()) {
            fields.extend([
                ("company_id", row.company.clone()),
                ("company_role", row.role.clone()),
                ("company_until", row.until.clone()),
                ("company_seen", row.seen.clone()),
            ]);
        }
        fields
    }

    /// The changes. What is wrong is added at its field.
    pub fn edit(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        member: &Membership,
        errors: &mut FormErrors,
    ) -> Result<AccessEdit, AppError> {
        let mut edit = AccessEdit::default();
        if let Some(role) = self.role.as_ref().filter(|role| **role != self.seen_role) {
            edit.role = Title::parse(conn, actor.organization, role)?;
            if edit.role.is_none() {
                errors.add("role", "Choose a role");
            }
        }
        if let Some(until) = self
            .access_until
            .as_ref()
            .filter(|until| until.trim() != self.seen_until)
        {
            let until = end_date(until, actor.cx.now, actor.org_zone, member.access_until);
            edit.access_until = errors.take("access_until", until);
        }
        for row in self.rows.iter_mut().filter(|row| row.is_changed()) {
            if let Some(change) = row.edit(conn, actor, member)? {
                edit.companies.push(change);
            }
            if row.fault.is_some() {
                errors.add("companies", "Check the highlighted rows");
            }
        }
        Ok(edit)
    }

    /// Marks the row of a company whose change was refused.
    pub fn refuse(&mut self, company: CompanyId, message: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.company == company.as_str()) {
            row.fault = Some(message);
        }
    }
}

impl AssignmentRow {
    /// Role and end as they are compared.
    pub fn state(role: &str, until: &str) -> String {
        format!("{role} {until}")
    }

    fn is_changed(&self) -> bool {
        Self::state(&self.role, &self.until).trim() != self.seen.trim()
    }

    fn edit(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        member: &Membership,
    ) -> Result<Option<AssignmentEdit>, AppError> {
        let company = CompanyId::parse(&self.company).ok_or(AppError::NotFound)?;
        let (seen_role, seen_until) = self.seen.split_once(' ').unwrap_or((&self.seen, ""));
        if self.role.is_empty() {
            // An end without a role, or a company that was added and left without one, changes nothing.
            let removes = !seen_role.is_empty();
            return Ok(removes.then_some(AssignmentEdit {
                company,
                role: None,
                until: None,
            }));
        }
        let Some(role) = CompanyRole::parse(&self.role) else {
            self.fault = Some("Choose one of the roles in the list".into());
            return Ok(None);
        };
        let until = if self.until == seen_until {
            None
        } else {
            let direct = membership::direct_assignment(conn, actor.organization, member.id, company)?;
            let present = direct.and_then(|direct| direct.until);
            match end_date(&self.until, actor.cx.now, actor.org_zone, present) {
                Ok(until) => Some(until),
                Err(message) => {
                    self.fault = Some(message.into());
                    return Ok(None);
                }
            }
        };
        Ok(Some(AssignmentEdit {
            company,
            role: Some(role),
            until,
        }))
    }
}

impl MemberForm {
    pub(super) fn part(&self) -> MemberPart {
        match &self.role {
            _ if self.only_shows() || self.opens => MemberPart::Companies,
            Some(_) if self.asks_role => MemberPart::Hint,
            _ => MemberPart::Editor,
        }
    }
}
