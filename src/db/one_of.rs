//! "One of these identifiers" as a condition whose SQL does not depend on how many there are, so that the statement is prepared
//! once for each connection. Diesel's `eq_any` writes one placeholder for each and is prepared each time.

use std::fmt::{Display, Write};

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

use crate::db::Conn;

/// A column of identifiers whose value is in a list.
#[derive(Debug, Clone, QueryId, ValidGrouping)]
pub struct OneOf<C> {
    column: C,
    list: String,
    before: &'static str,
    after: &'static str,
}

impl Conn {
    /// Whether the column is one of the identifiers (or slugs). An empty list has none.
    pub fn one_of<C>(&self, column: C, ids: impl IntoIterator<Item = impl Display>) -> OneOf<C> {
        let mut list = String::new();
        let mut mark = "";
        let quote = if matches!(self, Self::Sqlite(_)) { "\"" } else { "" };
        for id in ids {
            // Identifiers are letters and digits: nothing in them ends a quotation or a list.
            let _ = write!(list, "{mark}{quote}{id}{quote}");
            mark = ",";
        }
        match self {
            Self::Sqlite(_) => OneOf {
                column,
                list: format!("[{list}]"),
                before: " IN (SELECT value FROM json_each(",
                after: "))",
            },
            Self::Postgres(_) => OneOf {
                column,
                list,
                before: " = ANY (string_to_array(",
                after: ", ','))",
            },
        }
    }
}

impl<C: Expression> Expression for OneOf<C> {
    type SqlType = Bool;
}

impl<C, DB> QueryFragment<DB> for OneOf<C>
where
    DB: Backend + HasSqlType<Text>,
    C: QueryFragment<DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(self.before);
        out.push_bind_param::<Text, String>(&self.list)?;
        out.push_sql(self.after);
        Ok(())
    }
}

impl<C, QS> AppearsOnTable<QS> for OneOf<C> where C: AppearsOnTable<QS> {}
impl<C, QS> SelectableExpression<QS> for OneOf<C> where C: SelectableExpression<QS> {}
