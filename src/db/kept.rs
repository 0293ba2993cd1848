//! Statements that stay prepared although Diesel prepares them anew each time, as it does with every UPDATE: its text could
//! depend on the values. These are found by their text, so that one with another text is another statement. They run on the connection
//! of the engine (`on_each!`): through the one over both engines they are prepared anew.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement of which there are few texts.
#[derive(Debug, Clone, Copy)]
pub struct Kept<T>(T);

/// Keeps a statement prepared.
pub trait Keep: Sized {
    /// For a statement that is sent often, and whose text depends on no number of values.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<T> Keep for T {}

impl<T, DB> QueryFragment<DB> for Kept<T>
where
    DB: Backend,
    T: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<T> QueryId for Kept<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: Query> Query for Kept<T> {
    type SqlType = T::SqlType;
}

impl<T, C> RunQueryDsl<C> for Kept<T> {}
