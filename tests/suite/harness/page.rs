//! A response of the server, with its HTML.

use scraper::{ElementRef, Html, Selector};

use crate::harness::client::Client;

/// One response.
#[derive(Debug, Clone)]
pub struct Page {
    /// Such as `GET /login`, for messages.
    pub request: String,
    pub status: u16,
    /// The target of a redirect: path and query, without the app's origin.
    pub location: Option<String>,
    /// Names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The raw body, for files.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The first header of this name, or "".
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, value)| value)
    }

    /// Fails with the whole page on another status. Chains: `client.get("/x").expect(200).has("…")`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert!(
            self.status == status,
            "{}: {} instead of {status}{}\n{}",
            self.request,
            self.status,
            self.to(),
            self.excerpt()
        );
        self
    }

    /// Fails unless this redirects (303) to exactly this path.
    #[track_caller]
    pub fn expect_redirect(self, path: &str) -> Self {
        let page = self.expect(303);
        assert_eq!(page.location.as_deref(), Some(path), "{}", page.request);
        page
    }

    /// Follows up to ten redirects; any other page is returned unchanged.
    #[track_caller]
    pub fn follow(self, client: &Client) -> Page {
        let mut page = self;
        for _ in 0..10 {
            match (page.status, page.location.clone()) {
                (300..=399, Some(location)) => page = client.get(&location),
                _ => return page,
            }
        }
        panic!("more than ten redirects, the last one to {:?}", page.location)
    }

    /// The visible text with single spaces, without the content of `<template>`, scripts and styles.
    pub fn text(&self) -> String {
        visible(Html::parse_document(&self.body).root_element())
    }

    /// Whether the visible text contains this.
    pub fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// Fails unless the visible text contains this.
    #[track_caller]
    pub fn expect_text(self, words: &str) -> Self {
        assert!(
            self.has(words),
            "{}: “{words}” is not on the page\n{}",
            self.request,
            self.excerpt()
        );
        self
    }

    /// The error of a field, from its `aria-describedby` with the class `field__error`, without "Error: ".
    pub fn field_error(&self, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        let fields: Vec<_> = html.select(&css(&format!("[name=\"{name}\"]"))).collect();
        // Several inputs with one name are described as a group.
        let group = html.select(&css(&format!("fieldset[id=\"{name}\"]"))).next();
        let described = fields
            .into_iter()
            .chain(group)
            .find_map(|e| e.value().attr("aria-describedby"));
        let ids = described.unwrap_or_default().to_owned();
        let error = ids
            .split_whitespace()
            .filter_map(|id| html.select(&css(&format!("[id=\"{id}\"].field__error"))).next())
            .next()?;
        let text = visible(error);
        Some(text.strip_prefix("Error:").map_or(text.as_str(), str::trim).to_owned())
    }

    /// The value of a form field: text, selected option or checked box. `None` if there is no such field or no box is
    /// checked.
    pub fn value_of(&self, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        html.select(&css(&format!("[name=\"{name}\"]"))).find_map(value)
    }

    /// All fields of the first form whose action contains `action`, as a browser would send them, without submit
    /// buttons.
    #[track_caller]
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let html = Html::parse_document(&self.body);
        let form = html
            .select(&css("form[method=post i]"))
            .find(|form| form.value().attr("action").unwrap_or_default().contains(action))
            .unwrap_or_else(|| panic!("{}: no form posts to …{action}…\n{}", self.request, self.excerpt()));
        form.select(&css("input[name], select[name], textarea[name]"))
            .filter_map(|field| Some((field.value().attr("name")?.to_owned(), value(field)?)))
            .collect()
    }

    /// How many forms have an action that contains `action`.
    pub fn form_count(&self, action: &str) -> usize {
        let actions = self.all("form[method=post i]", "action");
        actions.iter().filter(|target| target.contains(action)).count()
    }

    /// The targets of all links.
    pub fn links(&self) -> Vec<String> {
        self.all("a[href]", "href")
    }

    /// The target of the first link with exactly this text or accessible name.
    pub fn link(&self, words: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        html.select(&css("a[href]"))
            .find(|a| visible(*a) == words || a.value().attr("aria-label") == Some(words))
            .and_then(|a| a.value().attr("href").map(str::to_owned))
    }

    /// The visible text of every element that matches.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        Html::parse_document(&self.body)
            .select(&css(selector))
            .map(visible)
            .collect()
    }

    /// An attribute of every element that matches and has it.
    pub fn all(&self, selector: &str, attribute: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&css(selector))
            .filter_map(|e| e.value().attr(attribute).map(str::to_owned))
            .collect()
    }

    fn to(&self) -> String {
        self.location
            .as_deref()
            .map_or_else(String::new, |location| format!(", to {location}"))
    }

    fn excerpt(&self) -> String {
        let text = if self.body.trim_start().starts_with('<') {
            self.text()
        } else {
            self.body.clone()
        };
        text.chars().take(1500).collect()
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

fn value(field: ElementRef<'_>) -> Option<String> {
    let element = field.value();
    match (element.name(), element.attr("type")) {
        ("select", _) => {
            let options: Vec<_> = field.select(&css("option")).collect();
            let chosen = options
                .iter()
                .find(|o| o.value().attr("selected").is_some())
                .or(options.first())?;
            Some(
                chosen
                    .value()
                    .attr("value")
                    .map_or_else(|| visible(*chosen), str::to_owned),
            )
        }
        // The parser already drops the line break that can follow the tag.
        ("textarea", _) => Some(field.text().collect()),
        (_, Some("checkbox" | "radio")) => element
            .attr("checked")
            .map(|_| element.attr("value").unwrap_or("on").to_owned()),
        (_, Some("submit" | "button" | "image" | "reset")) => None,
        _ => Some(element.attr("value").unwrap_or_default().to_owned()),
    }
}

fn visible(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    gather(element, &mut words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gather(element: ElementRef<'_>, words: &mut String) {
    if matches!(element.value().name(), "script" | "style" | "template") {
        return;
    }
    for child in element.children() {
        if let Some(text) = child.value().as_text() {
            words.push_str(text);
        } else if let Some(inner) = ElementRef::wrap(child) {
            // Adjacent blocks are separate words; adjacent inline elements are not.
            let inline = matches!(
                inner.value().name(),
                "a" | "b" | "em" | "strong" | "span" | "i" | "small" | "time" | "code"
            );
            if !inline {
                words.push(' ');
            }
            gather(inner, words);
            if !inline {
                words.push(' ');
            }
        }
    }
}
