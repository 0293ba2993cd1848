//! The audit logs, checked past every page: `tenantry audit verify`, `tenantry audit key`.

use diesel::prelude::*;

use crate::app::App;
use crate::audit::verify;
use crate::audit::verify::{Broken, Cursor, Step, Whole};
use crate::auth::System;
use crate::cli::{Faults, one, say};
use crate::common::config::Config;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::time::Clock;
use crate::common::token::Keys;
use crate::db::Db;
use crate::db::schema::{organization_slugs, organizations};
use crate::db::types::org_id::OrgId;

/// So many lines are checked in one look at the database; so many organizations are named in one.
const LINES: i64 = 20_000;
const ORGANIZATIONS: i64 = 500;

/// Checks every chain, or one. Each one gets a line; the first line that does not hold is named.
pub fn verify(slug: Option<&str>) -> Result<(), Faults> {
    let app = open()?;
    let door = System::command(&app, "audit");
    let mut faults = Vec::new();
    let (mut chains, mut lines, mut after) = (0i64, 0i64, None);
    loop {
        let found = door.read(|_, conn| Ok(named(conn, slug, after)?)).map_err(told)?;
        let Some((last, ..)) = found.last() else { break };
        after = Some(*last);
        for (organization, name) in found {
            chains += 1;
            match check(&door, organization).map_err(told)? {
                Ok(whole) => {
                    lines += whole.lines;
                    say(&holds(&name, &whole));
                }
                Err(broken) => faults.push(format!("{name}: {broken}")),
            }
        }
    }
    match (slug, chains) {
        (Some(slug), 0) => Err(one(format!("there is no organization {slug}"))),
        _ if faults.is_empty() => {
            say(&format!(
                "All hold: {} logs, {} lines.",
                number(&chains),
                number(&lines)
            ));
            Ok(())
        }
        _ => Err(faults),
    }
}

/// Prints the public key.
pub fn key() -> Result<(), Faults> {
    let config = Config::load()?;
    say(keys(&config)?.signer().public_pem().trim_end());
    Ok(())
}

fn told(error: AppError) -> Faults {
    match error {
        AppError::Busy => one("the database does not answer"),
        other => one(other.to_string()),
    }
}

fn keys(config: &Config) -> Result<Keys, Faults> {
    if !config.data_dir.is_dir() {
        return Err(one(format!(
            "the data folder {} does not exist yet; `tenantry serve` makes it",
            config.data_dir.display()
        )));
    }
    Keys::load(&config.data_dir).map_err(|error| one(format!("the key of this instance cannot be read: {error}")))
}

/// The house as it stands: nothing is migrated, nothing is made.
fn open() -> Result<App, Faults> {
    let config = Config::load()?;
    let keys = keys(&config)?;
    let db = Db::open(&config.database_url).map_err(one)?;
    match db.pending().map_err(one)? {
        0 => Ok(App::new(db, config, keys, Clock::default())),
        n => Err(one(format!("{n} migrations have not run; run `tenantry migrate`"))),
    }
}

/// The next organizations by id, with the slug they are known by.
fn named(conn: &mut crate::db::Conn, slug: Option<&str>, after: Option<OrgId>) -> QueryResult<Vec<(OrgId, String)>> {
    let mut query = organizations::table
        .left_join(
            organization_slugs::table.on(organization_slugs::organization_id
                .eq(organizations::id)
                .and(organization_slugs::is_current.eq(true))),
        )
        .order(organizations::id)
        .limit(ORGANIZATIONS)
        .select((organizations::id, organization_slugs::slug.nullable()))
        .into_boxed();
    if let Some(slug) = slug {
        query = query.filter(organization_slugs::slug.eq(slug));
    }
    if let Some(after) = after {
        query = query.filter(organizations::id.gt(after));
    }
    let rows: Vec<(OrgId, Option<String>)> = query.load(conn)?;
    let name = |(id, slug): (OrgId, Option<String>)| (id, slug.unwrap_or_else(|| id.to_string()));
    Ok(rows.into_iter().map(name).collect())
}

fn check(door: &System, organization: OrgId) -> Result<Result<Whole, Broken>, AppError> {
    let mut cursor = Cursor::default();
    loop {
        let step = door.read(|cx, conn| {
            let signer = cx.app.keys.signer();
            Ok(verify::step(conn, &signer, organization, cursor.clone(), LINES)?)
        })?;
        match step {
            Step::On(further) => cursor = further,
            Step::Whole(whole) => return Ok(Ok(whole)),
            Step::Broken(broken) => return Ok(Err(broken)),
        }
    }
}

fn holds(name: &str, whole: &Whole) -> String {
    let lines = match whole.lines {
        0 => "no lines yet".to_owned(),
        1 => "line 1 holds".to_owned(),
        n => format!("lines 1 to {} hold", number(&n)),
    };
    let seal = match &whole.seal {
        Some(seal) => format!(", sealed for {} at line {}", seal.day, number(&seal.seq)),
        None if whole.lines > 0 => ", not sealed yet".to_owned(),
        None => String::new(),
    };
    let waiting = match whole.waiting {
        0 => String::new(),
        n => format!("; {} older lines join when the server runs", number(&n)),
    };
    format!("{name}: {lines}{seal}{waiting}.")
}
