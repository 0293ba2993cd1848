//! The tab of companies: the assignments, one line each.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::handlers::access::people::lines::PeopleReader;
use crate::handlers::access::people::{PeoplePage, SIZE};
use crate::handlers::access::queries;
use crate::handlers::access::queries::assigned;
use crate::handlers::access::queries::assigned::{AssignmentFilter, COUNTED, FoundAssignments};
use crate::services::members::visible::CompanyScope;

/// "15", "1,000+": how many assignments the reader sees.
pub fn count(conn: &mut Conn, actor: &Actor, scope: &CompanyScope) -> Result<String, AppError> {
    let all = AssignmentFilter {
        within: scope.own().map(<[_]>::to_vec),
        ..AssignmentFilter::default()
    };
    Ok(words(assigned::count(conn, actor.organization, &all)?))
}

fn words(count: Option<i64>) -> String {
    count.map_or_else(|| format!("{}+", number(&COUNTED)), |count| number(&count))
}

/// "1 to 15 of 15" on the first page, "15 assignments" on the others.
fn pager(found: &FoundAssignments, first: bool) -> String {
    match (found.page.rows.len(), found.total) {
        (_, Some(1)) => "1 assignment".into(),
        (shown, total) if first && shown > 0 => format!("1 to {shown} of {}", words(total)),
        (_, total) => format!("{} assignments", words(total)),
    }
}

impl PeoplePage {
    pub(super) fn list_assignments(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        filter: &AssignmentFilter,
    ) -> Result<(), AppError> {
        let cursor = Cursor::parse(&self.asked.after);
        let mut found = assigned::page(conn, actor.organization, filter, cursor.as_ref(), SIZE)?;
        self.count = pager(&found, found.page.previous.is_none());
        let href = |after: &String| format!("{}{}", self.base, self.asked.query(after));
        self.previous = found.page.previous.as_ref().map(href);
        self.next = found.page.next.as_ref().map(href);
        // By person, and the companies of one person by name.
        let rows = &mut found.page.rows;
        for person in rows.chunk_by_mut(|one, other| one.member == other.member) {
            person.sort_by(|one, other| one.company_sort.cmp(&other.company_sort));
        }
        let mut in_groups: Vec<MembershipId> = rows.iter().filter(|row| row.groups > 0).map(|row| row.member).collect();
        in_groups.dedup();
        let groups = queries::group_grants(conn, actor.organization, &in_groups)?;
        let reader = PeopleReader::of(conn, actor, &[])?;
        self.lines = rows.iter().map(|row| reader.assignment(row, &groups)).collect();
        Ok(())
    }
}
