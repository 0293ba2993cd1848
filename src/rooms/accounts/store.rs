use crate::gate::db::Conn;
use crate::ground::time::Time;
use diesel::prelude::*;
pub fn sweep(_conn: &mut Conn, _now: Time) -> QueryResult<()> {
    Ok(())
}
