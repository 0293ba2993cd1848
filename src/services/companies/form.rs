//! The name and slug of a company as a form sends them.

use crate::common::form::FormErrors;
use crate::common::name;
use crate::common::search;
use crate::common::slug::Slug;
use crate::db::types::organization::UnitLabel;

/// An empty slug is generated from the name.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    pub name: String,
    pub slug: String,
    /// `on` to create another company with the name of one that exists.
    pub same_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompany {
    pub name: String,
    pub slug: Slug,
    /// Whether the slug was generated; then another one is used if it is taken.
    pub slug_is_generated: bool,
}

impl NewCompany {
    /// A company with a generated slug.
    pub fn named(name: &str, unit: UnitLabel) -> Result<Self, FormErrors> {
        let form = CompanyForm {
            name: name.to_owned(),
            ..CompanyForm::default()
        };
        form.parse(unit)
    }
}

impl CompanyForm {
    pub fn parse(&self, unit: UnitLabel) -> Result<NewCompany, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 80));
        let slug_is_generated = self.slug.trim().is_empty();
        let slug = if !slug_is_generated {
            errors.take("slug", slug(&self.slug))
        } else if let Some(name) = &name {
            errors.take("slug", slug(&suggest(name, unit.one())))
        } else {
            None
        };
        match (name, slug) {
            (Some(name), Some(slug)) => Ok(NewCompany {
                name,
                slug,
                slug_is_generated,
            }),
            _ => Err(errors),
        }
    }
}

// The paths of the form for a new company and of the deleted ones.
fn slug(text: &str) -> Result<Slug, String> {
    let slug = Slug::parse(text)?;
    if matches!(slug.as_str(), "new" | "deleted") {
        return Err(format!("“{slug}” is reserved, choose another"));
    }
    Ok(slug)
}

/// The organization's word for a company is used when the name has no letters or digits.
fn suggest(name: &str, word: &str) -> String {
    if search::fold(name).contains(char::is_alphanumeric) {
        Slug::suggest(name)
    } else {
        format!("{word}-1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_slug_is_generated_from_the_name() {
        let form = |name: &str, slug: &str| CompanyForm {
            name: name.into(),
            slug: slug.into(),
            ..CompanyForm::default()
        };
        let slug = |name: &str, slug: &str, unit| form(name, slug).parse(unit).unwrap().slug.to_string();
        assert_eq!(slug("Harbor Recovery", "", UnitLabel::Company), "harbor-recovery");
        assert_eq!(slug("東京", "", UnitLabel::App), "dong-jing");
        assert_eq!(slug("!!", "", UnitLabel::Client), "client-1");
        assert_eq!(slug("Support", "support", UnitLabel::App), "support");
        let errors = |name: &str, slug: &str| form(name, slug).parse(UnitLabel::App).unwrap_err();
        assert!(errors("New", "new").get("slug").is_some());
        assert!(errors("Gone", "deleted").get("slug").is_some());
        assert!(errors("", "").get("name").is_some());
    }
}
