//! What can be found. Each finder shows only what the reader may open.

use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::authz::decision::Reach;
use crate::authz::permission::{InviteMembers, Permission, ViewCompany, ViewMembers};
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::common::search;
use crate::db::Conn;
use crate::db::types::inventory::ResourceListing;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::search::page::{Hit, HitGroup, Look, rank};
use crate::models::company;
use crate::models::company::{CompanyFilter, CompanySort};
use crate::models::company_best;
use crate::models::invitation;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberFilter};
use crate::models::resource::list;
use crate::models::resource::list::ResourceFilter;
use crate::services::companies::pin;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::resources::reach;
use crate::web::own_organizations::organizations_of;
use crate::web::pages;
use crate::web::pages::{PageKind, PageReader};

/// The most organizations that are searched.
const ORGANIZATIONS: i64 = 200;

/// The companies that match. An empty text finds the first ones by name.
pub fn companies(conn: &mut Conn, actor: &Actor, text: &str, limit: usize) -> Result<Option<HitGroup>, AppError> {
    let own = match actor.reach::<ViewCompany>() {
        Reach::Everywhere => None,
        Reach::OwnCompanies => Some(actor.own_companies(conn, ViewCompany::ID)?),
        Reach::Nowhere => return Ok(None),
    };
    let organization = actor.organization;
    let found = if text.trim().is_empty() {
        let filter = CompanyFilter {
            own,
            status: Some(CompanyStatus::Active),
            sort: CompanySort::Name,
            words: Vec::new(),
        };
        company::list(conn, organization, &filter, None, limit + 1)?
    } else {
        // Someone who types a name finds it archived, too.
        company_best::best(conn, organization, own.as_deref(), text, limit + 1)?
    };
    let prefix = search::sort_key(text.trim());
    let hits = found.into_iter().map(|company| {
        let archived = company.status == CompanyStatus::Archived;
        Hit {
            sub: if archived { "Archived" } else { "" }.to_owned(),
            href: actor.path(&format!("/companies/{}", company.slug)),
            look: Look::Mark,
            rank: rank(&company.sort_name, &prefix) + u8::from(archived),
            name: company.name,
        }
    });
    let more = if text.trim().is_empty() {
        (actor.path("/companies"), format!("All {}", actor.unit.many()))
    } else {
        let path = format!("/companies?status=all&q={}", query_value(text.trim()));
        (actor.path(&path), format!("All matching {}", actor.unit.many()))
    };
    Ok(HitGroup::of(actor.unit.titles(), hits.collect(), limit, Some(more)))
}

/// The resources that match.
pub fn resources(conn: &mut Conn, actor: &Actor, text: &str, limit: usize) -> Result<Option<HitGroup>, AppError> {
    if !actor.permissions.view_company() {
        return Ok(None);
    }
    let filter = ResourceFilter {
        scope: reach::seen(conn, actor)?,
        listed_as: ResourceListing::Active,
        kind: None,
        words: search::query(text),
    };
    let prefix = search::sort_key(text.trim());
    let found = list::page(conn, actor.organization, &filter, None, limit + 1)?;
    let hits = found.into_iter().map(|resource| Hit {
        sub: match &resource.company {
            Some(company) => format!("{} · {}", resource.kind.label(), company.name),
            None => resource.kind.label().to_owned(),
        },
        href: actor.path(&format!("/resources/{}", resource.id)),
        look: Look::Icon(resource.kind.icon()),
        rank: rank(&resource.sort_name, &prefix),
        name: resource.terms.name,
    });
    let more = (
        actor.path(&format!("/resources?q={}", query_value(text.trim()))),
        "All matching resources".to_owned(),
    );
    Ok(HitGroup::of("Resources", hits.collect(), limit, Some(more)))
}

