//! Creates a company, for its members and for people who use an onboarding link.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::new_company;
use crate::services::companies::form::NewCompany;

/// Why a company was not created.
#[derive(Debug)]
pub enum CompanyCreationError {
    /// Another company has the slug. `free`: one like it that is free.
    SlugTaken {
        slug: Slug,
        free: Option<Slug>,
    },
    Failed(AppError),
}

crate::change_error!(CompanyCreationError);

/// A company that was just created.
#[derive(Debug, Clone)]
pub struct CreatedCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: Slug,
}

/// Creates a company. `link`: the name of the onboarding link that was used.
pub fn create(
    conn: &mut Conn,
    organization: OrgId,
    now: Time,
    new: &NewCompany,
    link: Option<&str>,
) -> Result<(CreatedCompany, Events), CompanyCreationError> {
    let free = new_company::free_slug(conn, organization, &new.slug)?;
    let slug = match &free {
        Some(free) if new.slug_is_generated => free.clone(),
        _ => new.slug.clone(),
    };
    let Some(id) = new_company::create(conn, organization, now, &new.name, &slug)? else {
        let free = free.filter(|free| *free != slug);
        return Err(CompanyCreationError::SlugTaken { slug, free });
    };
    let mut facts = json!({ "name": new.name, "slug": slug.as_str() });
    if let Some(link) = link {
        facts["link"] = link.into();
    }
    let event = Event::new(Action::CompanyCreated, "company", id, &new.name).after(facts);
    let created = CreatedCompany {
        id,
        name: new.name.clone(),
        slug,
    };
    Ok((created, Events::organization(organization, event)))
}
