//! The checks of the security checklist. Each measures something; what can't be measured is not part of the score.

use crate::audit::seal;
use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::time::Span;
use crate::db::Conn;
use crate::handlers::settings::check::{Checker, SecurityCheck};
use crate::handlers::settings::queries;
use crate::handlers::settings::queries::OrganizationFacts;
use crate::models::organization::contact;
use crate::models::security_policy::concerned;

const ACCESS_REVIEW_WITHIN: Span = Span::days(180);
const INVITATION_WITHIN: Span = Span::days(7);
const SEEN_WITHIN: Span = Span::days(90);
/// Up to this number, any share of owners and admins is fine.
const FEW_ADMINS: i64 = 3;

pub fn run(conn: &mut Conn, actor: &Actor) -> Result<Vec<SecurityCheck>, AppError> {
    let facts = queries::organization(conn, actor.organization)?;
    let mut checks = owners(conn, actor, &facts)?;
    checks.extend(people(conn, actor)?);
    checks.extend(leftovers(conn, actor, &facts)?);
    checks.extend(ways_in(conn, actor)?);
    checks.extend(organization(conn, actor, &facts)?);
    Ok(checks)
}

fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(&n), if n == 1 { one } else { many })
}

fn owners(conn: &mut Conn, actor: &Actor, facts: &OrganizationFacts) -> Result<Vec<SecurityCheck>, AppError> {
    let checker = Checker(actor);
    let owners = concerned::owners(conn, actor.organization)?;
    let weak = i64::try_from(owners.iter().filter(|has| !**has).count()).unwrap_or(i64::MAX);
    Ok(vec![
        checker.check(
            "More than one owner",
            Some(facts.owners > 1),
            counted(facts.owners.into(), "owner", "owners"),
            "If the only owner loses access, no one can manage the organization",
            (Permissions::grant_owner, "Open members", "/members"),
        ),
        checker.check(
            "Owners use two-factor authentication",
            Some(weak == 0),
            match weak {
                0 => "Every owner has it".to_owned(),
                n => format!("{} without it", counted(n, "owner", "owners")),
            },
            "A stolen password alone must not open everything",
            (
                Permissions::manage_security,
                "Open sign-in security",
                "/settings/security",
            ),
        ),
        checker.check(
            "Two owners approve irreversible changes",
            Some(facts.dual_control && facts.owners > 1),
            format!("Dual control is {}", if facts.dual_control { "on" } else { "off" }),
            "One account alone can’t delete the organization or change its owners",
            (
                Permissions::transfer_or_delete,
                "Open dual control",
                "/settings/general#dual-h",
            ),
        ),
    ])
}

fn people(conn: &mut Conn, actor: &Actor) -> Result<Vec<SecurityCheck>, AppError> {
    let (org, now, checker) = (actor.organization, actor.cx.now, Checker(actor));
    let counts = actor.role_counts(conn)?;
    let all = counts.members(None);
    let admins = counts.members(Some(Role::Owner)) + counts.members(Some(Role::Admin));
    let reviewed = queries::last_access_review(conn, org)?;
    let inactive = queries::inactive(conn, org, now - SEEN_WITHIN)?;
    Ok(vec![
        checker.check(
            "Few owners and admins",
            Some(admins <= FEW_ADMINS || admins * 5 <= all),
            format!("{} of {}", number(&admins), counted(all, "member", "members")),
            "At most one in five members should be able to change everything",
            (Permissions::view_members, "Open admins", "/members?role=admin"),
        ),
        checker.check(
            "Access review within 180 days",
            Some(reviewed.is_some_and(|at| at > now - ACCESS_REVIEW_WITHIN)),
            reviewed.map_or_else(
                || "No review closed yet".to_owned(),
                |at| format!("Last one closed on {}", at.date(actor.zone)),
            ),
            "Managers confirm who still needs access",
            (Permissions::view_access, "Open reviews", "/access/reviews"),
        ),
        checker.check(
            "No one inactive for 90 days",
            Some(inactive == 0),
            counted(inactive, "inactive member", "inactive members"),
            "Accounts that no one uses are often taken over unnoticed",
            (
                Permissions::view_members,
                "Open inactive members",
                "/members?seen=not-90",
            ),
        ),
    ])
}

