//! Lists of the API: `limit`, `after`, and the link to the next page (RFC 8288).

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

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
    pub fields: Fields,
}

/// The parameters of every list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct PageParams {
    /// How many rows a page has.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u8>,
    /// Where the page begins: from the address in the header `Link` of the page before.
    after: Option<String>,
}

/// A page of a list. When there are more rows, the header `Link` has the address of the next page.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    data: Vec<T>,
}

/// The parameters of a query, if `P` or `more` name all of them.
pub fn known_fields<P: IntoParams>(req: &HttpRequest, more: &[&str]) -> Result<Fields, AppError> {
    let fields = Fields::urlencoded(req.query_string())
        .ok_or_else(|| AppError::Unreadable("The query can’t be read.".into()))?;
    let known: Vec<String> = P::into_params(|| None).into_iter().map(|known| known.name).collect();
    let is_known = |name: &str| more.contains(&name) || known.iter().any(|known| known == name);
    let Some((name, _)) = fields.iter().find(|(name, _)| !is_known(name)) else {
        return Ok(fields);
    };
    let short: String = name.chars().take(60).collect();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let detail = format!("This address has no parameter “{short}”.");
    Err(Problem {
        field: Some(short),
        ..Problem::new("unknown-field", status, "The request has an unknown field", detail)
    }
    .into())
}

/// What a parameter chooses among `known`; `None` when it is missing.
pub fn choice<K>(
    fields: &Fields,
    name: &'static str,
    known: impl IntoIterator<Item = (&'static str, K)>,
) -> Result<Option<K>, Problem> {
    let Some((_, typed)) = fields.iter().find(|(sent, _)| *sent == name) else {
        return Ok(None);
    };
    let mut texts = Vec::new();
    for (text, value) in known {
        if text == typed {
            return Ok(Some(value));
        }
        texts.push(text);
    }
    let last = texts.pop().unwrap_or_default();
    Err(Problem::invalid(name, format!("Send {} or {last}.", texts.join(", "))))
}

/// A parameter that is true or false; false when it is missing.
pub fn flag(fields: &Fields, name: &'static str) -> Result<bool, Problem> {
    Ok(choice(fields, name, [("true", true), ("false", false)])?.unwrap_or(false))
}

impl<T> List<T> {
    pub fn of(data: Vec<T>) -> Self {
        Self { data }
    }
}

impl ListQuery {
    /// Reads the query. `P`: the parameters of this list beside `limit` and `after`.
    pub fn read<P: IntoParams>(req: &HttpRequest) -> Result<Self, AppError> {
        let fields = known_fields::<P>(req, &["limit", "after"])?;
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

    /// The value of another parameter; empty when it is missing.
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
        self.respond_with(app, path, &List::of(data), next)
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
