//! An HTTP client with the cookies, forms and headers of a browser.

use std::io::Read;
use std::time::Duration;

use ureq::http::{Request, Uri};
use ureq::{Agent, Cookie};

use crate::harness::page::Page;

/// The client of one user. Redirects are not followed unless requested ([`Page::follow`]).
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    agent: Agent,
    headers: Vec<(String, String)>,
    patient: bool,
}

/// How often a patient client sends a request again, a quarter of a second after the last answer.
const REPETITIONS: usize = 80;

impl Client {
    /// A client without cookies for this origin, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Self {
            base: base.to_owned(),
            agent,
            headers: Vec::new(),
            patient: false,
        }
    }

    /// The same client, which sends a request again when the server is busy (503 with `Retry-After`: nothing was changed). On a
    /// loaded machine that can happen to any request.
    pub fn patient(mut self) -> Self {
        self.patient = true;
        self
    }

    /// The same client, which takes the first answer.
    pub fn impatient(mut self) -> Self {
        self.patient = false;
        self
    }

    /// The same client (same cookies) with one more header on each request.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// Another client with a copy of these cookies, as if they had been stolen.
    pub fn copy(&self) -> Self {
        let mut other = Self::new(&self.base);
        other.patient = self.patient;
        for (name, value) in self.cookies() {
            other.set_cookie(&name, &value);
        }
        other
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Page {
        self.send("GET", path, &[], None)
    }

    /// Requests a page as htmx does, for its fragment.
    #[track_caller]
    pub fn fragment(&self, path: &str) -> Page {
        self.send("GET", path, &[("HX-Request", "true")], None)
    }

    /// Submits a form from one of the app's own pages.
    #[track_caller]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.try_post(path, fields)
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// As [`Client::post`], to a server that may be killed before it has answered.
    pub fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Page, String> {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Origin", self.base.as_str())];
        self.try_send("POST", path, &headers, Some(form(fields)))
    }

    /// Submits a form as htmx does.
    #[track_caller]
    pub fn post_fragment(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.with("HX-Request", "true").post(path, fields)
    }

    /// Submits the form of `page` that posts to `action` (the whole path), with its current values and hidden fields,
    /// replaced by `fields`.
    #[track_caller]
    pub fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = page.form(action);
        all.retain(|(name, _)| fields.iter().all(|(n, _)| n != name));
        let mut all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        all.extend(fields);
        self.post(action, &all)
    }

    /// Submits a form with a file, as a browser would.
    #[track_caller]
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], field: &str, file: &[u8]) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
            );
        }
        let head =
            format!("--mark\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"people.csv\"\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(file);
        body.extend(b"\r\n--mark--\r\n");
        let headers = [
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "multipart/form-data; boundary=mark"),
        ];
        self.send_bytes("POST", path, &headers, Some(body))
    }

    /// Any request, with only these headers (and those of [`Client::with`]) and this body.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Page {
        self.send_bytes(method, path, headers, body.map(String::into_bytes))
    }

    #[track_caller]
    fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Page {
        self.answer(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// As [`Client::send`], to a server that may be killed before it has answered.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Page, String> {
        self.answer(method, path, headers, body.map(String::into_bytes))
    }

    fn answer(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Page, String> {
        let repetitions = if self.patient { REPETITIONS } else { 0 };
        for _ in 0..repetitions {
            let page = self.request(method, path, headers, body.clone())?;
            if page.status != 503 || page.header("retry-after").is_empty() {
                return Ok(page);
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        self.request(method, path, headers, body)
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Page, String> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = Request::builder().method(method).uri(&url);
        let own = self.headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let named: Vec<(&str, &str)> = own.chain(headers.iter().copied()).collect();
        if body.is_some() && !named.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in named {
            request = request.header(name, value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let mut bytes = Vec::new();
        // The headers of an answer to HEAD describe a body that does not follow; the client would try to unpack it.
        if method != "HEAD" {
            answer
                .body_mut()
                .as_reader()
                .read_to_end(&mut bytes)
                .map_err(|error| error.to_string())?;
        }
        let location = headers
            .iter()
            .find(|(n, _)| n == "location")
            .map(|(_, l)| l.strip_prefix(&self.base).unwrap_or(l).to_owned());
        Ok(Page {
            request: format!("{method} {path}"),
            status: answer.status().as_u16(),
            location,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        })
    }

    /// Name and value of every cookie.
    pub fn cookies(&self) -> Vec<(String, String)> {
        self.agent
            .cookie_jar_lock()
            .iter()
            .map(|c| (c.name().to_owned(), c.value().to_owned()))
            .collect()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        let uri: Uri = self.base.parse().expect("an origin");
        let cookie = Cookie::parse(format!("{name}={value}; Path=/"), &uri).expect("a cookie");
        self.agent
            .cookie_jar_lock()
            .insert(cookie, &uri)
            .expect("a cookie of this origin");
    }

    pub fn clear_cookies(&self) {
        self.agent.cookie_jar_lock().clear();
    }
}

/// URL-encodes form fields.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

/// Percent-encodes all but unreserved characters, for forms and query strings.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Sends raw bytes and reads until the server closes or goes silent, for requests that no browser sends.
pub fn raw(port: u16, request: &str) -> String {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("the server");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a timeout");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
