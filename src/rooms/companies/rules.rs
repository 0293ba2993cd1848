//! What a company's name and address must hold to, and who may give whom a role in it.

use crate::gate::role::CompanyRole;
use crate::ground::form::FormErrors;
use crate::ground::name;
use crate::ground::slug::Slug;

/// The fields of a company as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    /// The name.
    pub name: String,
    /// The slug; empty for one made from the name.
    pub slug: String,
}

/// A company's name and slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The name.
    pub name: String,
    /// The slug.
    pub slug: Slug,
    /// Whether the slug was left to us; then a taken one is replaced by a free one.
    pub slug_is_ours: bool,
}

/// Reads the form. `word` is the organization's word for a company.
///
/// # Errors
/// A sentence at each field that is wrong.
pub fn wish(form: &CompanyForm, word: &str) -> Result<Wish, FormErrors> {
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
        (Some(name), Some(slug)) => Ok(Wish {
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

/// The roles that somebody may give in a company: who manages it by assignment only gives the lower ones.
pub fn grantable(everywhere: bool) -> &'static [CompanyRole] {
    if everywhere {
        CompanyRole::ALL
    } else {
        &[CompanyRole::Editor, CompanyRole::Viewer]
    }
}

/// Why somebody's place in a company stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Their role in the organization is out of the reader's reach.
    HigherRank,
    /// Their role in the company is.
    HigherRole,
    /// The wanted role is.
    NotGrantable,
}

impl Refused {
    /// The sentence for the person who tried.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::HigherRank => "Their role in the organization is higher than yours allows you to change",
            Self::HigherRole => "They manage this one. Only somebody who manages the whole organization changes that",
            Self::NotGrantable => "Choose a role that you may give",
        }
    }
}

/// Whether somebody may change a place in a company. `in_reach`: their rank allows to touch the person;
/// `everywhere`: they manage the people of every company; `now`: the role the person has there.
///
/// # Errors
/// Why not.
pub fn may_touch(in_reach: bool, everywhere: bool, now: Option<CompanyRole>) -> Result<(), Refused> {
    if !in_reach {
        return Err(Refused::HigherRank);
    }
    match now {
        Some(role) if !grantable(everywhere).contains(&role) => Err(Refused::HigherRole),
        _ => Ok(()),
    }
}

/// Whether somebody may give a role in a company.
///
/// # Errors
/// Why not.
pub fn may_assign(
    in_reach: bool,
    everywhere: bool,
    now: Option<CompanyRole>,
    wanted: Option<CompanyRole>,
) -> Result<CompanyRole, Refused> {
    may_touch(in_reach, everywhere, now)?;
    wanted
        .filter(|role| grantable(everywhere).contains(role))
        .ok_or(Refused::NotGrantable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_manages_one_company_gives_and_takes_the_lower_roles_only() {
        use CompanyRole::{Editor, Manager, Viewer};
        for role in [Editor, Viewer] {
            assert_eq!(may_assign(true, false, None, Some(role)), Ok(role));
            assert_eq!(may_assign(true, false, Some(role), Some(Viewer)), Ok(Viewer));
        }
        assert_eq!(may_assign(true, false, None, Some(Manager)), Err(Refused::NotGrantable));
        assert_eq!(
            may_assign(true, false, Some(Manager), Some(Viewer)),
            Err(Refused::HigherRole)
        );
        assert_eq!(may_touch(true, false, Some(Manager)), Err(Refused::HigherRole));
        assert_eq!(may_assign(true, true, Some(Manager), Some(Viewer)), Ok(Viewer));
    }

    #[test]
    fn nobody_touches_a_higher_rank_and_no_role_is_no_choice() {
        for everywhere in [true, false] {
            assert_eq!(
                may_assign(false, everywhere, None, Some(CompanyRole::Viewer)),
                Err(Refused::HigherRank)
            );
            assert_eq!(may_assign(true, everywhere, None, None), Err(Refused::NotGrantable));
        }
    }

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
