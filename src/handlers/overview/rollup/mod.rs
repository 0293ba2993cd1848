//! The roll-up of all companies: totals of the month to date, and a card or a line for each company.

mod cards;
mod order;
mod tiles;

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::authz::permission::ViewOverview;
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::db::Conn;
use crate::models::usage::zones::CountingZones;
use crate::services::reports::{Preset, Report, ReportQuery, ReportReader, forecast};

pub use self::cards::{CompanyCard, CompanyCards};
pub use self::order::CardOrder;
pub use self::tiles::Tile;

/// How the companies are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OverviewQuery {
    pub q: String,
    /// A column, with a minus for the largest first.
    pub sort: String,
    /// `cards` or `table`.
    pub view: String,
    /// Anything but nothing: archived companies count.
    pub archived: String,
    pub after: String,
}

impl OverviewQuery {
    pub fn is_table(&self) -> bool {
        self.view == "table"
    }

    pub fn wants_archived(&self) -> bool {
        matches!(self.archived.as_str(), "on" | "1" | "true")
    }

    /// The path with this query and other values of some parameters.
    pub fn link(&self, base: &str, changes: &[(&str, &str)]) -> String {
        let own = [
            ("q", self.q.as_str()),
            ("sort", &self.sort),
            ("view", &self.view),
            ("archived", &self.archived),
        ];
        let changed = |name: &str| changes.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let kept = own.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value)));
        let new = changes
            .iter()
            .copied()
            .filter(|(name, _)| own.iter().all(|(n, _)| n != name));
        let pairs: Vec<String> = kept
            .chain(new)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if pairs.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", pairs.join("&"))
        }
    }
}

/// What the page says about usage, figures and money.
pub struct Rollup {
    pub tiles: Vec<Tile>,
    pub cards: CompanyCards,
    /// "November 1 to 22, 2026".
    pub days: String,
    pub zone: &'static str,
}

impl Rollup {
    pub fn load(conn: &mut Conn, actor: &Actor, query: &OverviewQuery) -> Result<Self, AppError> {
        let reader = ReportReader::of::<ViewOverview>(conn, actor)?;
        let zones = CountingZones::read(conn, actor.organization, actor.org_zone)?;
        let today = zones.day(actor.cx.now);
        let days = Preset::MonthToDate.days(today);
        let asked = |days, lines| ReportQuery {
            reader: &reader,
            company: None,
            archived: query.wants_archived(),
            days,
            today,
            series: false,
            lines,
        };
        let report = Report::read(conn, asked(days, true))?;
        let before = Report::read(conn, asked(Preset::MonthToDate.before(days), false))?;
        let forecast = forecast::month(conn, &reader, &report, today)?;
        Ok(Self {
            tiles: tiles::of(conn, actor, &reader, &report, &before, forecast)?,
            cards: CompanyCards::of(conn, actor, query, &report, today)?,
            days: days.words(),
            zone: zones.zone(actor.cx.now).name(),
        })
    }
}
