//! How a company begins: what its name and address must hold to, and its row. Members make one by a form, and who comes
//! in by an onboarding link makes one too.

use diesel::prelude::*;

use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::organization;
use crate::on_each;

/// The fields of a company as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    pub name: String,
    /// The slug; empty for one made from the name.
    pub slug: String,
}

/// A company's name and slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompany {
    pub name: String,
    pub slug: Slug,
    /// Whether the slug was left to us; then a taken one is replaced by a free one.
    pub slug_is_ours: bool,
}

/// Reads the form. `word` is the organization's word for a company.
pub fn wish(form: &CompanyForm, word: &str) -> Result<NewCompany, FormErrors> {
    let mut errors = FormErrors::none();
    let name = errors.take("name", name::parse(&form.name, "a name", 80));
    let slug_is_ours = form.slug.trim().is_empty();
    let slug = if !slug_is_ours {
        errors.take("slug", slug(&form.slug))
    } else if let Some(name) = &name {
        errors.take("slug", slug(&suggest(name, word)))
    } else {
        None
    };
    match (name, slug) {
        (Some(name), Some(slug)) => Ok(NewCompany {
            name,
            slug,
            slug_is_ours,
        }),
        _ => Err(errors),
    }
}

// "new" is the page for a new one; every other word may name a company.
fn slug(text: &str) -> Result<Slug, String> {
    let slug = Slug::parse(text)?;
    if slug.as_str() == "new" {
        return Err("“new” is reserved, choose another".into());
    }
    Ok(slug)
}

/// The slug that a name suggests; a name without Latin letters or digits is called by the organization's word.
fn suggest(name: &str, word: &str) -> String {
    if name::fold(name).contains(|c: char| c.is_ascii_alphanumeric()) {
        Slug::suggest(name)
    } else {
        format!("{word}-1")
    }
}

/// A slug like this one that no company of the organization has; the slug itself when it is free.
pub fn free_like(conn: &mut Conn, org: OrgId, slug: &Slug) -> QueryResult<Option<Slug>> {
    let first = slug.as_str().to_owned();
    for candidate in std::iter::once(first).chain(Slug::alternatives(slug.as_str())) {
        let Ok(candidate) = Slug::parse(&candidate) else {
            continue;
        };
        let taken: bool = diesel::select(diesel::dsl::exists(
            companies::table
                .filter(companies::organization_id.eq(org))
                .filter(companies::slug.eq(candidate.as_str())),
        ))
        .get_result(conn)?;
        if !taken {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Makes a company. `None` when the slug is taken.
pub fn create(conn: &mut Conn, org: OrgId, now: Time, name: &str, slug: &Slug) -> QueryResult<Option<CompanyId>> {
    let id = CompanyId::fresh();
    let row = (
        companies::organization_id.eq(org),
        companies::id.eq(id),
        companies::name.eq(name),
        companies::slug.eq(slug.as_str()),
        companies::sort_name.eq(name::sort_key(name)),
        companies::status.eq(CompanyStatus::Active),
        companies::created_at.eq(now),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(companies::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 1 {
        organization::count_companies(conn, org, 1, 0)?;
    }
    Ok((placed == 1).then_some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_called_after_its_name() {
        let form = |name: &str, slug: &str| CompanyForm {
            name: name.into(),
            slug: slug.into(),
        };
        assert_eq!(
            wish(&form("Harbor Recovery", ""), "company").unwrap().slug.as_str(),
            "harbor-recovery"
        );
        assert_eq!(wish(&form("東京", ""), "client").unwrap().slug.as_str(), "client-1");
        assert_eq!(
            wish(&form("Support", "support"), "app").unwrap().slug.as_str(),
            "support"
        );
        assert!(wish(&form("New", "new"), "app").unwrap_err().get("slug").is_some());
        assert!(wish(&form("", ""), "app").unwrap_err().get("name").is_some());
    }
}
