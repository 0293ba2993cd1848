//! The form that starts a review, checked against the organization's companies.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::access_review::{companies, state};
use crate::services::access_reviews::start::ReviewTerms;

#[derive(Debug, Clone, Default)]
pub struct ReviewForm {
    pub name: String,
    pub due: String,
    /// Whether the review covers selected companies only.
    pub some: bool,
    pub companies: Vec<String>,
    pub slugs: String,
}

/// The valid parts of a form, and its errors.
#[derive(Debug)]
pub struct CheckedReview {
    name: Option<String>,
    due_at: Option<Time>,
    /// `None`: all active companies.
    pub companies: Option<Vec<CompanyId>>,
    pub errors: FormErrors,
}

impl CheckedReview {
    pub fn terms(self) -> Result<ReviewTerms, FormErrors> {
        match (self.name, self.due_at) {
            (Some(name), Some(due_at)) if self.errors.is_empty() => Ok(ReviewTerms {
                name,
                due_at,
                companies: self.companies,
            }),
            _ => Err(self.errors),
        }
    }
}

impl ReviewForm {
    pub fn new(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            due: fields.get("due").to_owned(),
            some: fields.get("scope") == "some",
            companies: fields.all("company_id").map(str::to_owned).collect(),
            slugs: fields.get("slugs").to_owned(),
        }
    }

    pub fn check(&self, actor: &Actor, conn: &mut Conn) -> Result<CheckedReview, AppError> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 80));
        let due_at = errors.take("due", state::due(&self.due, actor.cx.now, actor.org_zone));
        let companies = if self.some {
            Some(self.selected(actor, conn, &mut errors)?)
        } else {
            None
        };
        Ok(CheckedReview {
            name,
            due_at,
            companies,
            errors,
        })
    }

    /// The selected companies. Archived companies and those of other organizations are errors of the same text.
    fn selected(&self, actor: &Actor, conn: &mut Conn, errors: &mut FormErrors) -> Result<Vec<CompanyId>, AppError> {
        let one = actor.unit.one();
        let mut wanted = Vec::new();
        for text in &self.companies {
            wanted.push(CompanyId::parse(text).ok_or(AppError::NotFound)?);
        }
        let slugs: Vec<String> = self
            .slugs
            .split([',', '\n', ' '])
            .map(str::trim)
            .filter(|slug| !slug.is_empty())
            .map(str::to_lowercase)
            .collect();
        let by_slug = companies::by_slugs(conn, actor.organization, &slugs)?;
        if let Some(unknown) = slugs
            .iter()
            .find(|slug| by_slug.iter().all(|known| known.slug != **slug))
        {
            errors.add("slugs", format!("No active {one} has the web address “{unknown}”"));
        }
        let found = companies::active(conn, actor.organization, Some(&wanted))?;
        if wanted.iter().any(|id| !found.contains(id)) {
            errors.add(
                "company_id",
                format!("Choose active {} of this organization", actor.unit.many()),
            );
        }
        let by_slug = by_slug.into_iter().map(|company| company.id);
        let mut all: Vec<CompanyId> = found.into_iter().chain(by_slug).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            errors.add("company_id", format!("Choose at least one {one}"));
        }
        Ok(all)
    }
}
