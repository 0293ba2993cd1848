//! Reads one table after the other, in the order written, each along an index for the rows of those before. Planners choose an
//! order by statistics, which are missing or old, and then walk a table that has few of the wanted rows.

use std::fmt::{Display, Write};
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Text};

use crate::db::Conn;

/// A look-up whose first tables are named. Conditions have `?` for values, which are identifiers.
#[derive(Debug, Clone)]
pub struct Lookup {
    postgres: bool,
    tables: String,
    conditions: String,
    values: Vec<String>,
}

/// A look-up with its columns. It is kept prepared: its text does not depend on the values.
#[derive(Debug, Clone)]
pub struct LookupRows<ST> {
    sql: String,
    values: Vec<String>,
    columns: PhantomData<ST>,
}

impl Conn {
    /// Begins with a list of identifiers, as the column `each.value`.
    pub fn for_each_of(&self, ids: impl IntoIterator<Item = impl Display>) -> Lookup {
        let postgres = matches!(self, Self::Postgres(_));
        let (quote, tables) = if postgres {
            ("", "unnest(string_to_array(?, ',')) AS each (value)")
        } else {
            ("\"", "json_each(?) AS each")
        };
        let mut list = String::new();
        for id in ids {
            let mark = if list.is_empty() { "" } else { "," };
            // Identifiers are letters and digits: nothing in them ends a quotation or a list.
            let _ = write!(list, "{mark}{quote}{id}{quote}");
        }
        Lookup {
            postgres,
            tables: tables.to_owned(),
            conditions: String::new(),
            values: vec![if postgres { list } else { format!("[{list}]") }],
        }
    }

    /// Begins with rows of a table.
    pub fn rows_of(&self, table: &str, alias: &str, condition: &str, values: &[&dyn Display]) -> Lookup {
        let empty = Lookup {
            postgres: matches!(self, Self::Postgres(_)),
            tables: String::new(),
            conditions: String::new(),
            values: Vec::new(),
        };
        empty.then(table, alias, condition, values)
    }
}

impl Lookup {
    /// Adds a table, whose condition may name those before.
    #[must_use]
    pub fn then(mut self, table: &str, alias: &str, condition: &str, values: &[&dyn Display]) -> Self {
        let first = self.tables.is_empty();
        // On PostgreSQL a limit or offset keeps a subquery from being joined in another order; SQLite never reorders CROSS JOIN.
        let _ = if self.postgres {
            let join = if first { "" } else { " CROSS JOIN LATERAL " };
            write!(
                self.tables,
                "{join}(SELECT * FROM {table} AS {alias} WHERE {condition} OFFSET 0) AS {alias}"
            )
        } else {
            let join = if first { "" } else { " CROSS JOIN " };
            let and = if self.conditions.is_empty() { " WHERE " } else { " AND " };
            let _ = write!(self.conditions, "{and}{condition}");
            write!(self.tables, "{join}{table} AS {alias}")
        };
        self.values.extend(values.iter().map(ToString::to_string));
        self
    }

    pub fn select<ST>(self, columns: &str) -> LookupRows<ST> {
        LookupRows {
            sql: format!("SELECT {columns} FROM {}{}", self.tables, self.conditions),
            values: self.values,
            columns: PhantomData,
        }
    }
}

impl<ST> LookupRows<ST> {
    #[must_use]
    pub fn ordered(mut self, columns: &str) -> Self {
        let _ = write!(self.sql, " ORDER BY {columns}");
        self
    }
}

impl<ST, DB> QueryFragment<DB> for LookupRows<ST>
where
    DB: Backend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.values.iter();
        let mut rest = self.sql.as_str();
        while let Some((before, after)) = rest.split_once('?') {
            out.push_sql(before);
            if let Some(value) = values.next() {
                out.push_bind_param::<Text, String>(value)?;
            }
            rest = after;
        }
        out.push_sql(rest);
        Ok(())
    }
}

impl<ST> QueryId for LookupRows<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for LookupRows<ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<Conn> for LookupRows<ST> {}