/// Access that no one may have noticed.
fn leftovers(conn: &mut Conn, actor: &Actor, facts: &OrganizationFacts) -> Result<Vec<SecurityCheck>, AppError> {
    let (org, now, checker) = (actor.organization, actor.cx.now, Checker(actor));
    let waiting = queries::old_invitations(conn, org, now - INVITATION_WITHIN)?;
    let suspended = queries::suspended_with_assignments(conn, org)?;
    let guests = match facts.domain.as_str() {
        "" => None,
        domain => Some(queries::guests_without_end(conn, org, domain)?),
    };
    Ok(vec![
        checker.check(
            "No suspended member with assignments",
            Some(suspended == 0),
            counted(suspended, "suspended member", "suspended members"),
            "They get it back when someone restores their access",
            (
                Permissions::view_members,
                "Open suspended members",
                "/members?status=suspended",
            ),
        ),
        checker.check(
            "Access of external people ends",
            guests.map(|guests| guests == 0),
            guests.map_or_else(
                || "Enter the organization’s domain to measure it".to_owned(),
                |n| {
                    format!(
                        "{} without an end date",
                        counted(n, "external member", "external members")
                    )
                },
            ),
            "People with an address at another domain should have an end date",
            match guests {
                None => (Permissions::edit_profile, "Open general settings", "/settings/general"),
                Some(_) => (Permissions::view_members, "Open members", "/members"),
            },
        ),
        checker.check(
            "No invitation older than 7 days",
            Some(waiting == 0),
            counted(waiting, "old invitation", "old invitations"),
            "Someone else may read that inbox later",
            (Permissions::invite_members, "Open invitations", "/invitations"),
        ),
    ])
}

/// Keys and links that no one may need any more.
fn ways_in(conn: &mut Conn, actor: &Actor) -> Result<Vec<SecurityCheck>, AppError> {
    let (org, now, checker) = (actor.organization, actor.cx.now, Checker(actor));
    let (unused, links) = queries::forgotten(conn, org, now - SEEN_WITHIN, now)?;
    Ok(vec![
        checker.check(
            "No unused API key",
            Some(unused == 0),
            counted(unused, "key unused for 90 days", "keys unused for 90 days"),
            "A key that no one uses is a way in that no one watches",
            (Permissions::view_keys, "Open API keys", "/settings/developers"),
        ),
        checker.check(
            "No old onboarding link",
            Some(links == 0),
            counted(links, "link older than 90 days", "links older than 90 days"),
            "Links are passed on; replace those that are still needed",
            (
                Permissions::copy_onboarding_links,
                "Open onboarding links",
                "/settings/onboarding",
            ),
        ),
    ])
}

fn organization(conn: &mut Conn, actor: &Actor, facts: &OrganizationFacts) -> Result<Vec<SecurityCheck>, AppError> {
    let (org, checker) = (actor.organization, Checker(actor));
    let contacts = contact::all(conn, org)?;
    let verified = contacts.iter().filter(|contact| !contact.email.is_empty()).count();
    let pending = contacts
        .iter()
        .filter(|contact| !contact.pending_email.is_empty())
        .count();
    let (sealed, seal) = sealed(conn, actor)?;
    Ok(vec![
        checker.check(
            "Verified contacts",
            Some(verified > 0 && pending == 0),
            format!("{verified} verified, {pending} pending"),
            "Important messages must reach someone",
            (Permissions::edit_profile, "Open contacts", "/settings/general"),
        ),
        checker.check(
            "Support access is off",
            Some(!facts.support_consent),
            format!("Support access is {}", if facts.support_consent { "on" } else { "off" }),
            "Turn it on only while operators help you",
            (Permissions::manage_security, "Open support access", "/settings/support"),
        ),
        checker.check(
            "The audit log is sealed",
            sealed,
            seal,
            "A valid seal shows that earlier events were not changed",
            (
                Permissions::view_audit,
                "Verify the audit log",
                "/settings/audit/verification",
            ),
        ),
    ])
}

/// Whether the newest seal is valid and covers every event up to the day before yesterday. `None` before the first day is over.
fn sealed(conn: &mut Conn, actor: &Actor) -> Result<(Option<bool>, String), AppError> {
    let org = actor.organization;
    let late = queries::unsealed_since(conn, org, actor.cx.now - queries::SEALED_WITHIN)?;
    let Some(seal) = seal::latest(conn, org)? else {
        let fact = "No seal yet".to_owned();
        return Ok((late.then_some(false), fact));
    };
    let signed = actor
        .cx
        .app
        .keys
        .signer()
        .verifies(seal.message(org).as_bytes(), &seal.signature);
    let kept = queries::event_hash(conn, org, seal.seq)?.as_deref() == Some(seal.hash.as_str());
    let fact = if signed && kept {
        format!("Sealed through {}", seal.day)
    } else {
        format!("The seal of {} doesn’t match", seal.day)
    };
    Ok((Some(signed && kept && !late), fact))
}
