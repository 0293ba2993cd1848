//! The pages that are measured.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use tenantry::common::paging::{Cursor, Direction};

use crate::load::Load;
use crate::served::Cookies;

/// The rows of a page of members.
const ROWS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Owner,
    Traveller,
}

/// A page, in the large organization and in a small one.
#[derive(Debug, Clone)]
pub struct Page {
    pub name: &'static str,
    pub large: String,
    /// Empty where there is nothing to compare with.
    pub small: String,
    pub who: Who,
    pub fragment: bool,
}

impl Page {
    fn new(name: &'static str, path: &str) -> Self {
        Self::pair(
            name,
            format!("/organizations/large{path}"),
            format!("/organizations/twenty{path}"),
        )
    }

    fn pair(name: &'static str, large: String, small: String) -> Self {
        Self {
            name,
            large,
            small,
            who: Who::Owner,
            fragment: false,
        }
    }

    fn fragment(mut self) -> Self {
        self.fragment = true;
        self
    }

    fn of_traveller(mut self) -> Self {
        self.who = Who::Traveller;
        self
    }

    pub fn load(&self, path: &str, cookies: &Cookies) -> Load {
        let cookie = match self.who {
            Who::Owner => &cookies.owner,
            Who::Traveller => &cookies.traveller,
        };
        Load {
            fragment: self.fragment,
            ..Load::of(path, cookie)
        }
    }

    pub fn is_members(&self) -> bool {
        self.name.starts_with("members")
    }
}

/// What the addresses need to know of a filled database.
#[derive(Debug, Clone)]
pub struct Places {
    /// Where page 1,000 of the members begins, or the last whole page but one of a smaller list.
    pub after: String,
    /// A member and a group of the large organization and of the small one.
    member: [String; 2],
    group: [String; 2],
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Binary)]
    sort_name: Vec<u8>,
}

const ORGANIZATION: &str = "(SELECT organization_id FROM organization_slugs WHERE slug = ";

impl Places {
    pub fn read(file: &Path, members: usize) -> Self {
        let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        let page = 1_000.min(members / ROWS - 1);
        let member = |conn: &mut SqliteConnection, slug: &str, offset: usize| -> Row {
            diesel::sql_query(format!(
                "SELECT id, sort_name FROM memberships WHERE organization_id = {ORGANIZATION}'{slug}') \
                 AND sort_name IS NOT NULL ORDER BY sort_name, id LIMIT 1 OFFSET {offset}"
            ))
            .get_result(conn)
            .unwrap()
        };
        let group = |conn: &mut SqliteConnection, slug: &str| -> String {
            diesel::sql_query(format!(
                "SELECT id, x'' AS sort_name FROM groups WHERE organization_id = {ORGANIZATION}'{slug}') ORDER BY name LIMIT 1"
            ))
            .get_result::<Row>(conn)
            .unwrap()
            .id
        };
        let before = member(&mut conn, "large", (page - 1) * ROWS - 1);
        let cursor = Cursor {
            direction: Direction::Next,
            key: before.sort_name,
            id: before.id,
        };
        Self {
            after: cursor.encode(),
            member: ["large", "twenty"].map(|slug| member(&mut conn, slug, 5).id),
            group: ["large", "twenty"].map(|slug| group(&mut conn, slug)),
        }
    }
}

pub fn pages(places: &Places) -> Vec<Page> {
    let both = |name, path: &str, ids: &[String; 2]| {
        Page::pair(
            name,
            format!("/organizations/large{path}/{}", ids[0]),
            format!("/organizations/twenty{path}/{}", ids[1]),
        )
    };
    vec![
        Page::new("members, page 1", "/members"),
        Page::pair(
            "members, page 1,000",
            format!("/organizations/large/members?after={}", places.after),
            "/organizations/twenty/members".into(),
        ),
        Page::new("members, role=viewer", "/members?role=viewer"),
        Page::new("members, q=kate", "/members?q=kate"),
        Page::new("members, q=a", "/members?q=a"),
        both("a member", "/members", &places.member),
        Page::new("invitations", "/invitations"),
        Page::new("access", "/access"),
        Page::new("access, companies", "/access?tab=company"),
        Page::new("access, q=kate", "/access?q=kate"),
        Page::new("matrix", "/access/matrix"),
        Page::new("groups", "/access/groups"),
        both("a group", "/access/groups", &places.group),
        Page::new("overview", ""),
        Page::new("companies", "/companies"),
        Page::new("a company", "/companies/company-3"),
        Page::new("audit log", "/settings/audit"),
        Page::new("search, q=kate", "/search?q=kate"),
        Page::new("command menu", "/search?in=menu").fragment(),
        Page::new("switcher", "/search?in=switcher").fragment(),
        Page::pair("organizations (200; 3)", "/organizations".into(), String::new()).of_traveller(),
        Page::pair(
            "members, in 200 (small)",
            "/organizations/organization-5/members".into(),
            String::new(),
        )
        .of_traveller(),
    ]
}
