//! Fills an SQLite file with an instance of many organizations, and copies it row by row into PostgreSQL, so that both engines
//! hold the same data.
//!
//! Only what every commit has since the initial schema is used: `bin/bench --compare` builds this filler against another one.

mod audit;
mod counts;
mod invitations;
mod organizations;
mod people;
mod postgres;
mod words;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};
use tenantry::common::config::Config;
use tenantry::common::id::RawId;
use tenantry::common::password;
use tenantry::common::time::Clock;
use tenantry::common::token::hex;
use tenantry::db::schema::{sessions, users};

pub use self::organizations::owner_email;
use self::postgres::copy;
pub use self::postgres::psql;
use crate::options::{FIFTY, Options, Sizes, TWENTY};
use crate::served::{Database, binary};

pub const PASSWORD: &str = "correct-horse-battery-9";
/// The owner of the large organization and of the two that it is compared with.
pub const OWNER: &str = "owner@bench.example";
/// A person in many organizations.
pub const TRAVELLER: &str = "traveller@bench.example";
/// The cookie of the peers that keep a session by its token alone.
pub const TOKEN: &str = "a-session-of-the-benchmark";

/// An identifier that no other run has either.
pub fn fresh() -> String {
    RawId::fresh().as_str().to_owned()
}

pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// A small fixed scatter: no two runs differ.
pub fn dice(at: usize) -> usize {
    at.wrapping_mul(2_654_435_761) >> 7
}

pub fn integer(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

#[derive(QueryableByName)]
pub struct Line {
    #[diesel(sql_type = Text)]
    pub line: String,
}

/// The databases of one build, with the same data.
pub struct Side {
    pub file: PathBuf,
    pub databases: Vec<Database>,
}

/// What is kept from another run has this schema and these sizes.
fn version(sizes: &Sizes) -> u64 {
    let mut hasher = DefaultHasher::new();
    include_str!("../../../migrations/2026-11-27-000000_initial/up.sql").hash(&mut hasher);
    format!("{sizes:?}").hash(&mut hasher);
    hasher.finish()
}

/// Fills what is not there yet. `bin/bench` starts PostgreSQL and says where it is.
pub fn prepare(dir: &Path, name: &str, options: &Options) -> Side {
    let file = dir.join(format!("bench-{:016x}.sqlite3", version(&options.sizes)));
    if file.exists() {
        println!("   kept from before");
    } else {
        fill(dir, &file, &options.sizes);
        if !options.grown {
            examine(dir, &file);
        }
    }
    let mut databases = Vec::new();
    if options.sqlite {
        databases.push(Database {
            engine: "SQLite",
            url: file.display().to_string(),
            dir: dir.to_owned(),
            process: None,
        });
    }
    if options.postgres {
        let server = std::env::var("TENANTRY_BENCH_POSTGRES").expect("bin/bench starts PostgreSQL");
        let url = format!("{server}/{name}");
        let there = psql(
            &format!("{server}/postgres"),
            &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"),
        );
        if there.is_empty() {
            psql(&format!("{server}/postgres"), &format!("CREATE DATABASE {name}"));
            copy(dir, &file, &url);
        }
        databases.push(Database {
            engine: "PostgreSQL",
            url,
            dir: dir.to_owned(),
            process: Some(
                std::env::var("TENANTRY_BENCH_POSTGRES_PROCESS")
                    .unwrap()
                    .parse()
                    .unwrap(),
            ),
        });
    }
    Side { file, databases }
}

/// Runs the product's own checks over what was filled.
fn examine(dir: &Path, file: &Path) {
    let done = Command::new(binary())
        .arg("doctor")
        .env("TENANTRY_DATA_DIR", dir)
        .env("TENANTRY_DATABASE_URL", file)
        .output()
        .expect("the release binary");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        done.status.success(),
        "`tenantry doctor` finds the filled data wrong: {said}"
    );
}

/// Makes and fills the file. Indexes are made at the end: sorting once is faster than a million insertions in disorder.
fn fill(dir: &Path, file: &Path, sizes: &Sizes) {
    let began = Instant::now();
    let config = Config::local(dir, file.display().to_string());
    drop(tenantry::server::open(config, Clock::default()).expect("a database"));
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    // Rows come in an order that is quick, and are checked at the end.
    conn.batch_execute(
        "PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY",
    )
    .unwrap();
    let indexes: Vec<Line> = diesel::sql_query(
        "SELECT name || char(10) || sql AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    )
    .load(&mut conn)
    .unwrap();
    let indexes: Vec<(&str, &str)> = indexes.iter().map(|each| each.line.split_once('\n').unwrap()).collect();
    for (name, _) in &indexes {
        conn.batch_execute(&format!("DROP INDEX {name}")).unwrap();
    }
    conn.transaction(|conn| rows(conn, sizes)).unwrap();
    for (_, sql) in &indexes {
        conn.batch_execute(sql).unwrap();
    }
    counts::settle(&mut conn);
    let broken: Vec<Line> = diesel::sql_query("SELECT \"table\" AS line FROM pragma_foreign_key_check LIMIT 5")
        .load(&mut conn)
        .unwrap();
    assert!(
        broken.is_empty(),
        "rows without their parents, such as in {}",
        broken[0].line
    );
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    println!(
        "   SQLite: {:.0} s, {:.0} MB",
        began.elapsed().as_secs_f64(),
        std::fs::metadata(file).unwrap().len() as f64 / 1e6
    );
}

fn rows(conn: &mut SqliteConnection, sizes: &Sizes) -> QueryResult<()> {
    let now = Clock::default().now().0;
    let hash = password::hash_now(PASSWORD).unwrap();
    let mut person = |email: &str, name: &str| -> QueryResult<String> {
        let id = fresh();
        let row = (
            users::id.eq(&id),
            users::email.eq(email),
            users::name.eq(name),
            users::password_hash.eq(&hash),
            users::email_verified_at.eq(Some(now)),
            users::is_operator.eq(false),
            users::created_at.eq(now),
        );
        diesel::insert_into(users::table).values(row).execute(conn)?;
        Ok(id)
    };
    let owner = person(OWNER, "Olivia Owner")?;
    let traveller = person(TRAVELLER, "Tara Traveller")?;
    let owners = (3..sizes.organizations)
        .map(|at| person(&organizations::owner_email(at), "Otto Owner"))
        .collect::<QueryResult<Vec<_>>>()?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(sha256(TOKEN)),
            sessions::id.eq(fresh()),
            sessions::user_id.eq(&owner),
            sessions::ip.eq(""),
            sessions::agent.eq(""),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
        ))
        .execute(conn)?;
    let guest = people::Person::new(&traveller, "Tara Traveller", TRAVELLER);
    for at in 0..sizes.organizations {
        let of = match at {
            0 => organizations::Plan::large(sizes),
            1 => organizations::Plan::named("fifty", FIFTY),
            2 => organizations::Plan::named("twenty", TWENTY),
            _ => organizations::Plan::small(at, sizes),
        };
        let owner = if at < 3 {
            people::Person::new(&owner, "Olivia Owner", OWNER)
        } else {
            people::Person::new(&owners[at - 3], "Otto Owner", &organizations::owner_email(at))
        };
        let guest = (3..3 + sizes.memberships).contains(&at).then_some(&guest);
        organizations::insert(conn, &of, &owner, guest, now)?;
    }
    Ok(())
}
