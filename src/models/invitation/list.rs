//! Lists of invitations, also of those that have some words.

use diesel::prelude::*;

use crate::common::id::InvitationId;
use crate::common::paging::{Cursor, Direction};
use crate::common::search::query;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{invitation_grants, invitations, mail_outbox, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation::search;
use crate::models::invitation::search::{InvitationListing, InvitationScope, in_scope};
use crate::models::invitation::words::InvitationWords;
use crate::models::word_search;
use crate::models::word_search::{Place, WordSearch};

type DbBackend = <Conn as diesel::Connection>::Backend;

/// Rows of a page.
pub const PAGE: usize = 50;

/// The place of a row in the list.
pub fn key(row: &InvitationListing) -> (Vec<u8>, String) {
    let at = row.invitation.created_at.0.to_be_bytes().to_vec();
    (at, row.invitation.id.to_string())
}

/// A page of invitations, newest first: up to `size + 1` rows.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    scope: &InvitationScope,
    status: Option<InvitationStatus>,
    q: &str,
    (cursor, size): (Option<&Cursor>, usize),
) -> QueryResult<Vec<InvitationListing>> {
    let from = cursor.and_then(|cursor| {
        let at = i64::from_be_bytes(cursor.key.as_slice().try_into().ok()?);
        Some((cursor.direction, Time(at), InvitationId::parse(&cursor.id)?))
    });
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    let words = query(q);
    if !words.is_empty() {
        let table = InvitationWords {
            organization,
            scope,
            status,
        };
        let found = WordSearch {
            table: &table,
            words: &words,
            from: from.map(|(_, at, id)| (at, id.to_string())),
            descending: !backwards,
            limit: size + 1,
        };
        let places = found.find(conn)?.places;
        return at_places(conn, organization, scope, &places);
    }
    let mut rows = invitations::table
        .inner_join(users::table)
        .left_join(mail_outbox::table)
        .filter(invitations::organization_id.eq(organization))
        .select(InvitationListing::as_select())
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .into_boxed::<DbBackend>();
    if let Some(status) = status {
        rows = rows.filter(invitations::status.eq(status));
    }
    rows = in_scope!(rows, organization, scope);
    if let Some((direction, at, id)) = from {
        let same = invitations::created_at.eq(at);
        rows = match direction {
            Direction::Next => rows.filter(invitations::created_at.lt(at).or(same.and(invitations::id.lt(id)))),
            Direction::Previous => rows.filter(invitations::created_at.gt(at).or(same.and(invitations::id.gt(id)))),
        };
    }
    rows = if backwards {
        rows.order((invitations::created_at.asc(), invitations::id.asc()))
    } else {
        rows.order((invitations::created_at.desc(), invitations::id.desc()))
    };
    rows.load(conn)
}

/// The pending invitations that the search over everything shows: first those whose address begins with the text. At most
/// `PAGE + 1` of the others are among them.
pub fn best(
    conn: &mut Conn,
    organization: OrgId,
    scope: &InvitationScope,
    text: &str,
    limit: usize,
) -> QueryResult<Vec<InvitationListing>> {
    let pending = Some(InvitationStatus::Pending);
    let table = InvitationWords {
        organization,
        scope,
        status: pending,
    };
    let first = table.addressed(conn, text, limit)?;
    let mut found = at_places(conn, organization, scope, &first)?;
    if found.len() < limit {
        let rest = page(conn, organization, scope, pending, text, (None, PAGE))?;
        let is_new = |row: &InvitationListing| first.iter().all(|(_, id)| id != row.invitation.id.as_str());
        found.extend(rest.into_iter().filter(is_new));
    }
    Ok(found)
}

fn at_places(
    conn: &mut Conn,
    organization: OrgId,
    scope: &InvitationScope,
    places: &[Place<Time>],
) -> QueryResult<Vec<InvitationListing>> {
    let ids: Vec<InvitationId> = places.iter().filter_map(|(_, id)| InvitationId::parse(id)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = search::with_ids(conn, organization, scope, &ids)?;
    Ok(word_search::in_order(places, rows, |row| row.invitation.id.to_string()))
}
