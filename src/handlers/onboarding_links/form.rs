//! The fields of a link, and what they mean.

use crate::auth::actor::Actor;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::onboarding_links::fields;
use crate::models::onboarding_link::{LinkPurpose, LinkTerms, OnboardingLink};
use crate::services::invitations::authority::InviteAuthority;
use crate::web::company_picker::{PickerForm, PickerScope};

/// The fields as they were sent.
#[derive(Debug, Clone, Default)]
pub struct OnboardingLinkForm {
    pub name: String,
    pub purpose: String,
    pub role: String,
    pub company_role: String,
    pub companies: PickerForm,
    pub domains: String,
    pub approval: String,
    pub max_uses: String,
    pub expires_at: String,
}

/// Why a link was not saved.
pub enum LinkFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(LinkFormError);

impl OnboardingLinkForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            name: text("name"),
            purpose: text("purpose"),
            role: text("role"),
            company_role: text("company_role"),
            companies: PickerForm::checked(fields),
            domains: text("domains"),
            approval: text("approval"),
            max_uses: text("max_uses"),
            expires_at: text("expires_at"),
        }
    }

    /// A new link: valid for 90 days, with approval.
    pub fn fresh(now: Time, zone: Zone) -> Self {
        Self {
            purpose: LinkPurpose::NewCompany.as_str().into(),
            role: Role::Member.as_str().into(),
            company_role: CompanyRole::Manager.as_str().into(),
            approval: "approval".into(),
            expires_at: now.day_after(90, zone),
            ..Self::default()
        }
    }

    /// The fields of a saved link.
    pub fn saved(link: &OnboardingLink, zone: Zone) -> Self {
        Self {
            name: link.name.clone(),
            purpose: link.purpose.as_str().into(),
            role: link.role.as_str().into(),
            company_role: link.company_role.as_str().into(),
            companies: PickerForm::stored_checked(&link.companies()),
            domains: link.domains().join(", "),
            approval: if link.approval { "approval" } else { "automatic" }.into(),
            max_uses: link.max_uses.map(|most| most.to_string()).unwrap_or_default(),
            expires_at: link.expires_at.map(|end| end.day(zone)).unwrap_or_default(),
        }
    }

    /// With the companies that are searched, if the query has a search.
    pub fn searched(self, query: &Fields) -> Self {
        if query.iter().any(|(name, _)| name == "company_q") {
            Self {
                companies: PickerForm::checked(query),
                ..self
            }
        } else {
            self
        }
    }

    /// Reads the form. `was`: the link that is changed.
    pub fn read(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        authority: &InviteAuthority,
        was: Option<&OnboardingLink>,
    ) -> Result<LinkTerms, LinkFormError> {
        let mut errors = FormErrors::none();
        let terms = self.terms(conn, actor, authority, was, &mut errors)?;
        terms
            .filter(|_| errors.is_empty())
            .ok_or(LinkFormError::Invalid(errors))
    }

    fn terms(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        authority: &InviteAuthority,
        was: Option<&OnboardingLink>,
        errors: &mut FormErrors,
    ) -> Result<Option<LinkTerms>, AppError> {
        let name = errors.take("name", fields::name(&self.name));
        let purpose = LinkPurpose::parse(&self.purpose).ok_or("Choose what people can do with the link");
        let purpose = errors.take("purpose", purpose);
        let (role, company_role) = self.roles(authority, errors);
        let companies = match purpose {
            Some(LinkPurpose::Join) => self.companies(conn, actor, authority, errors)?,
            _ => Vec::new(),
        };
        let domains = errors.take("domains", fields::domains(&self.domains));
        let approval = match self.approval.as_str() {
            "automatic" => Ok(false),
            "approval" => Ok(true),
            _ => Err("Choose who can join"),
        };
        let approval = errors.take("approval", approval);
        let used = was.map_or(0, |link| link.uses);
        let max_uses = errors.take("max_uses", fields::max_uses(&self.max_uses, used));
        let present = was.and_then(|link| link.expires_at);
        let expires_at = errors.take(
            "expires_at",
            fields::end(&self.expires_at, actor.cx.now, actor.org_zone, present),
        );
        let terms = || {
            Some(LinkTerms {
                name: name?,
                purpose: purpose?,
                role: role?,
                company_role: company_role?,
                companies,
                domains: domains?,
                approval: approval?,
                max_uses: max_uses?,
                expires_at: expires_at?,
            })
        };
        Ok(terms())
    }

    fn roles(&self, authority: &InviteAuthority, errors: &mut FormErrors) -> (Option<Role>, Option<CompanyRole>) {
        let message = "Choose one of the roles in the list";
        let role = Role::parse(&self.role).filter(|role| granted(authority).any(|granted| granted == *role));
        let role = errors.take("role", role.ok_or(message));
        let company_role =
            CompanyRole::parse(&self.company_role).filter(|role| authority.company_roles().contains(role));
        let company_role = errors.take("company_role", company_role.ok_or(message));
        (role, company_role)
    }

    fn companies(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        authority: &InviteAuthority,
        errors: &mut FormErrors,
    ) -> Result<Vec<CompanyId>, AppError> {
        let many = actor.unit.many();
        let Some(ids) = self.companies.ids() else {
            errors.add("company_id", format!("Choose {many} from the list"));
            return Ok(Vec::new());
        };
        if ids.len() > fields::MOST {
            errors.add("company_id", format!("Choose at most {} {many}", fields::MOST));
            return Ok(Vec::new());
        }
        let found = PickerScope::from(authority).among(conn, actor.organization, ids.clone())?;
        if found.len() < ids.len() {
            errors.add("company_id", format!("Choose {many} from the list"));
        }
        Ok(ids)
    }
}

/// The roles that a link of this member can give, highest first.
pub fn granted(authority: &InviteAuthority) -> impl Iterator<Item = Role> {
    let roles = Role::ALL.iter().copied();
    roles.filter(|role| *role != Role::Owner && authority.may_grant(*role))
}
