//! How many invitations were sent. An organization counts the people it invited, however often. An account and the instance
//! count every email.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{invitation_tokens, invitations, users};
use crate::db::types::org_id::OrgId;

/// Whose invitations are counted.
#[derive(Debug, Clone, Copy)]
pub enum SentBy {
    Organization(OrgId),
    Account(UserId),
    Instance,
}

macro_rules! sent {
    ($by:expr, $since:expr, |$query:ident, $at:ident| $out:expr) => {
        match $by {
            SentBy::Organization(organization) => {
                let $query = invitations::table
                    .filter(invitations::organization_id.eq(organization))
                    .filter(invitations::last_sent_at.gt($since));
                let $at = invitations::last_sent_at;
                $out
            }
            SentBy::Account(user) => {
                let $query = invitation_tokens::table
                    .filter(invitation_tokens::sent_by.eq(user))
                    .filter(invitation_tokens::created_at.gt($since));
                let $at = invitation_tokens::created_at;
                $out
            }
            SentBy::Instance => {
                let $query = invitation_tokens::table.filter(invitation_tokens::created_at.gt($since));
                let $at = invitation_tokens::created_at;
                $out
            }
        }
    };
}

pub fn count(conn: &mut Conn, by: SentBy, since: Time) -> QueryResult<i64> {
    sent!(by, since, |query, _at| query.count().get_result(conn))
}

/// When the invitation was sent that is at this place, the newest at 0.
pub fn nth(conn: &mut Conn, by: SentBy, since: Time, place: i64) -> QueryResult<Option<Time>> {
    sent!(by, since, |query, at| query
        .order(at.desc())
        .offset(place)
        .limit(1)
        .select(at)
        .first(conn)
        .optional())
}

/// Since when an account exists, and the limit that an operator set for it.
pub fn account_limit(conn: &mut Conn, user: UserId) -> QueryResult<(Time, Option<i32>)> {
    users::table
        .find(user)
        .select((users::created_at, users::invitation_limit))
        .first(conn)
}
