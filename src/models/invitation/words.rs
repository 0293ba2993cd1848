//! The words by which invitations are found: those of name and address. The verbs that write invitations keep them in the same
//! transaction.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::common::id::InvitationId;
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{invitation_grants, invitation_search_terms, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation::search::{InvitationScope, in_scope};
use crate::models::word_search;
use crate::models::word_search::{Place, WordTable};
use crate::on_each;

type DbBackend = <Conn as diesel::Connection>::Backend;

/// Words in one statement: SQLite limits the number of its parameters.
const WORDS: usize = 5_000;

/// How many addresses with one beginning are looked at. Others are found by their words.
const ADDRESSES: i64 = 1_000;

/// Invitations of an organization by age.
#[derive(Debug, Clone, Copy)]
pub struct InvitationWords<'a> {
    pub organization: OrgId,
    pub scope: &'a InvitationScope,
    /// `None` for all.
    pub status: Option<InvitationStatus>,
}

impl InvitationWords<'_> {
    fn statuses(&self) -> Vec<InvitationStatus> {
        self.status
            .map_or(InvitationStatus::ALL.to_vec(), |status| vec![status])
    }

    fn next_of(
        &self,
        conn: &mut Conn,
        status: InvitationStatus,
        from: Option<&Place<Time>>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Place<Time>>> {
        let mut query = invitations::table
            .filter(invitations::organization_id.eq(self.organization))
            .filter(invitations::status.eq(status))
            .select((invitations::created_at, invitations::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .into_boxed::<DbBackend>();
        if let Some((at, id)) = from.cloned() {
            // The index is entered by the time; the second condition makes the bound exact.
            query = if descending {
                query
                    .filter(invitations::created_at.le(at))
                    .filter(invitations::created_at.lt(at).or(invitations::id.lt(id)))
            } else {
                query
                    .filter(invitations::created_at.ge(at))
                    .filter(invitations::created_at.gt(at).or(invitations::id.gt(id)))
            };
        }
        query = if descending {
            query.order((invitations::created_at.desc(), invitations::id.desc()))
        } else {
            query.order((invitations::created_at, invitations::id))
        };
        query.load(conn)
    }

    /// The first pending ones whose address begins with a text, by address.
    pub fn addressed(&self, conn: &mut Conn, text: &str, limit: usize) -> QueryResult<Vec<Place<Time>>> {
        let Some((from, until)) = search::range_of_addresses(text) else {
            return Ok(Vec::new());
        };
        let read = match self.scope {
            InvitationScope::All => i64::try_from(limit).unwrap_or(i64::MAX),
            InvitationScope::Own { .. } => ADDRESSES,
        };
        let mut places: Vec<Place<Time>> = invitation_search_terms::table
            .filter(invitation_search_terms::organization_id.eq(self.organization))
            .filter(invitation_search_terms::status.eq(InvitationStatus::Pending))
            .filter(invitation_search_terms::word.ge(from))
            .filter(invitation_search_terms::word.lt(until))
            .order((
                invitation_search_terms::word,
                invitation_search_terms::created_at,
                invitation_search_terms::invitation_id,
            ))
            .limit(read)
            .select((
                invitation_search_terms::created_at,
                invitation_search_terms::invitation_id,
            ))
            .load(conn)?;
        if !places.is_empty() {
            self.admit(conn, &mut places)?;
        }
        places.truncate(limit);
        Ok(places)
    }
}

impl WordTable for InvitationWords<'_> {
    type Key = Time;

    fn beginning(&self, conn: &mut Conn, word: &[u8], limit: usize) -> QueryResult<Vec<Place<Time>>> {
        let (from, until) = search::range(word);
        invitation_search_terms::table
            .filter(invitation_search_terms::organization_id.eq(self.organization))
            .filter(invitation_search_terms::status.eq_any(self.statuses()))
            .filter(invitation_search_terms::word.ge(from))
            .filter(invitation_search_terms::word.lt(until))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((
                invitation_search_terms::created_at,
                invitation_search_terms::invitation_id,
            ))
            .load(conn)
    }

    fn having(&self, conn: &mut Conn, word: &[u8], ids: &[&String]) -> QueryResult<HashSet<String>> {
        let (from, until) = search::range(word);
        let having: Vec<String> = invitation_search_terms::table
            .filter(invitation_search_terms::organization_id.eq(self.organization))
            .filter(conn.one_of(invitation_search_terms::invitation_id, ids))
            .filter(invitation_search_terms::word.ge(from))
            .filter(invitation_search_terms::word.lt(until))
            .select(invitation_search_terms::invitation_id)
            .load(conn)?;
        Ok(having.into_iter().collect())
    }

    fn next(
        &self,
        conn: &mut Conn,
        from: Option<&Place<Time>>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Place<Time>>> {
        // The index by age begins with the status.
        let mut places = Vec::new();
        for status in self.statuses() {
            places.extend(self.next_of(conn, status, from, descending, limit)?);
        }
        Ok(word_search::first(places, descending, limit))
    }

    fn admit(&self, conn: &mut Conn, places: &mut Vec<Place<Time>>) -> QueryResult<()> {
        if let InvitationScope::All = self.scope {
            return Ok(());
        }
        let query = invitations::table
            .filter(invitations::organization_id.eq(self.organization))
            .filter(conn.one_of(invitations::id, places.iter().map(|(_, id)| id)))
            .select(invitations::id)
            .into_boxed::<DbBackend>();
        let seen: Vec<String> = in_scope!(query, self.organization, self.scope).load(conn)?;
        let seen: HashSet<String> = seen.into_iter().collect();
        places.retain(|(_, id)| seen.contains(id));
        Ok(())
    }
}

/// An invitation as it is found.
#[derive(Debug, Clone, Copy)]
pub struct FoundBy<'a> {
    pub id: InvitationId,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub status: InvitationStatus,
    pub created_at: Time,
}

/// Saves the words of new invitations, or of those whose words were dropped.
pub(super) fn put(conn: &mut Conn, organization: OrgId, found: &[FoundBy<'_>]) -> QueryResult<()> {
    let rows: Vec<_> = found
        .iter()
        .flat_map(|one| {
            let name = format!("{} {}", one.first_name, one.last_name);
            search::invitee_words(&name, one.email).into_iter().map(move |word| {
                (
                    invitation_search_terms::organization_id.eq(organization),
                    invitation_search_terms::status.eq(one.status),
                    invitation_search_terms::word.eq(word),
                    invitation_search_terms::created_at.eq(one.created_at),
                    invitation_search_terms::invitation_id.eq(one.id),
                )
            })
        })
        .collect();
    for rows in rows.chunks(WORDS) {
        on_each!(conn, c => diesel::insert_into(invitation_search_terms::table).values(rows).execute(c))?;
    }
    Ok(())
}

macro_rules! of_invitation {
    ($organization:expr, $invitation:expr) => {
        invitation_search_terms::table
            .filter(invitation_search_terms::organization_id.eq($organization))
            .filter(invitation_search_terms::invitation_id.eq($invitation))
    };
}

/// Replaces the words of an invitation that has another name.
pub(super) fn replace(conn: &mut Conn, organization: OrgId, found: FoundBy<'_>) -> QueryResult<()> {
    diesel::delete(of_invitation!(organization, found.id)).execute(conn)?;
    put(conn, organization, &[found])
}

pub(super) fn set_status(
    conn: &mut Conn,
    organization: OrgId,
    invitation: InvitationId,
    to: InvitationStatus,
) -> QueryResult<()> {
    diesel::update(of_invitation!(organization, invitation))
        .set(invitation_search_terms::status.eq(to))
        .execute(conn)?;
    Ok(())
}
