//! Making a link, and changing one: who changes it vouches for it from then on.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ChangeRoles, CreateCompanies, GrantAdmin, InviteMembers, ManageBilling, Permission};
use crate::authz::permission::{ManageOnboardingLinks, PermissionId};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::CompanyId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding_links::picker::Picker;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, LinkTerms, Purpose};
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::queries;
use crate::services::onboarding_links::resolve::LinkGrant;
use crate::services::onboarding_links::rules;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
struct OnboardingLinkForm {
    name: String,
    purpose: String,
    role: String,
    company_role: String,
    companies: Vec<String>,
    company_q: String,
    /// Whether the companies were searched, by the button that needs no JavaScript.
    finds: bool,
    domains: String,
    approval: String,
    max_uses: String,
    expires_at: String,
}

impl OnboardingLinkForm {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            name: text("name"),
            purpose: text("purpose"),
            role: text("role"),
            company_role: text("company_role"),
            companies: fields.all("company_id").map(str::to_owned).collect(),
            company_q: text("company_q"),
            finds: !fields.get("find").is_empty(),
            domains: text("domains"),
            approval: text("approval"),
            max_uses: text("max_uses"),
            expires_at: text("expires_at"),
        }
    }

    /// What a new link begins with: for a quarter, and somebody looks at each.
    fn fresh(now: Time) -> Self {
        Self {
            purpose: Purpose::NewCompany.as_str().into(),
            role: Role::Member.as_str().into(),
            company_role: CompanyRole::Manager.as_str().into(),
            approval: "approval".into(),
            expires_at: (now + Span::days(90)).day(),
            ..Self::default()
        }
    }

    fn present(link: &Link) -> Self {
        Self {
            name: link.name.clone(),
            purpose: link.purpose.as_str().into(),
            role: link.role.as_str().into(),
            company_role: link.company_role.as_str().into(),
            companies: link.companies().iter().map(ToString::to_string).collect(),
            domains: link.domains().join(", "),
            approval: if link.approval { "approval" } else { "automatic" }.into(),
            max_uses: link.max_uses.map(|most| most.to_string()).unwrap_or_default(),
            expires_at: link.expires_at.map(Time::day).unwrap_or_default(),
            ..Self::default()
        }
    }
}

type Choices = Vec<(&'static str, &'static str)>;

#[derive(Template)]
#[template(path = "onboarding_links/form.html", blocks = ["companies"])]
struct Form {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    action: String,
    /// The name of the link that is changed; nothing for a new one.
    title: String,
    /// Why saving matters: it is paused.
    paused: bool,
    unit: UnitLabel,
    typed: OnboardingLinkForm,
    errors: FormErrors,
    roles: Choices,
    company_roles: Choices,
    picker: Picker,
}

impl Form {
    fn of(
        conn: &mut Conn,
        actor: &Actor,
        voucher: &InviteAuthority,
        link: Option<&Link>,
        typed: OnboardingLinkForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let base = actor.path("/settings/onboarding");
        let (action, search) = match link {
            Some(link) => (format!("{base}/{}", link.id), format!("{base}/{}", link.id)),
            None => (base.clone(), format!("{base}/new")),
        };
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "onboarding",
            path: actor.path("/settings"),
            action,
            title: link.map(|link| link.name.clone()).unwrap_or_default(),
            paused: match link {
                Some(link) => !crate::services::onboarding_links::resolve::vouched(conn, &actor.cx, link)?,
                None => false,
            },
            unit: actor.unit,
            roles: granted(voucher).map(|role| (role.as_str(), role.label())).collect(),
            company_roles: voucher
                .company_roles()
                .iter()
                .map(|role| (role.as_str(), role.label()))
                .collect(),
            picker: Picker::of(conn, actor, voucher, &typed.companies, &typed.company_q, search)?,
            typed,
            errors,
        })
    }
}

/// The roles that a link of this person may give, highest first.
fn granted(voucher: &InviteAuthority) -> impl Iterator<Item = Role> {
    let roles = Role::ALL.iter().copied();
    roles.filter(|role| *role != Role::Owner && voucher.gives(*role))
}

/// The form of a new link. With `company_q` a fragment request gets the companies alone.
pub async fn new(gate: Gate<ManageOnboardingLinks>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let page = gate
        .read(move |actor, conn| {
            let voucher = authority::voucher(conn, actor)?;
            let typed = searched(&fields, OnboardingLinkForm::fresh(actor.cx.now));
            Form::of(conn, actor, &voucher, None, typed, FormErrors::none())
        })
        .await?;
    if gate.fragment() {
        html(page.as_companies())
    } else {
        html(page)
    }
}

