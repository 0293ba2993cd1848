//! What a page of an account can be instead of itself: a redirect, or the page of a link that no longer works.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::common::error::AppError;
use crate::common::html::{Page, html_with, local_path, query_value, see_other};
use crate::web::layout::Layout;

/// The path to continue with after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    pub next: String,
}

impl NextQuery {
    /// The sign-in page, with the path to continue with.
    pub fn login(&self) -> String {
        match local_path(&self.next, "") {
            "" => "/login".to_owned(),
            next => format!("/login?next={}", query_value(next)),
        }
    }
}

pub enum AccountPage<T> {
    Shown(Box<T>),
    Ended(Box<EndedLinkPage>),
    Redirect(String),
}

impl<T> AccountPage<T> {
    pub fn shown(page: T) -> Self {
        Self::Shown(Box::new(page))
    }

    pub fn ended(layout: Layout, link: EndedLink) -> Self {
        Self::Ended(Box::new(EndedLinkPage::new(layout, link)))
    }
}

impl<T: Page> Page for AccountPage<T> {
    fn respond(self, status: StatusCode, fragment: bool) -> Result<HttpResponse, AppError> {
        match self {
            Self::Shown(page) => page.respond(status, fragment),
            Self::Ended(page) => page.respond(status, fragment),
            Self::Redirect(path) => Ok(see_other(fragment, &path)),
        }
    }
}

/// Why a link does not work, and what to do instead.
#[derive(Debug, Clone, Copy)]
pub struct EndedLink {
    pub title: &'static str,
    pub text: &'static str,
    /// Path and label of the button.
    pub button: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "accounts/over.html")]
pub struct EndedLinkPage {
    layout: Layout,
    title: &'static str,
    text: &'static str,
    button: (&'static str, &'static str),
}

impl EndedLinkPage {
    pub fn new(layout: Layout, link: EndedLink) -> Self {
        let EndedLink { title, text, button } = link;
        Self {
            layout,
            title,
            text,
            button,
        }
    }
}

impl Page for EndedLinkPage {
    /// Always 404: the link leads to nothing.
    fn respond(self, _status: StatusCode, _fragment: bool) -> Result<HttpResponse, AppError> {
        html_with(StatusCode::NOT_FOUND, self)
    }
}
