//! A form as pairs of name and text, in the order sent: for forms with repeated fields or a file.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use crate::common::error::AppError;
use crate::common::table;

/// The largest form that is read, in bytes: a file of 512 KB and the fields beside it.
pub const LARGEST: usize = 768 * 1024;

/// What came in a form, urlencoded or multipart; a file is the text in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    /// The fields with a file that is not text; their value is empty.
    not_text: Vec<String>,
    /// The fields with a file, and its name as the browser sent it.
    file_names: Vec<(String, String)>,
}

impl Fields {
    /// The first value of a field, or nothing.
    pub fn get(&self, name: &str) -> &str {
        let first = self.pairs.iter().find(|(n, _)| n == name);
        first.map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every pair.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What to say at the field of a file that can't be read as text.
    ///
    /// # Errors
    /// The file is not text, such as an Excel workbook.
    pub fn check_text(&self, name: &str) -> Result<(), &'static str> {
        if self.not_text.iter().any(|field| field == name) {
            Err("This file isn’t text. Save the sheet as CSV and choose that file")
        } else {
            Ok(())
        }
    }

    /// The name of the file in a field, or nothing.
    pub fn file_name(&self, name: &str) -> &str {
        let first = self.file_names.iter().find(|(field, _)| field == name);
        first.map_or("", |(_, file_name)| file_name.as_str())
    }

    /// Reads a query string or an urlencoded form.
    pub fn urlencoded(text: &str) -> Option<Self> {
        web::Query::<Vec<(String, String)>>::from_query(text)
            .ok()
            .map(|pairs| Self {
                pairs: pairs.into_inner(),
                ..Self::default()
            })
    }

    /// Reads `multipart/form-data` (RFC 7578); a file can have any encoding. `None` when it is none, or a field beside the
    /// files is not text in UTF-8.
    pub fn multipart(body: &[u8], boundary: &str) -> Option<Self> {
        let mark = format!("--{boundary}");
        let mut rest = body.strip_prefix(mark.as_bytes())?;
        let end = format!("\r\n{mark}");
        let mut fields = Self::default();
        while !rest.starts_with(b"--") {
            rest = rest.strip_prefix(b"\r\n")?;
            let part = &rest[..find(rest, end.as_bytes())?];
            rest = &rest[part.len() + end.len()..];
            // A part without any header begins with the empty line.
            let (head, value) = if let Some(value) = part.strip_prefix(b"\r\n") {
                (&part[..0], value)
            } else {
                let at = find(part, b"\r\n\r\n")?;
                (&part[..at], &part[at + 4..])
            };
            let (name, file_name) = name_of(std::str::from_utf8(head).ok()?)?;
            let text = if let Some(file_name) = file_name {
                fields.file_names.push((name.clone(), file_name));
                table::decode(value)
            } else {
                Ok(std::str::from_utf8(value).ok()?.to_owned())
            };
            if text.is_err() {
                fields.not_text.push(name.clone());
            }
            fields.pairs.push((name, text.unwrap_or_default()));
        }
        Some(fields)
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// The field's name out of a part's headers, and the name of a file. Browsers write a quote in a name as `%22`, so it ends
/// at the next quote.
fn name_of(head: &str) -> Option<(String, Option<String>)> {
    head.split("\r\n").find_map(|line| {
        let (header, value) = line.split_once(':')?;
        header
            .trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(())?;
        let mut parameters = value.split(';').map(str::trim);
        let name = parameters
            .clone()
            .find_map(|parameter| parameter.strip_prefix("name="))?;
        let file_name = parameters.find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.starts_with("filename").then(|| value.trim_matches('"').to_owned())
        });
        Some((name.trim_matches('"').to_owned(), file_name))
    })
}

/// A form with a file of up to 4 MB.
#[derive(Debug)]
pub struct LargeFields(pub Fields);

/// The largest form with a large file, in bytes.
const LARGEST_FILE: usize = 4 * 1024 * 1024 + 256 * 1024;

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

impl FromRequest for Fields {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(read(req, payload, LARGEST, "512 KB"))
    }
}

impl FromRequest for LargeFields {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = read(req, payload, LARGEST_FILE, "4 MB");
        Box::pin(async { reading.await.map(Self) })
    }
}

fn read(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
    most_words: &'static str,
) -> impl Future<Output = Result<Fields, AppError>> + use<> {
    let kind = req
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = web::Payload::from_request(req, payload);
    async move {
        let unreadable = |what: &str| AppError::Unreadable(what.to_owned());
        let body = body.await.map_err(|_| unreadable("The form cannot be read."))?;
        let bytes = body
            .to_bytes_limited(most)
            .await
            .map_err(|_| {
                AppError::Unreadable(format!("The form or its file is too large. Send at most {most_words}."))
            })?
            .map_err(|_| unreadable("The form did not arrive whole."))?;
        let (kind, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
        let fields = if kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            let boundary = parameters
                .split(';')
                .find_map(|parameter| parameter.trim().strip_prefix("boundary="))
                .map(|boundary| boundary.trim_matches('"'))
                .filter(|boundary| !boundary.is_empty());
            boundary.and_then(|boundary| Fields::multipart(&bytes, boundary))
        } else {
            std::str::from_utf8(&bytes).ok().and_then(Fields::urlencoded)
        };
        fields.ok_or_else(|| unreadable("The form cannot be read."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_repeated_fields_are_read_in_order() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"csv\"; filename=\"a;b.csv\"\r\nContent-Type: text/csv\r\n\r\nemail\r\na@b.example\r\n\r\n--b\r\ncontent-disposition: form-data; name=\"id\"\r\n\r\n\r\n--b--\r\n";
        let fields = Fields::multipart(body.as_bytes(), "b").unwrap();
        assert_eq!(fields.all("id").collect::<Vec<_>>(), ["1", ""]);
        assert_eq!(fields.get("csv"), "email\r\na@b.example\r\n");
        assert_eq!(fields.get("absent"), "");
        assert_eq!(fields.file_name("csv"), "a");
        assert_eq!(fields.file_name("id"), "");
        let same = Fields::urlencoded("id=1&csv=email%0D%0Aa%40b.example%0D%0A&id=").unwrap();
        assert_eq!(fields.pairs, same.pairs);
    }

    #[test]
    fn a_file_has_any_encoding_and_one_that_is_not_text_is_named() {
        let form = |file: &[u8]| {
            let head = b"--b\r\nContent-Disposition: form-data; name=\"csv\"; filename=\"a.csv\"\r\n\r\n";
            Fields::multipart(&[head, file, b"\r\n--b--"].concat(), "b").unwrap()
        };
        let utf_16: Vec<u8> = "\u{feff}email".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for file in [&b"email"[..], &utf_16] {
            assert_eq!((form(file).get("csv"), form(file).check_text("csv")), ("email", Ok(())));
        }
        assert_eq!(form(b"Zo\xeb").get("csv"), "Zoë");
        let workbook = form(b"PK\x03\x04\x14\x00\x06\x00");
        assert_eq!(workbook.get("csv"), "");
        assert!(workbook.check_text("csv").is_err() && workbook.check_text("text").is_ok());
        let field = b"--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\nZo\xeb\r\n--b--";
        assert_eq!(Fields::multipart(field, "b"), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_nothing_breaks(body in proptest::collection::vec(0u8.., 0..300)) {
            let _ = Fields::multipart(&body, "b");
        }

        #[test]
        fn what_is_cut_off_is_refused(cut in 1usize..60) {
            let body = b"--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n--b--";
            proptest::prop_assert!(Fields::multipart(&body[..cut.min(body.len() - 2)], "b").is_none());
        }
    }
}
