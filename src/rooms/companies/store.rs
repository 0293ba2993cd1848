use crate::gate::{context::Context, db::Conn, deed::Deeds, member::OrgId};
use crate::ground::{error::AppError, id::CompanyId};
pub fn add(_c: &mut Conn, _cx: &Context, _o: OrgId, _n: &str, _s: &str) -> Result<(CompanyId, Deeds), AppError> { Err(AppError::NotFound) }
