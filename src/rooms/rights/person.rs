//! Somebody whose rights are looked at, and what the reader may know of them.

use super::store;
use super::words::About;
use crate::gate::db::Conn;
use crate::gate::member::{self, Member, MembershipStatus, Standing};
use crate::gate::permission::Right;
use crate::gate::rights::Grounds;
use crate::gate::rights::explain::{Answer, explain};
use crate::gate::role::CompanyRole;
use crate::ground::error::AppError;
use crate::people::role::Title;

/// Somebody with what their rights follow from.
pub struct Subject {
    /// Who it is.
    pub person: Standing,
    /// What the rights follow from.
    pub grounds: Grounds,
    /// In words.
    pub about: About,
}

impl Subject {
    /// Reads all of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(conn: &mut Conn, member: &Member, person: Standing) -> Result<Self, AppError> {
        let grounds = member::grounds(conn, member.cx.now, member.organization, person.id)?;
        let title = Title::of(conn, member.organization, &person)?;
        let groups = if person.facts.groups > 0 {
            store::groups(conn, member.organization, person.id)?
        } else {
            Vec::new()
        };
        let state = if person.status == MembershipStatus::Suspended && !person.ended() {
            "The access is suspended".into()
        } else {
            person
                .access_until
                .map_or_else(String::new, |end| format!("The access ended on {}", end.date()))
        };
        let about = About {
            id: person.id,
            name: person.name.clone(),
            you: person.id == member.id,
            title: title.label().to_owned(),
            custom: match &title {
                Title::Custom(custom) => Some(custom.id.to_string()),
                Title::Plain(_) => None,
            },
            groups,
            company: None,
            place: None,
            place_groups: Vec::new(),
            unit: member.unit,
            state,
        };
        Ok(Self { person, grounds, about })
    }

    /// Turns to one company.
    ///
    /// # Errors
    /// When the database fails.
    pub fn in_company(mut self, conn: &mut Conn, member: &Member, company: &store::Company) -> Result<Self, AppError> {
        let place = store::place(conn, member.cx.now, member.organization, self.person.id, company.id)?;
        if let Some(place) = &place
            && self.person.facts.groups > 0
        {
            let groups = store::groups_in(conn, member.organization, self.person.id, company.id)?;
            self.about.place_groups = groups
                .into_iter()
                .filter(|(_, role)| *role == place.role)
                .map(|(name, _)| name)
                .collect();
        }
        let path = member.path(&format!("/companies/{}", company.slug));
        self.about.company = Some((company.name.clone(), path));
        self.about.place = place;
        Ok(self)
    }

    /// The answer to a right.
    pub fn answer(&self, right: Right) -> Answer {
        let there: Option<Option<CompanyRole>> = self
            .about
            .company
            .as_ref()
            .map(|_| self.about.place.as_ref().map(|place| place.role));
        explain(&self.grounds, right, there)
    }
}
