//! Versions of what pages show. Every write raises those that it concerns in its own transaction, so a page that was stored with
//! the present versions is the present page, in whichever process it was stored.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::db::Conn;
use crate::db::affected;
use crate::db::affected::Affected;
use crate::db::kept::Keep;
use crate::db::schema::{instance_pages, invitations, memberships, organizations, users};
use crate::on_each;

/// Raises the versions that the present write concerns: its last step. Always in the same order, the one row of the instance
/// last, so that two writes never wait for each other.
pub fn raise(conn: &mut Conn) -> QueryResult<()> {
    let affected = affected::take();
    if !affected.organizations.is_empty() {
        let these = conn.one_of(organizations::id, &affected.organizations);
        on_each!(conn, c => diesel::update(organizations::table.filter(these))
            .set(organizations::page_version.eq(organizations::page_version + 1))
            .kept()
            .execute(c))?;
    }
    let people = people(conn, &affected)?;
    if !people.is_empty() {
        let these = conn.one_of(users::id, &people);
        on_each!(conn, c => diesel::update(users::table.filter(these))
            .set(users::page_version.eq(users::page_version + 1))
            .kept()
            .execute(c))?;
    }
    if affected.everyone() {
        on_each!(conn, c => diesel::update(instance_pages::table)
            .set(instance_pages::page_version.eq(instance_pages::page_version + 1))
            .kept()
            .execute(c))?;
    }
    Ok(())
}

fn people(conn: &mut Conn, affected: &Affected) -> QueryResult<Vec<UserId>> {
    let mut people: Vec<UserId> = affected.people.iter().copied().collect();
    if !affected.members.is_empty() {
        // The identifiers of memberships are unique by themselves; the organizations let the index of their key serve.
        let organizations = affected.members.iter().map(|(organization, _)| *organization);
        let organizations = conn.one_of(memberships::organization_id, organizations.collect::<Vec<_>>());
        let these = conn.one_of(memberships::id, affected.members.iter().map(|(_, id)| *id));
        let of_members = memberships::table.filter(organizations).filter(these);
        people.extend(of_members.select(memberships::user_id).load::<UserId>(conn)?);
    }
    let mut addresses: Vec<String> = affected.addresses.iter().cloned().collect();
    if !affected.invitations.is_empty() {
        let organizations = affected.invitations.iter().map(|(organization, _)| *organization);
        let organizations = conn.one_of(invitations::organization_id, organizations.collect::<Vec<_>>());
        let these = conn.one_of(invitations::id, affected.invitations.iter().map(|(_, id)| *id));
        let invited = invitations::table.filter(organizations).filter(these);
        addresses.extend(invited.select(invitations::email).load::<String>(conn)?);
    }
    for addresses in addresses.chunks(500) {
        let known = users::table.filter(users::email.eq_any(addresses));
        people.extend(known.select(users::id).load::<UserId>(conn)?);
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}
