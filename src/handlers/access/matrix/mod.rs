//! The access matrix: the role of each person in each company, changed in place.

mod cells;
mod form;
mod page;

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::{query_value, see_other};
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::search;
use crate::handlers::access::matrix::form::{FormError, MatrixForm};
use crate::handlers::access::matrix::page::MatrixPage;
use crate::models::member_search::{GrantFilter, MemberFilter};
use crate::services::access_matrix::{CellChange, CellKey, MatrixFault};
use crate::services::members::visible::CompanyScope;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixQuery {
    pub q: String,
    pub role: String,
    pub company: String,
    pub after: String,
    pub columns: String,
}

impl MatrixQuery {
    /// The query of another page of the matrix.
    pub fn query(&self, after: &str, columns: &str) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("after", after),
            ("columns", columns),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))
    }

    /// The people of the matrix. The company selects the column only.
    pub fn filter(&self, actor: &Actor, scope: &CompanyScope) -> MemberFilter {
        MemberFilter {
            role: Role::parse(&self.role),
            given: CustomRoleId::parse(&self.role).map(GrantFilter::Custom),
            ..MemberFilter::by_words(search::query(&self.q), scope.own().map(<[_]>::to_vec), actor.cx.now)
        }
    }
}

/// The form as it was sent, to be shown again.
#[derive(Debug, Default)]
pub struct MatrixInput {
    pub chosen: HashMap<CellKey, String>,
    pub picked: Vec<MembershipId>,
    /// The company and the role for everyone who is selected.
    pub bulk: (String, String),
    pub faults: Vec<MatrixFault>,
    /// What is wrong with the form as a whole.
    pub wrong: Option<String>,
}

/// `GET /organizations/{slug}/access/matrix`
pub async fn show(gate: Gate<ViewAccess>, query: web::Query<MatrixQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| MatrixPage::load(conn, actor, query, MatrixInput::default()))
        .await
}

/// `POST /organizations/{slug}/access/matrix`
pub async fn update(
    gate: Gate<ViewAccess>,
    query: web::Query<MatrixQuery>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let (sent, asked) = (fields.clone(), query.clone());
    let saved = gate
        .try_write(move |actor, conn| {
            let (changes, events) = MatrixForm::read(&fields)?.save(conn, actor)?;
            Ok(((changes.len(), after(actor, &changes, &asked)), events))
        })
        .await;
    match saved {
        Ok((0, path)) => {
            gate.tell("info", "Nothing changed");
            Ok(see_other(gate.fragment(), &path))
        }
        Ok((1, path)) => Ok(gate.done("1 change saved", &path)),
        Ok((count, path)) => Ok(gate.done(format!("{count} changes saved"), &path)),
        Err(FormError::Failed(error)) => Err(error),
        Err(error) => {
            gate.refused(move |actor, conn| {
                let sent = MatrixForm::read(&sent)?.refused(error, actor.unit);
                MatrixPage::load(conn, actor, query, sent)
            })
            .await
        }
    }
}

/// Back to the matrix, which members who changed their own role may not view any more.
fn after(actor: &Actor, changes: &[CellChange], query: &MatrixQuery) -> String {
    if changes.iter().any(|change| change.cell.0 == actor.id) {
        actor.path("")
    } else {
        actor.path(&format!("/access/matrix{}", query.query(&query.after, &query.columns)))
    }
}
