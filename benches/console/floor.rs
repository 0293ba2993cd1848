//! The members page by hand: an actix-web server that reads the rows from the SQLite file of the benchmark by prepared statements
//! and writes about the same bytes. It checks session and membership, stores nothing, and knows nothing else.

use std::cell::RefCell;
use std::fmt::Write;
use std::path::Path;

use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tenantry::common::time::{Clock, Time};
use tenantry::common::zone::Zone;
use tenantry::db::schema::{
    companies, company_assignments, memberships, organization_slugs, role_counts, sessions, users,
};

use crate::fill::sha256;

/// The frame of the page around its rows.
pub struct Frame {
    pub head: String,
    pub tail: String,
}

impl Frame {
    /// Cuts the rows out of a page of the product.
    pub fn of(page: &str) -> Self {
        let from = page.find("<tbody>").expect("a table") + "<tbody>".len();
        let to = page.find("</tbody>").expect("a table");
        Self {
            head: page[..from].to_owned(),
            tail: page[to..].to_owned(),
        }
    }

    pub fn save(&self, dir: &Path) {
        std::fs::write(dir.join("head"), &self.head).unwrap();
        std::fs::write(dir.join("tail"), &self.tail).unwrap();
    }

    fn load(dir: &Path) -> Self {
        let read = |name| std::fs::read_to_string(dir.join(name)).unwrap();
        Self {
            head: read("head"),
            tail: read("tail"),
        }
    }
}

struct Floor {
    frame: Frame,
    conn: RefCell<SqliteConnection>,
    clock: Clock,
}

/// Serves until the process ends.
pub fn serve(database: &str, frame: &Path, port: u16) {
    let (database, frame) = (database.to_owned(), frame.to_owned());
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let mut conn = SqliteConnection::establish(&database).unwrap();
            conn.batch_execute("PRAGMA cache_size=-2000").unwrap();
            let floor = Floor {
                frame: Frame::load(&frame),
                conn: RefCell::new(conn),
                clock: Clock::default(),
            };
            actix_web::App::new()
                .app_data(web::Data::new(floor))
                .route("/organizations/{slug}/members", web::get().to(members))
        });
        server
            .workers(1)
            .bind(("127.0.0.1", port))
            .unwrap()
            .run()
            .await
            .unwrap();
    });
}

