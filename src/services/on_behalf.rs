//! Work that a member asked for and that is done later, in their name and with the permissions that they have then.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::reader;
use crate::models::reader::SessionRow;

/// The member as an actor; `None` for one who was removed, is suspended, whose access has ended, or who needs a second factor
/// first.
pub fn of(conn: &mut Conn, cx: &Ctx, organization: OrgId, member: MembershipId) -> Result<Option<Actor>, AppError> {
    let Some((account, organization, slug, membership, facts, held)) =
        reader::absent_member(conn, cx.now, organization, member)?
    else {
        return Ok(None);
    };
    let ended = membership.access_until.is_some_and(|end| end < cx.now);
    let waits = organization.awaits_second_factor(cx.now, &account, &membership);
    if membership.status != MembershipStatus::Active || ended || waits || account.email_verified_at.is_none() {
        return Ok(None);
    }
    let person = CurrentUser::from_row(account, &SessionRow::none(cx.now), cx);
    let inputs = held.inputs(&facts, &organization);
    Ok(Some(Actor::of(cx, person, organization, slug, &membership, inputs)))
}
