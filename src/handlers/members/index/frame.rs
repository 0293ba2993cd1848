//! What is around the list: filters and saved views.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewMembers};
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::handlers::members::index::IndexPage;
use crate::handlers::members::index::line::status_label;
use crate::handlers::members::queries;
use crate::handlers::members::tabs;
use crate::handlers::members::tabs::MembersTab;
use crate::models::company_choice::CompanyChoices;
use crate::models::member_search::{AccessStatus, LastSeen};

impl IndexPage {
    /// Everything around the list, which a fragment leaves out.
    pub(super) fn load_frame(&mut self, conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
        let frame = queries::frame::read(conn, actor.organization, actor.id, actor.cx.now)?;
        self.views = frame
            .views
            .into_iter()
            .map(|view| (format!("members?{}", view.query), view))
            .collect();
        self.tabs = tabs::links_with(conn, actor, MembersTab::List, Some(frame.counts))?;
        self.statuses = self.statuses(conn, actor, frame.ended)?;
        let own = if actor.reach::<ViewMembers>() == Reach::Everywhere {
            None
        } else {
            Some(actor.own_companies(conn, ViewMembers::ID)?)
        };
        self.choices = CompanyChoices::of(conn, actor.organization, actor.active_companies, own.as_deref())?;
        // A link may name a company by its id; the select has slugs.
        if let Some(id) = CompanyId::parse(&self.asked.company)
            && let Some(company) = self.choices.companies.iter().find(|company| company.id == id)
        {
            self.asked.company.clone_from(&company.slug);
        }
        Ok(())
    }

    fn statuses(&self, conn: &mut Conn, actor: &Actor, ended: i64) -> Result<Vec<(&'static str, String)>, AppError> {
        let mut all = vec![("", "Any status".to_owned())];
        if !self.members_everywhere {
            let named = [
                AccessStatus::Active,
                AccessStatus::Ending,
                AccessStatus::Ended,
                AccessStatus::Suspended,
            ];
            all.extend(named.map(|status| (status.as_str(), status_label(status).to_owned())));
            return Ok(all);
        }
        let counts = actor.role_counts(conn)?;
        for (status, count) in [
            (AccessStatus::Active, counts.active()),
            (AccessStatus::Ended, ended),
            (AccessStatus::Suspended, counts.suspended() - ended),
        ] {
            all.push((status.as_str(), format!("{} {}", status_label(status), number(&count))));
        }
        let ending = AccessStatus::Ending;
        all.insert(2, (ending.as_str(), status_label(ending).to_owned()));
        Ok(all)
    }

    pub(super) fn two_factor() -> [(&'static str, &'static str); 3] {
        [("", "With or without 2FA"), ("yes", "With 2FA"), ("no", "Without 2FA")]
    }

    pub(super) fn last_seen() -> [(&'static str, &'static str); 6] {
        [
            ("", "Any activity"),
            (LastSeen::Week.as_str(), "Active in the last 7 days"),
            (LastSeen::Month.as_str(), "Active in the last 30 days"),
            (LastSeen::NotInMonth.as_str(), "Not in the last 30 days"),
            (LastSeen::NotInQuarter.as_str(), "Not in the last 90 days"),
            (LastSeen::Never.as_str(), "Never active"),
        ]
    }
}