async fn members(floor: web::Data<Floor>, slug: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let token = cookie(&request);
    let now = floor.clock.now();
    let page = floor
        .conn
        .borrow_mut()
        .transaction(|conn| page(conn, &floor.frame, &token, &slug, now));
    match page {
        Ok(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

fn cookie(request: &HttpRequest) -> String {
    let cookies = request
        .headers()
        .get("cookie")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    cookies.strip_prefix("session=").unwrap_or_default().to_owned()
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    Option<i64>,
    i64,
    Option<i64>,
    Option<Vec<u8>>,
);

fn page(conn: &mut SqliteConnection, frame: &Frame, token: &str, slug: &str, now: Time) -> QueryResult<String> {
    const DAY: i64 = 86_400_000_000;
    let (organization, own): (String, String) = sessions::table
        .inner_join(users::table)
        .inner_join(memberships::table.on(memberships::user_id.eq(users::id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(memberships::organization_id)))
        .filter(sessions::token_hash.eq(sha256(token)))
        .filter(sessions::last_seen_at.gt(now.0 - 14 * DAY))
        .filter(sessions::created_at.gt(now.0 - 90 * DAY))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(true))
        .select((memberships::organization_id, memberships::id))
        .first(conn)?;
    let rows: Vec<Row> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(&organization))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(50)
        .select((
            memberships::id,
            users::name,
            users::email,
            memberships::role,
            memberships::status,
            memberships::last_seen_at,
            memberships::joined_at,
            memberships::access_until,
            memberships::sort_name,
        ))
        .load(conn)?;
    let (first, last) = (
        rows.first().and_then(|row| row.8.clone()),
        rows.last().and_then(|row| row.8.clone()),
    );
    // The names of all companies of the page's rows: one range of an index.
    let names: Vec<(String, String)> = company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(&organization))
        .filter(company_assignments::sort_name.ge(first.unwrap_or_default()))
        .filter(company_assignments::sort_name.le(last.unwrap_or_default()))
        .select((company_assignments::membership_id, companies::name))
        .load(conn)?;
    let counts: Vec<i64> = role_counts::table
        .filter(role_counts::organization_id.eq(&organization))
        .select(role_counts::members)
        .load(conn)?;
    let mut page = String::with_capacity(frame.head.len() + frame.tail.len() + rows.len() * 1_200);
    page.push_str(&frame.head);
    for row in &rows {
        let of: Vec<&str> = names
            .iter()
            .filter(|(id, _)| *id == row.0)
            .map(|(_, name)| name.as_str())
            .collect();
        line(&mut page, row, &of, row.0 == own, now);
    }
    page.push_str(&frame.tail);
    let _ = write!(page, "<!-- {} members -->", counts.iter().sum::<i64>());
    Ok(page)
}

/// A row of the table, with what a reader sees in it.
fn line(page: &mut String, row: &Row, companies: &[&str], own: bool, now: Time) {
    let (id, name, email, role, _, seen, joined, ..) = row;
    let (name, email) = (Escaped(name), Escaped(email));
    let initial = name.0.chars().next().unwrap_or('?');
    let you = if own { " <span class=\"badge\">You</span>" } else { "" };
    let when = |at: i64| (Time(at).iso(), Time(at).ago(now, Zone::UTC));
    let (joined, joined_ago) = when(*joined);
    let (seen, seen_ago) = when(seen.unwrap_or_default());
    let companies = match (role.as_str(), companies) {
        ("member" | "viewer", []) => "None".to_owned(),
        ("member" | "viewer", [one]) => (*one).to_owned(),
        ("member" | "viewer", [one, two]) => format!("{one}, {two}"),
        ("member" | "viewer", [one, two, more @ ..]) => format!("{one}, {two} +{}", more.len()),
        _ => "All companies".to_owned(),
    };
    let _ = writeln!(
        page,
        "<tr><td class=\"table__check\"><label class=\"hit\"><input type=\"checkbox\" name=\"id\" value=\"{id}\" form=\"bulk\">\
         <span class=\"u-hide\">Select {name}</span></label></td><th class=\"table__main\" scope=\"row\"><div class=\"who\">\
         <span class=\"avatar\" aria-hidden=\"true\">{initial}</span><span class=\"who__text\"><a class=\"who__name\" \
         href=\"members/{id}\">{name}</a>{you}<span class=\"who__sub\">{email}</span></span></div></th><td data-label=\"Role\"><div>\
         {role}</div></td><td data-label=\"Companies\">{companies}</td><td data-label=\"Last active\"><time datetime=\"{seen}\">\
         {seen_ago}</time></td><td data-label=\"Joined\"><time datetime=\"{joined}\">{joined_ago}</time></td><td class=\"table__act\">\
         <a class=\"btn btn--icon btn--ghost btn--sm\" href=\"members/{id}\" data-dialog hx-get=\"members/{id}/menu\" \
         hx-target=\"#row-menu\" hx-swap=\"innerHTML\" aria-label=\"Actions for {name}\"><svg class=\"icon\" aria-hidden=\"true\">\
         <use href=\"/static/icons.svg#ellipsis\"></use></svg></a></td></tr>"
    );
}

/// Text as HTML shows it.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut from = 0;
        for (at, byte) in self.0.bytes().enumerate() {
            let entity = match byte {
                b'&' => "&#38;",
                b'<' => "&#60;",
                b'>' => "&#62;",
                b'"' => "&#34;",
                b'\'' => "&#39;",
                _ => continue,
            };
            out.write_str(&self.0[from..at])?;
            out.write_str(entity)?;
            from = at + 1;
        }
        out.write_str(&self.0[from..])
    }
}