/// The same with what is searched for and chosen so far.
fn searched(fields: &Fields, mut typed: OnboardingLinkForm) -> OnboardingLinkForm {
    if fields.iter().any(|(name, _)| name == "company_q") {
        let searching = OnboardingLinkForm::of(fields);
        typed.company_q = searching.company_q;
        typed.companies = searching.companies;
    }
    typed
}

/// The form of a link.
pub async fn edit(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let fields = Fields::urlencoded(req.query_string()).unwrap_or_default();
    let page = gate
        .read(move |actor, conn| {
            let link = onboarding_link::find(conn, actor.organization, &id)?;
            let voucher = authority::voucher(conn, actor)?;
            let typed = searched(&fields, OnboardingLinkForm::present(&link));
            Form::of(conn, actor, &voucher, Some(&link), typed, FormErrors::none())
        })
        .await?;
    if gate.fragment() {
        html(page.as_companies())
    } else {
        html(page)
    }
}

enum Answer {
    Done(String),
    Again(Box<Form>),
    Refused(Box<Form>),
}

/// Makes a link.
pub async fn create(gate: Gate<ManageOnboardingLinks>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = OnboardingLinkForm::of(&fields);
    let answer = gate.write(move |actor, conn| save(conn, actor, None, typed)).await?;
    reply(&gate, answer, "The link is ready. Copy it and pass it on")
}

/// Changes a link.
pub async fn update(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let typed = OnboardingLinkForm::of(&fields);
    let answer = gate
        .write(move |actor, conn| {
            let link = onboarding_link::find(conn, actor.organization, &id)?;
            save(conn, actor, Some(&link), typed)
        })
        .await?;
    reply(&gate, answer, "The link is changed. Its address stays the same")
}

fn reply(gate: &Gate<ManageOnboardingLinks>, answer: Answer, word: &str) -> Result<HttpResponse, AppError> {
    match answer {
        Answer::Done(list) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &list))
        }
        Answer::Again(page) => html(*page),
        Answer::Refused(page) => refused(*page),
    }
}

fn save(
    conn: &mut Conn,
    actor: &Actor,
    was: Option<&Link>,
    typed: OnboardingLinkForm,
) -> Result<(Answer, Events), AppError> {
    let voucher = authority::voucher(conn, actor)?;
    let mut errors = FormErrors::none();
    if typed.finds {
        let page = Form::of(conn, actor, &voucher, was, typed, errors)?;
        return Ok((
            Answer::Again(Box::new(page)),
            Events::none("the companies were searched"),
        ));
    }
    let Some(terms) = read(conn, actor, &voucher, was, &typed, &mut errors)? else {
        let page = Form::of(conn, actor, &voucher, was, typed, errors)?;
        return Ok((Answer::Refused(Box::new(page)), Events::none("the form was refused")));
    };
    // What the fields allow one by one must hold together too.
    if let Some(permission) = missing(&voucher, &LinkGrant::from(&terms)) {
        return Err(actor.refusal(conn, permission)?);
    }
    let (organization, by) = (actor.organization, actor.person.id);
    let is = facts(conn, actor, &terms)?;
    let events = match was {
        None => {
            let id = onboarding_link::create(conn, &actor.cx, organization, by, &terms)?;
            actor.event(Event::new(Action::LinkCreated, "onboarding_link", id, &terms.name).after(Value::Object(is)))
        }
        Some(link) => {
            let mut before = facts(conn, actor, &link.terms())?;
            let mut after = is;
            before.retain(|field, value| after.get(field) != Some(value));
            after.retain(|field, _| before.contains_key(field));
            if link.authorized_by != by {
                before.insert("authorized_by".into(), link.authorized_by.as_str().into());
                after.insert("authorized_by".into(), by.as_str().into());
            }
            onboarding_link::edit(conn, organization, link.id, by, &terms)?;
            if after.is_empty() {
                Events::none("nothing changed")
            } else {
                let event = Event::new(Action::LinkEdited, "onboarding_link", link.id, &terms.name);
                actor.event(event.before(Value::Object(before)).after(Value::Object(after)))
            }
        }
    };
    Ok((Answer::Done(actor.path("/settings/onboarding")), events))
}

