//! What the audit log costs when it is long: a million lines written, verified, listed and exported.
//!
//!     cargo bench --bench audit                       on SQLite
//!     cargo bench --bench audit -- postgres://…/empty on an empty PostgreSQL database
//!
//! Beside the verification runs `sha256sum` over the very bytes whose hashes it computes: the ratio counts.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use diesel::prelude::*;
use serde_json::json;
use tenantry::app::App;
use tenantry::audit::query::{EventFilter, SeqCursor};
use tenantry::audit::verify;
use tenantry::audit::verify::{VerifyCursor, VerifyStep};
use tenantry::audit::visibility::Visibility;
use tenantry::audit::walk;
use tenantry::audit::{Action, Event, Events};
use tenantry::auth::System;
use tenantry::common::config::Config;
use tenantry::common::id::UserId;
use tenantry::common::slug::Slug;
use tenantry::common::time::Clock;
use tenantry::db::schema::users;
use tenantry::db::types::org_id::OrgId;
use tenantry::db::types::organization::{OrganizationType, Region, UnitLabel};
use tenantry::models::organization::NewOrganization;
use tenantry::on_each;
use tenantry::services::organizations::create;

const LINES: i64 = 1_000_000;
const FEW: i64 = 100;
/// As the page and the command take them.
const STEP: i64 = 50_000;
const PIECE: i64 = 5_000;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let dir = std::env::temp_dir().join(format!("tenantry-audit-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let database = args.next();
    let database = database.unwrap_or_else(|| dir.join("audit.sqlite3").display().to_string());
    run(&dir, &database);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn run(dir: &Path, database: &str) {
    let app = tenantry::server::open(Config::local(dir, database.to_owned()), Clock::default()).expect("a database");
    let system = System::of(&app, "bench");
    let (long, short) = (found(&app, "long"), found(&app, "short"));
    println!("== {}: writing {LINES} lines, 1,000 a transaction", app.engine());
    let began = Instant::now();
    write(&system, long, LINES);
    let took = began.elapsed().as_secs_f64();
    println!("   {took:.1} s, {:.0} lines/s", LINES as f64 / took);
    write(&system, short, FEW);
    system
        .read(|_, conn| Ok(on_each!(conn, c => diesel::sql_query("ANALYZE").execute(c))?))
        .unwrap();

    println!("== verifying them, {STEP} at a time");
    let mut runs: Vec<f64> = (0..3).map(|_| verified(&app, &system, long)).collect();
    runs.sort_by(f64::total_cmp);
    let verification = runs[1];
    println!(
        "   {verification:.2} s for 1,000,000 lines (median of 3), {:.0} lines/s",
        LINES as f64 / verification
    );

    println!("== exporting them, {PIECE} at a time");
    let (took, file) = exported(&system, long, dir);
    println!("   {took:.2} s, {:.0} lines/s", LINES as f64 / took);
    let bytes = file.metadata().unwrap().len();
    let mut sums: Vec<f64> = (0..3).map(|_| summed(dir)).collect();
    sums.sort_by(f64::total_cmp);
    println!(
        "== sha256sum of the same {:.0} MB: {:.2} s; the verification takes {:.1} times as long",
        bytes as f64 / 1e6,
        sums[1],
        verification / sums[1]
    );

    println!("== a page of the log, median of 100, and beside it that of {FEW} lines");
    for (what, wanted, cursor) in [
        ("newest", EventFilter::default(), SeqCursor::Top),
        ("from the middle", EventFilter::default(), SeqCursor::Below(LINES / 2)),
        (
            "one action",
            EventFilter {
                actions: Some(vec![Action::CompanyArchived]),
                ..EventFilter::default()
            },
            SeqCursor::Top,
        ),
        (
            "one object",
            EventFilter {
                target: Some(("company".into(), "7".into())),
                ..EventFilter::default()
            },
            SeqCursor::Top,
        ),
        (
            "words that nothing has, until the search stops",
            EventFilter {
                words: vec!["nowhere".into()],
                ..EventFilter::default()
            },
            SeqCursor::Top,
        ),
    ] {
        let page = |organization| {
            let mut times: Vec<f64> = (0..100)
                .map(|_| {
                    let began = Instant::now();
                    system
                        .read(|_, conn| {
                            Ok(walk::page(
                                conn,
                                organization,
                                &wanted,
                                &Visibility::Everything,
                                cursor,
                                50,
                            )?)
                        })
                        .unwrap();
                    began.elapsed().as_secs_f64() * 1000.0
                })
                .collect();
            times.sort_by(f64::total_cmp);
            times[50]
        };
        println!("   {what:<50} {:>8.2} ms {:>8.2} ms", page(long), page(short));
    }
}

fn found(app: &App, slug: &str) -> OrgId {
    let user = UserId::fresh();
    System::of(app, "bench")
        .write(|cx, conn| {
            let row = (
                users::id.eq(user),
                users::email.eq(format!("owner@{slug}.example")),
                users::name.eq("Olivia Owner"),
                users::password_hash.eq("!"),
                users::email_verified_at.eq(Some(cx.now.0)),
                users::is_operator.eq(false),
                users::created_at.eq(cx.now.0),
            );
            diesel::insert_into(users::table).values(row).execute(conn)?;
            let new = NewOrganization {
                name: format!("The {slug} one"),
                slug: Slug::parse(slug).unwrap(),
                organization_type: OrganizationType::Enterprise,
                unit: UnitLabel::Company,
                region: Region::Europe,
                domain: String::new(),
            };
            let (organization, _) = create::create(conn, cx, user, &new).expect("a free slug");
            Ok((organization, Events::none("a benchmark's data")))
        })
        .unwrap()
}

fn write(system: &System, organization: OrgId, lines: i64) {
    for from in (0..lines).step_by(1_000) {
        let events = (from..(from + 1_000).min(lines)).map(|n| {
            let action = if n % 100 == 0 {
                Action::CompanyArchived
            } else {
                Action::MemberRoleChanged
            };
            let event = Event::new(action, "company", n % 10_000, format!("Company {n}"))
                .before(json!({ "role": "member", "companies": ["North", "South"] }))
                .after(json!({ "role": "editor", "companies": ["North"], "access_until": null }));
            Events::organization(organization, event)
        });
        system.write(|_, _| Ok(((), Events::all(events)))).unwrap();
    }
}

fn verified(app: &App, system: &System, organization: OrgId) -> f64 {
    let (began, mut cursor) = (Instant::now(), VerifyCursor::default());
    loop {
        let at = cursor.clone();
        let step = system
            .read(|_, conn| Ok(verify::step(conn, &app.keys.signer(), organization, at, STEP)?))
            .unwrap();
        match step {
            VerifyStep::On(on) => cursor = on,
            VerifyStep::Whole(whole) => {
                assert_eq!(whole.lines, LINES);
                return began.elapsed().as_secs_f64();
            }
            VerifyStep::Broken(broken) => panic!("{broken}"),
        }
    }
}

/// Writes every line to a file as an export has it; how long that took.
fn exported(system: &System, organization: OrgId, dir: &Path) -> (f64, std::fs::File) {
    let began = Instant::now();
    let mut file = std::io::BufWriter::new(std::fs::File::create(dir.join("lines")).unwrap());
    let mut after = 0;
    while after < LINES {
        let piece = system
            .read(|_, conn| {
                let wanted = EventFilter::default();
                Ok(walk::piece(
                    conn,
                    organization,
                    &wanted,
                    &Visibility::Everything,
                    (after, LINES),
                    PIECE,
                )?)
            })
            .unwrap();
        for line in &piece.lines {
            writeln!(file, "{}", line.json()).unwrap();
        }
        after = piece.through;
    }
    let file = file.into_inner().unwrap();
    (began.elapsed().as_secs_f64(), file)
}

fn summed(dir: &Path) -> f64 {
    let began = Instant::now();
    let done = Command::new("sha256sum")
        .arg(dir.join("lines"))
        .output()
        .expect("sha256sum");
    assert!(done.status.success());
    began.elapsed().as_secs_f64()
}
