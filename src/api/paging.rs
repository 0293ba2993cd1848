//! Lists of the API: `limit`, `after`, and the link to the next page (RFC 8288).

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::json;
use crate::app::App;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::query_value;
use crate::common::paging::Cursor;
use crate::common::problem::Problem;

/// The most rows of a page.
const MOST: usize = 200;

/// Rows of a page when the request doesn't say.
const USUAL: usize = 50;

/// The parameters of a list.
#[derive(Debug)]
pub struct ListQuery {
    pub limit: usize,
    pub after: Option<Cursor>,
    fields: Fields,
}

#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
}

impl ListQuery {
    /// Reads the query. `known`: the parameters of this list beside `limit` and `after`.
    pub fn read(req: &HttpRequest, known: &[&str]) -> Result<Self, AppError> {
        let fields = Fields::urlencoded(req.query_string())
            .ok_or_else(|| AppError::Unreadable("The query can’t be read.".into()))?;
        if let Some((name, _)) = fields
            .iter()
            .find(|(name, _)| !["limit", "after"].contains(name) && !known.contains(name))
        {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let detail = format!(
                "This list has no parameter “{}”.",
                name.chars().take(60).collect::<String>()
            );
            return Err(Problem {
                field: Some(name.to_owned()),
                ..Problem::new("unknown-field", status, "The request has an unknown field", detail)
            }
            .into());
        }
        let limit = match fields.get("limit") {
            "" => USUAL,
            typed => match typed.parse() {
                Ok(limit) if (1..=MOST).contains(&limit) => limit,
                _ => return Err(Problem::invalid("limit", format!("Send a number from 1 to {MOST}.")).into()),
            },
        };
        let after =
            match fields.get("after") {
                "" => None,
                typed => Some(Cursor::parse(typed).ok_or_else(|| {
                    Problem::invalid("after", "Use the address in the header Link of the page before.")
                })?),
            };
        Ok(Self { limit, after, fields })
    }

    /// The value of another parameter.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name)
    }

    /// The page, with the address of the next one, which keeps the other parameters.
    pub fn respond<T: Serialize>(
        &self,
        app: &App,
        path: &str,
        data: Vec<T>,
        next: Option<String>,
    ) -> Result<HttpResponse, AppError> {
        self.respond_with(app, path, &List { data }, next)
    }

    /// As `respond`, for a document with more than the list.
    pub fn respond_with(
        &self,
        app: &App,
        path: &str,
        document: &impl Serialize,
        next: Option<String>,
    ) -> Result<HttpResponse, AppError> {
        let mut answer = json(document)?;
        if let Some(next) = next {
            let mut query = format!("after={next}");
            for (name, value) in self.fields.iter().filter(|(name, _)| *name != "after") {
                query = format!("{name}={}&{query}", query_value(value));
            }
            let link = format!("<{}?{query}>; rel=\"next\"", app.config.link(path));
            let link = header::HeaderValue::from_str(&link).map_err(AppError::internal)?;
            answer.headers_mut().insert(header::LINK, link);
        }
        Ok(answer)
    }
}