/// The members and pending invitations that match.
pub fn people(conn: &mut Conn, actor: &Actor, text: &str, limit: usize) -> Result<Option<HitGroup>, AppError> {
    let mut hits = members(conn, actor, text, limit)?;
    let prefix = search::sort_key(text.trim());
    if actor.permissions.has(InviteMembers::ID) {
        let scope = InviteAuthority::of(conn, actor)?.scope();
        let invited = invitation::list::best(conn, actor.organization, &scope, text, limit + 1)?;
        hits.extend(invited.into_iter().map(|listing| {
            let email = listing.invitation.email.clone();
            Hit {
                sub: "Pending invitation".to_owned(),
                href: actor.path(&format!("/invitations?q={}", query_value(&email))),
                look: Look::Icon("mail"),
                rank: rank(&search::sort_key(&email), &prefix),
                name: email,
            }
        }));
    }
    let path = actor.path(&format!("/members?q={}", query_value(text.trim())));
    let more = actor
        .permissions
        .view_members()
        .then(|| (path, "All matching members".to_owned()));
    Ok(HitGroup::of("People", hits, limit, more))
}

fn members(conn: &mut Conn, actor: &Actor, text: &str, limit: usize) -> Result<Vec<Hit>, AppError> {
    let within = match actor.reach::<ViewMembers>() {
        Reach::Everywhere => None,
        Reach::OwnCompanies => Some(actor.own_companies(conn, ViewMembers::ID)?),
        Reach::Nowhere => return Ok(Vec::new()),
    };
    let now = actor.cx.now;
    let filter = MemberFilter::by_words(search::query(text), within, now);
    // Twice as many, so that names which begin with the text come first.
    let found = member_search::page(conn, actor.organization, &filter, None, limit * 2)?;
    let prefix = search::sort_key(text.trim());
    let hits = found.page.rows.into_iter().map(|row| Hit {
        sub: match row.access_status(now) {
            AccessStatus::Active | AccessStatus::Ending => row.email.clone(),
            AccessStatus::Suspended => format!("{} · Suspended", row.email),
            AccessStatus::Ended => format!("{} · Access ended", row.email),
        },
        href: actor.path(&format!("/members/{}", row.id)),
        look: Look::Avatar(row.email.clone()),
        rank: rank(&search::sort_key(&row.name), &prefix),
        name: row.name,
    });
    Ok(hits.collect())
}

/// The other organizations of the account that match.
pub fn organizations(
    conn: &mut Conn,
    person: &CurrentUser,
    current: Option<&str>,
    text: &str,
    limit: usize,
) -> Result<Option<HitGroup>, AppError> {
    let words = search::query(text);
    let own = organizations_of(conn, person.id, person.cx.now, ORGANIZATIONS)?;
    let others = own.into_iter().filter(|one| current != Some(one.slug.as_str()));
    let found = others.filter(|one| search::begins(&format!("{} {}", one.name, one.slug), &words));
    let prefix = search::sort_key(text.trim());
    let hits = found.map(|one| Hit {
        sub: one.role.label().to_owned(),
        href: format!("/organizations/{}", one.slug),
        look: Look::Mark,
        rank: rank(&search::sort_key(&one.name), &prefix),
        name: one.name,
    });
    let more = (
        format!("/organizations?q={}", query_value(text.trim())),
        "All matching organizations".to_owned(),
    );
    Ok(HitGroup::of("Organizations", hits.collect(), limit, Some(more)))
}

/// The companies that the reader has pinned.
pub fn pinned(conn: &mut Conn, actor: &Actor) -> Result<Option<HitGroup>, AppError> {
    let pinned = pin::pinned(conn, actor)?;
    let hits = pinned.into_iter().map(|company| Hit {
        sub: String::new(),
        href: actor.path(&format!("/companies/{}", company.slug)),
        look: Look::Mark,
        rank: 0,
        name: company.name,
    });
    Ok(HitGroup::of("Pinned", hits.collect(), usize::MAX, None))
}

/// The pages, settings and actions that match.
pub fn pages(reader: &PageReader, text: &str, kinds: &[PageKind], limit: usize) -> Vec<HitGroup> {
    let found = pages::find(reader, text);
    let group = |kind: &PageKind| {
        let hits = found.iter().filter(|page| page.kind == *kind).map(|page| Hit {
            name: page.label.clone(),
            sub: String::new(),
            href: page.href.clone(),
            look: Look::Icon(page.icon),
            rank: page.rank,
        });
        HitGroup::of(title(*kind), hits.collect(), limit, None)
    };
    kinds.iter().filter_map(group).collect()
}

fn title(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Page => "Pages",
        PageKind::Setting => "Settings",
        PageKind::Account => "Your account",
        PageKind::Operator => "This instance",
        PageKind::Action => "Actions",
    }
}
