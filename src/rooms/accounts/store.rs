use crate::gate::db::Conn;
use crate::ground::time::Time;
use diesel::prelude::*;
pub fn sweep(_conn: &mut Conn, _now: Time) -> QueryResult<()> {
    Ok(())
}
pub fn add_proven(_c: &mut Conn, _cx: &crate::gate::context::Context, _n: &str, _e: &crate::ground::email::Email, _h: &str) -> Result<(crate::ground::id::UserId, crate::gate::deed::Deeds), crate::ground::error::AppError> { Err(crate::ground::error::AppError::NotFound) }
pub fn id_of(_c: &mut Conn, _e: &crate::ground::email::Email) -> QueryResult<Option<crate::ground::id::UserId>> { Ok(None) }
