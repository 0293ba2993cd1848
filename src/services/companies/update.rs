//! Renaming a company.

use serde_json::{Map, Value};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::models::company::CompanyRename;
use crate::models::new_company;

#[derive(Debug)]
pub enum UpdateCompanyError {
    Archived,
    SlugTaken { free: Option<Slug> },
    TooOften,
    Failed(AppError),
}

change_error!(UpdateCompanyError);

pub fn update(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    name: &str,
    slug: &Slug,
) -> Result<((), Events), UpdateCompanyError> {
    if company.status == CompanyStatus::Archived {
        return Err(UpdateCompanyError::Archived);
    }
    let (mut was, mut is) = (Map::new(), Map::new());
    for (field, old, new) in [
        ("name", company.name.as_str(), name),
        ("slug", company.slug.as_str(), slug.as_str()),
    ] {
        if old != new {
            was.insert(field.into(), old.into());
            is.insert(field.into(), new.into());
        }
    }
    if is.is_empty() {
        return Ok(((), Events::none("nothing changed")));
    }
    let own = (company.id, company.slug.as_str());
    match company::rename(conn, actor.cx.now, actor.organization, own, name, slug)? {
        CompanyRename::Done => {}
        CompanyRename::TooOften => return Err(UpdateCompanyError::TooOften),
        CompanyRename::Archived => return Err(UpdateCompanyError::Archived),
        CompanyRename::SlugTaken => {
            let free = new_company::free_slug(conn, actor.organization, slug)?;
            return Err(UpdateCompanyError::SlugTaken { free });
        }
    }
    let event = Event::new(Action::CompanyEdited, "company", company.id, name)
        .before(Value::Object(was))
        .after(Value::Object(is));
    Ok(((), actor.event(event)))
}
