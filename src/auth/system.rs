//! The door without a request: for the clock and the commands.

use crate::app::{Context, House};
use crate::audit;
use crate::audit::{Actor, Deeds};
use crate::common::error::AppError;
use crate::db::Conn;

/// The house's own door, for the clock and the commands. There is no request and nobody to check.
#[derive(Debug, Clone)]
pub struct Backstage {
    house: House,
    what: &'static str,
}

impl Backstage {
    /// Opens the door; `what` stands in the deeds as the request's id.
    pub fn of(house: &House, what: &'static str) -> Self {
        Self {
            house: house.clone(),
            what,
        }
    }

    /// Reads.
    ///
    /// # Errors
    /// What the closure refuses.
    pub fn read<T>(&self, work: impl FnOnce(&Context, &mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let cx = Context::of_house(&self.house, self.what);
        self.house.db.read(|conn| work(&cx, conn))
    }

    /// Changes something, with its deeds.
    ///
    /// # Errors
    /// What the closure refuses; then nothing was changed.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&Context, &mut Conn) -> Result<(T, Deeds), AppError>,
    ) -> Result<T, AppError> {
        let cx = Context::of_house(&self.house, self.what);
        self.write_as(&cx, |cx, conn| work(cx, conn).map(|(out, deeds)| (out, None, deeds)))
    }

    /// Changes something as somebody, at the moment of `cx`: the demo has a past.
    ///
    /// # Errors
    /// What the closure refuses; then nothing was changed.
    pub fn write_as<T>(
        &self,
        cx: &Context,
        work: impl FnOnce(&Context, &mut Conn) -> Result<(T, Option<Actor>, Deeds), AppError>,
    ) -> Result<T, AppError> {
        self.house.db.write(|conn| {
            let (out, actor, deeds) = work(cx, conn)?;
            audit::record(conn, cx, actor.as_ref(), &deeds)?;
            Ok(out)
        })
    }
}