/// The right that somebody lacks to stand behind a link.
pub fn missing(voucher: &InviteAuthority, gift: &LinkGrant) -> Option<PermissionId> {
    if gift.is_vouched_by(voucher) {
        None
    } else if !gift.is_granted_by(voucher) {
        Some(match gift.role {
            Role::Admin => GrantAdmin::ID,
            Role::BillingAdmin => ManageBilling::ID,
            Role::Owner | Role::UserAdmin => ChangeRoles::ID,
            _ => InviteMembers::ID,
        })
    } else if !gift.is_created_by(voucher) {
        Some(CreateCompanies::ID)
    } else {
        Some(ManageOnboardingLinks::ID)
    }
}

fn read(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    was: Option<&Link>,
    typed: &OnboardingLinkForm,
    errors: &mut FormErrors,
) -> Result<Option<LinkTerms>, AppError> {
    let name = errors.take("name", rules::title(&typed.name));
    let purpose = errors.take(
        "purpose",
        Purpose::parse(&typed.purpose).ok_or("Choose what people do with it"),
    );
    let role = Role::parse(&typed.role).filter(|role| granted(voucher).any(|granted| granted == *role));
    let role = errors.take("role", role.ok_or("Choose one of the roles in the list"));
    let company_role = CompanyRole::parse(&typed.company_role).filter(|role| voucher.company_roles().contains(role));
    let company_role = errors.take(
        "company_role",
        company_role.ok_or("Choose one of the roles in the list"),
    );
    let companies = match purpose {
        Some(Purpose::Join) => chosen(conn, actor, voucher, &typed.companies, errors)?,
        _ => Vec::new(),
    };
    let domains = errors.take("domains", rules::domains(&typed.domains));
    let approval = match typed.approval.as_str() {
        "automatic" => Some(false),
        "approval" => Some(true),
        _ => {
            errors.add("approval", "Choose who is let in");
            None
        }
    };
    let max_uses = errors.take(
        "max_uses",
        rules::max_uses(&typed.max_uses, was.map_or(0, |link| link.uses)),
    );
    let present = was.and_then(|link| link.expires_at);
    let expires_at = errors.take("expires_at", rules::end(&typed.expires_at, actor.cx.now, present));
    let (Some(name), Some(purpose), Some(role), Some(company_role)) = (name, purpose, role, company_role) else {
        return Ok(None);
    };
    let (Some(domains), Some(approval), Some(max_uses), Some(expires_at)) = (domains, approval, max_uses, expires_at)
    else {
        return Ok(None);
    };
    Ok(errors.is_empty().then_some(LinkTerms {
        name,
        purpose,
        role,
        company_role,
        companies,
        domains,
        approval,
        max_uses,
        expires_at,
    }))
}

fn chosen(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    typed: &[String],
    errors: &mut FormErrors,
) -> Result<Vec<CompanyId>, AppError> {
    let many = actor.unit.many();
    let mut ids: Vec<CompanyId> = typed.iter().filter_map(|id| CompanyId::parse(id)).collect();
    let readable = ids.len() == typed.len();
    ids.sort();
    ids.dedup();
    if ids.len() > rules::MOST {
        errors.add("company_id", format!("Choose at most {} {many}", rules::MOST));
        return Ok(Vec::new());
    }
    let found = queries::companies(conn, actor.organization, ids.clone(), Some(voucher))?;
    if !readable || found.len() < ids.len() {
        errors.add("company_id", format!("Choose {many} out of the list"));
    }
    Ok(ids)
}

/// What a link says, for the log.
fn facts(conn: &mut Conn, actor: &Actor, terms: &LinkTerms) -> Result<Map<String, Value>, AppError> {
    let companies = queries::companies(conn, actor.organization, terms.companies.clone(), None)?;
    let named: Vec<String> = companies.into_iter().map(|company| company.name).collect();
    let facts = json!({
        "name": terms.name,
        "purpose": terms.purpose.as_str(),
        "role": terms.role.as_str(),
        "company_role": terms.company_role.as_str(),
        "companies": named,
        "domains": terms.domains,
        "approval": terms.approval,
        "max_uses": terms.max_uses,
        "expires_at": terms.expires_at.map(Time::iso),
    });
    Ok(match facts {
        Value::Object(map) => map,
        _ => Map::new(),
    })
}
