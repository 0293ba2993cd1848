//! What bulk changes do, in words.

use crate::authz::role::Role;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::models::custom_role::CustomRole;
use crate::models::membership::record::Membership;
use crate::services::members::bulk::{BulkChange, BulkRefusal};

/// "1 person", "3 people".
pub fn people(n: usize) -> String {
    match n {
        1 => "1 person".into(),
        n => format!("{n} people"),
    }
}

/// What was done.
pub fn done(change: &BulkChange, n: usize, zone: Zone) -> String {
    let people = people(n);
    match change {
        BulkChange::Role(title) => format!("Changed the role of {people} to {}", title.label()),
        BulkChange::Assign(_, named) => format!("Assigned {people} to {}", named.join(", ")),
        BulkChange::Unassign(_, name) => format!("Unassigned {people} from {name}"),
        BulkChange::AccessEnd(Some(end)) => format!("Set the end date of {people} to {}", end.date(zone)),
        BulkChange::AccessEnd(None) => format!("Removed the end date of {people}"),
        BulkChange::Group(group) => format!("Added {people} to {}", group.name),
        BulkChange::Suspend(_) => format!("Suspended {people}"),
        BulkChange::Restore => format!("Restored access for {people}"),
        BulkChange::Remove(_) => {
            format!("Removed {people}. You can undo this for 24 hours under “Recently removed”")
        }
    }
}

/// What changes for one member.
pub fn describe(change: &BulkChange, member: &Membership, custom_roles: &[CustomRole], zone: Zone) -> String {
    let day = |time: Option<Time>| time.map_or_else(|| "no end date".to_owned(), |end| end.date(zone));
    match change {
        BulkChange::Role(title) => {
            let custom = custom_roles
                .iter()
                .find(|custom| Some(custom.id) == member.access.custom_role);
            let current = custom.map_or(member.access.direct_role.label(), |custom| &custom.name);
            format!("{current} → {}", title.label())
        }
        BulkChange::Assign(_, named) => named.join(", "),
        BulkChange::Unassign(_, name) => format!("No longer assigned to {name}"),
        BulkChange::AccessEnd(until) => format!("{} → {}", day(member.access_until), day(*until)),
        BulkChange::Group(group) => format!("Added to {}", group.name),
        BulkChange::Suspend(_) => "Loses access immediately. Role, companies and groups are kept".into(),
        BulkChange::Restore => "Gets access again with the same role, companies and groups".into(),
        BulkChange::Remove(_) if member.role == Role::Member => "Loses all assignments immediately".into(),
        BulkChange::Remove(_) => {
            format!("Loses the role {} and all assignments immediately", member.role.label())
        }
    }
}

/// Why the change of one member was refused. `one` is the organization's word for a company.
pub fn refusal(refusal: &BulkRefusal, one: &str) -> String {
    match refusal {
        BulkRefusal::Role(error) => error.message().into(),
        BulkRefusal::Assignment(error) => error.message(one),
        BulkRefusal::AccessEnd(error) => error.message().into(),
        BulkRefusal::OwnerWithEndDate => "Owners can’t have an end date".into(),
        BulkRefusal::Group(error) => error.message().into(),
        BulkRefusal::Suspension(error) => error.message().into(),
        BulkRefusal::Removal(error) => error.message().into(),
        BulkRefusal::Forbidden(refusal) => refusal
            .reason
            .clone()
            .unwrap_or_else(|| format!("You can’t grant the permission “{}”", refusal.permission)),
        BulkRefusal::Failed(_) => "Something went wrong. Try again".into(),
    }
}
