//! The totals.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::html::{counted, number};
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::overview::queries;
use crate::handlers::overview::queries::rollup::MOST;
use crate::rating::Cost;
use crate::services::reports::{Report, ReportReader};
use crate::web::figures::{self, Delta};

/// A total with its change since the same days of the month before.
#[derive(Debug, Clone)]
pub struct Tile {
    pub label: String,
    pub value: String,
    pub href: Option<String>,
    pub delta: Option<Delta>,
    pub note: String,
}

pub(super) fn of(
    conn: &mut Conn,
    actor: &Actor,
    reader: &ReportReader,
    report: &Report,
    before: &Report,
    forecast: Option<Cost>,
) -> Result<Vec<Tile>, AppError> {
    let mut tiles = vec![
        companies(conn, actor, reader, before)?,
        cases(actor, report, before),
        staff(conn, actor, reader, report)?,
    ];
    tiles.extend(billing(actor, report, before, forecast));
    Ok(tiles)
}

fn companies(conn: &mut Conn, actor: &Actor, reader: &ReportReader, before: &Report) -> Result<Tile, AppError> {
    let own = reader.companies.as_deref();
    let (active, archived) = match own {
        None => (actor.active_companies, actor.archived_companies),
        Some(own) => queries::companies_by_status(conn, actor.organization, own)?,
    };
    let then = before.days.to.plus(1).start(actor.org_zone).unwrap_or(Time(0));
    let then = queries::rollup::active_at(conn, actor.organization, own, then)?;
    Ok(Tile {
        label: if own.is_some() {
            format!("Your {}", actor.unit.many())
        } else {
            actor.unit.titles().to_owned()
        },
        value: number(&active),
        href: actor.permissions.view_company().then(|| actor.path("/companies")),
        delta: figures::difference(active, then, &before.days),
        note: match archived {
            0 => "All active".to_owned(),
            archived => format!("{} archived", number(&archived)),
        },
    })
}

fn cases(actor: &Actor, report: &Report, before: &Report) -> Tile {
    let open = |report: &Report| report.total.latest.cases_open;
    Tile {
        label: "Total cases".to_owned(),
        value: figures::or_dash(open(report)),
        href: actor.permissions.view_reporting().then(|| actor.path("/reporting")),
        delta: figures::change(open(report), open(before), &before.days, None),
        note: match open(report) {
            Some(_) => counted(report.total.facts.cases_new, "new this month", "new this month"),
            None => "Nothing reported yet".to_owned(),
        },
    }
}

/// Distinct people: those whose role covers every company, and those who are assigned to one.
fn staff(conn: &mut Conn, actor: &Actor, reader: &ReportReader, report: &Report) -> Result<Tile, AppError> {
    let inherited = actor.role_counts(conn)?.in_every_company();
    let (direct, more) = match reader.companies.as_deref() {
        None => queries::rollup::assigned_people(conn, actor.organization)?,
        Some(own) => queries::rollup::assigned_people_in(conn, actor.organization, own)?,
    };
    let everyone = actor.reach::<ViewMembers>() == Reach::Everywhere;
    let (joined, many) = if everyone {
        let since = report.days.from.start(actor.org_zone).unwrap_or(Time(0));
        queries::rollup::joined_since(conn, actor.organization, since)?
    } else {
        (0, false)
    };
    let plus = |more| if more { "+" } else { "" };
    Ok(Tile {
        label: "Staff".to_owned(),
        value: format!(
            "{}{}",
            number(&if more { MOST } else { direct + inherited }),
            plus(more)
        ),
        href: everyone.then(|| actor.path("/members")),
        delta: (joined > 0).then(|| Delta {
            tone: "",
            up: true,
            down: false,
            text: format!("{}{}", number(&joined), plus(many)),
            against: "joined this month".to_owned(),
        }),
        note: format!(
            "{}{} assigned, {} by role",
            number(&direct),
            plus(more),
            number(&inherited)
        ),
    })
}

/// Hidden, rather than zero, for who may not see it and where there are no prices.
fn billing(actor: &Actor, report: &Report, before: &Report, forecast: Option<Cost>) -> Option<Tile> {
    let money = report.money.filter(|money| money.total)?;
    let total = |report: &Report| report.total.cost().total();
    let then = before
        .money
        .filter(|then| then.total && then.from <= before.days.from.month());
    Some(Tile {
        label: "Billing, month to date".to_owned(),
        value: money.currency.amount(total(report)),
        href: actor.permissions.view_reporting().then(|| actor.path("/reporting")),
        delta: then.and_then(|_| figures::change(Some(total(report)), Some(total(before)), &before.days, None)),
        note: match forecast {
            Some(forecast) => format!("{} by the end of the month", money.currency.amount(forecast.total())),
            None => "With taxes".to_owned(),
        },
    })
}
