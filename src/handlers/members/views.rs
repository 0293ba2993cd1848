//! Saving the filters of the list of members under a name, and deleting such a view.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::MemberViewId;
use crate::common::name;
use crate::handlers::members::MemberPath;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::index::IndexPage;
use crate::models::member_view::MOST;
use crate::services::members::views;
use crate::services::members::views::ViewError;

/// The longest name, in characters, and the longest query, in bytes.
const LONGEST: usize = 60;
const LONGEST_QUERY: usize = 1_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    query: String,
}

impl ViewForm {
    /// The filters, of which only the known ones are kept.
    fn asked(&self) -> MembersQuery {
        Fields::urlencoded(&self.query)
            .map(|fields| MembersQuery::of(&fields))
            .unwrap_or_default()
    }

    /// The name and the query as they are saved.
    fn parse(&self) -> Result<(String, String), FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name for the view", LONGEST));
        let query = self.asked().view();
        if !self.asked().is_filtered() {
            errors.add("name", "Choose a filter first");
        } else if query.len() > LONGEST_QUERY {
            errors.add("name", "These filters are too long to save. Shorten the search");
        }
        match name {
            Some(name) if errors.is_empty() => Ok((name, query)),
            _ => Err(errors),
        }
    }
}

/// `POST /organizations/{slug}/member-views`
pub async fn create(gate: Gate<ViewMembers>, form: web::Form<ViewForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let saved = match form.parse() {
        Ok((name, query)) => {
            gate.try_write(move |actor, conn| {
                let events = views::save(conn, actor, &name, &query)?;
                let path = actor.path(&format!("/members?{query}"));
                Ok::<_, ViewError>(((format!("Saved the view “{name}”"), path), events))
            })
            .await
        }
        Err(errors) => return refuse(&gate, form, errors).await,
    };
    let message = match saved {
        Ok((message, path)) => return Ok(gate.done(message, &path)),
        Err(ViewError::Failed(error)) => return Err(error),
        Err(ViewError::NameTaken) => "You have a view with this name".to_owned(),
        Err(ViewError::TooMany) => format!("You can save at most {MOST} views. Delete one first"),
    };
    refuse(&gate, form, FormErrors::one("name", message)).await
}

/// The list again, with the form.
async fn refuse(gate: &Gate<ViewMembers>, form: ViewForm, errors: FormErrors) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| IndexPage::load(conn, actor, form.asked(), (form.name, errors)))
        .await
}

/// `POST /organizations/{slug}/member-views/{id}/deletion`
pub async fn destroy(gate: Gate<ViewMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let id = MemberViewId::parse(&path.into_inner().1).ok_or(AppError::NotFound);
    let (name, path) = gate
        .write(move |actor, conn| {
            let (name, events) = views::delete(conn, actor, id?)?;
            Ok(((name, actor.path("/members")), events))
        })
        .await?;
    Ok(gate.done(format!("Deleted the view “{name}”"), &path))
}
