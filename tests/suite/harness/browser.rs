//! Chromium, with one ChromeDriver for the whole run.

use std::cell::RefCell;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::harness::client::Client;
use crate::harness::database::Database;
use crate::harness::places::{Folder, free_port};

pub use fantoccini::key::Key;

/// Size and media settings of a browser window.
#[derive(Debug, Clone, Copy)]
pub struct Display {
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Height of the window in CSS pixels.
    pub height: u32,
    /// `prefers-color-scheme: dark`.
    pub dark: bool,
    /// Whether page scripts run.
    pub javascript: bool,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            width: 1440,
            height: 900,
            dark: false,
            javascript: true,
        }
    }
}

impl Display {
    /// A phone of 390 pixels.
    pub fn phone() -> Self {
        Self {
            width: 390,
            height: 844,
            ..Self::default()
        }
    }

    /// A tablet of 820 pixels.
    pub fn tablet() -> Self {
        Self {
            width: 820,
            height: 1180,
            ..Self::default()
        }
    }

    /// The same with the dark color scheme.
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// The same without JavaScript.
    pub fn without_javascript(self) -> Self {
        Self {
            javascript: false,
            ..self
        }
    }
}

/// One window with its own profile. It closes when this value is dropped; at most two are open at a time.
pub struct Browser {
    base: String,
    runtime: Runtime,
    window: Option<fantoccini::Client>,
    session: String,
    agent: ureq::Agent,
    requests: RefCell<Vec<String>>,
    problems: RefCell<Vec<String>>,
    _profile: Folder,
    _permit: WindowPermit,
}

/// How long an element or text may take to appear.
const TIMEOUT: Duration = Duration::from_secs(8);

impl Browser {
    /// A window of 1440 by 900 on the app at this origin.
    pub fn open(base: &str) -> Self {
        Self::with(base, Display::default())
    }

    /// A window with these settings.
    pub fn with(base: &str, display: Display) -> Self {
        let permit = WindowPermit::take();
        let profile = Folder::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut args: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en-US",
        ]
        .map(String::from)
        .to_vec();
        args.push(format!("--user-data-dir={}", profile.path().display()));
        args.push(format!("--window-size={},{}", display.width.max(500), display.height));
        let mut prefs = json!({
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
            "profile.password_manager_leak_detection": false,
        });
        if !display.javascript {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": args, "prefs": prefs },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(wanted) = wanted else {
            unreachable!("an object")
        };
        let (window, session) = runtime.block_on(async {
            let window = ClientBuilder::new(HttpConnector::new())
                .capabilities(wanted)
                .connect(&driver())
                .await
                .expect("Chromium starts");
            let session = window.session_id().await.ok().flatten().expect("a session");
            (window, session)
        });
        let browser = Self {
            base: base.to_owned(),
            runtime,
            window: Some(window),
            session,
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .build()
                .new_agent(),
            requests: RefCell::default(),
            problems: RefCell::default(),
            _profile: profile,
            _permit: permit,
        };
        browser.set_display(display);
        browser
    }

    /// Changes size and color scheme of the window (not JavaScript). Headless windows are never narrower than 500
    /// pixels, so the size is that of an emulated screen.
    pub fn set_display(&self, display: Display) {
        let size = json!({ "width": display.width, "height": display.height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
        let scheme = if display.dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Signs in with the session of a [`Client`], which is faster than the login form.
    pub fn sign_in_as(&self, client: &Client) {
        for (name, value) in client.cookies() {
            self.devtools(
                "Network.setCookie",
                json!({ "url": self.base, "name": name, "value": value, "path": "/" }),
            );
        }
    }

    /// Opens a page, by path.
    pub fn goto(&self, path: &str) {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.run(self.window().goto(&url))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Path and query of the current page.
    pub fn path(&self) -> String {
        let url = self.run(self.window().current_url()).expect("an address").to_string();
        url.strip_prefix(&self.base).unwrap_or(&url).to_owned()
    }

    pub fn title(&self) -> String {
        self.run(self.window().title()).expect("a title")
    }

    pub fn back(&self) {
        self.run(self.window().back()).expect("back");
    }

    pub fn reload(&self) {
        self.run(self.window().refresh()).expect("a reload");
    }

    /// Waits for the first element that matches.
    #[track_caller]
    pub fn find(&self, css: &str) -> Element {
        let found = self.run(self.window().wait().at_most(TIMEOUT).for_element(Locator::Css(css)));
        found.unwrap_or_else(|_| panic!("{css} is not on {}:\n{}", self.path(), self.text("body")))
    }

    /// Whether an element matches now.
    pub fn is_there(&self, css: &str) -> bool {
        self.run(self.window().find(Locator::Css(css))).is_ok()
    }

    /// Whether the first element that matches is visible now.
    pub fn is_visible(&self, css: &str) -> bool {
        self.run(async { self.window().find(Locator::Css(css)).await?.is_displayed().await })
            .unwrap_or(false)
    }

    /// The visible text of the first element that matches.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let found = self.run(async { self.window().find(Locator::Css(css)).await?.text().await });
        found.unwrap_or_else(|error| panic!("{css} on {}: {error}", self.path()))
    }

    /// The visible text of every element that matches.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())";
        serde_json::from_value(self.script(script, vec![json!(css)])).expect("texts")
    }

    /// Waits until the visible text of the page contains this.
    #[track_caller]
    pub fn wait_for_text(&self, words: &str) {
        // The page may change between finding its body and reading it.
        let body = || self.run(async { self.window().find(Locator::Css("body")).await?.text().await });
        self.wait_until(&format!("“{words}” on the page"), || {
            body().is_ok_and(|text| text.contains(words))
        });
    }

    /// Waits until the path (with query) is this one.
    #[track_caller]
    pub fn wait_for_path(&self, path: &str) {
        self.wait_until(path, || self.path() == path);
    }

    /// Waits until a condition is true; `what` names it in the failure.
    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let end = Instant::now() + TIMEOUT;
        while !holds() {
            assert!(
                Instant::now() < end,
                "timed out waiting for {what} on {}:\n{}",
                self.path(),
                self.text("body")
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Clicks the first element that matches, as soon as it is there.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let element = self.find(css);
        self.run(element.click())
            .unwrap_or_else(|error| panic!("{css} on {}: {error}", self.path()));
    }

    /// Clicks the link or button with exactly this label.
    #[track_caller]
    pub fn press(&self, words: &str) {
        let quoted = if words.contains('\'') {
            format!("\"{words}\"")
        } else {
            format!("'{words}'")
        };
        let path = format!(
            "//*[self::a or self::button or self::summary][normalize-space()={quoted} or @aria-label={quoted}]"
        );
        let found = self.run(self.window().wait().at_most(TIMEOUT).for_element(Locator::XPath(&path)));
        let element = found.unwrap_or_else(|_| {
            panic!(
                "no link or button is labeled “{words}” on {}:\n{}",
                self.path(),
                self.text("body")
            )
        });
        self.run(element.click())
            .unwrap_or_else(|error| panic!("{words} on {}: {error}", self.path()));
    }

    /// Replaces the text of a field by typing.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.find(css);
        self.run(async {
            field.clear().await?;
            field.send_keys(text).await
        })
        .unwrap_or_else(|error| panic!("{css} on {}: {error}", self.path()));
    }

    /// Chooses the option with this value.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        let field = self.find(css);
        self.run(field.select_by_value(value))
            .unwrap_or_else(|error| panic!("{value} in {css}: {error}"));
    }

    /// Types on the keyboard, wherever the focus is: `&Key::Tab.to_string()`, or text.
    pub fn keys(&self, keys: &str) {
        self.run(async { self.window().active_element().await?.send_keys(keys).await })
            .expect("keys");
    }

    /// The focused element: `input#email`, `a “Members”`, `body`.
    pub fn focus(&self) -> String {
        let script = "const e = document.activeElement; const tag = e.tagName.toLowerCase();
            return e.id ? tag + '#' + e.id : tag === 'body' ? tag : tag + ' “' + (e.getAttribute('aria-label') || e.innerText || e.name || '').trim() + '”'";
        self.script(script, vec![]).as_str().unwrap_or_default().to_owned()
    }

    /// Runs the body of a function in the page and returns its result.
    #[track_caller]
    pub fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.run(self.window().execute(body, arguments))
            .unwrap_or_else(|error| panic!("a script on {}: {error}", self.path()))
    }

    /// The same for a script that passes its result to its last argument.
    #[track_caller]
    pub fn script_with_callback(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.run(self.window().execute_async(body, arguments))
            .unwrap_or_else(|error| panic!("a script on {}: {error}", self.path()))
    }

    /// By how many pixels the page is wider than the window.
    pub fn overflow(&self) -> i64 {
        let script = "const e = document.documentElement; return e.scrollWidth - e.clientWidth";
        self.script(script, vec![]).as_i64().unwrap_or(0)
    }

    /// Saves the whole page, not only the visible part, as PNG.
    pub fn screenshot(&self, path: &Path) {
        let screenshot = self.devtools(
            "Page.captureScreenshot",
            json!({ "format": "png", "captureBeyondViewport": true }),
        );
        let data = STANDARD
            .decode(screenshot["data"].as_str().unwrap_or_default())
            .expect("base64");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder for screenshots");
        }
        std::fs::write(path, data).expect("a screenshot");
    }

    /// Every URL requested so far.
    pub fn requests(&self) -> Vec<String> {
        self.read_logs();
        self.requests.borrow().clone()
    }

    /// Console messages so far: CSP violations and script errors, without failed responses.
    pub fn problems(&self) -> Vec<String> {
        self.read_logs();
        self.problems.borrow().clone()
    }

    /// Console messages and requested URLs since the last call.
    pub fn take_logs(&self) -> (Vec<String>, Vec<String>) {
        self.read_logs();
        (self.problems.take(), self.requests.take())
    }

    /// Whether an address belongs to another origin.
    pub fn is_foreign(&self, url: &str) -> bool {
        let inside = url.strip_prefix(&self.base).is_some_and(|path| path.starts_with('/'));
        url.starts_with("http") && !inside
    }

    /// Fails on a console message or a request to another origin.
    #[track_caller]
    pub fn expect_clean(&self) {
        let problems = self.problems();
        assert!(problems.is_empty(), "console messages: {problems:#?}");
        let requests = self.requests();
        let foreign: Vec<&String> = requests.iter().filter(|url| self.is_foreign(url)).collect();
        assert!(foreign.is_empty(), "requests to other origins: {foreign:#?}");
    }

    fn read_logs(&self) {
        for entry in self.log("browser") {
            let text = entry["message"].as_str().unwrap_or_default();
            let level = entry["level"].as_str().unwrap_or_default();
            let answered = text.contains("responded with a status of");
            if matches!(level, "SEVERE" | "WARNING") && !answered {
                self.problems.borrow_mut().push(format!("{level} {text}"));
            }
        }
        for entry in self.log("performance") {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default()).unwrap_or_default();
            if event["message"]["method"] == "Network.requestWillBeSent" {
                let url = event["message"]["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                self.requests.borrow_mut().push(url.to_owned());
            }
        }
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.command("/se/log", json!({ "type": kind }))
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// A device for passkeys that agrees to everything (WebDriver's virtual authenticators); its id. `keeps`: whether it keeps
    /// passkeys, so that no name is needed. `verifies`: whether it checks the person.
    pub fn add_authenticator(&self, keeps: bool, verifies: bool) -> String {
        let device = json!({
            "protocol": "ctap2",
            "transport": if verifies { "internal" } else { "usb" },
            "hasResidentKey": keeps,
            "hasUserVerification": verifies,
            "isUserConsenting": true,
            "isUserVerified": verifies,
        });
        let added = self.command("/webauthn/authenticator", device);
        added.as_str().expect("an authenticator").to_owned()
    }

    pub fn remove_authenticator(&self, id: &str) {
        self.request("DELETE", &format!("/webauthn/authenticator/{id}"), None);
    }

    /// The passkeys of a device, with their private keys.
    pub fn credentials(&self, authenticator: &str) -> Vec<Value> {
        let path = format!("/webauthn/authenticator/{authenticator}/credentials");
        let found = self.request("GET", &path, None);
        found.as_array().cloned().expect("credentials")
    }

    pub fn add_credential(&self, authenticator: &str, credential: Value) {
        self.command(
            &format!("/webauthn/authenticator/{authenticator}/credential"),
            credential,
        );
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, name: &str, parameters: Value) -> Value {
        self.command("/goog/cdp/execute", json!({ "cmd": name, "params": parameters }))
    }

    /// A request to ChromeDriver for which fantoccini has no method.
    fn command(&self, path: &str, body: Value) -> Value {
        self.request("POST", path, Some(body))
    }

    fn request(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/session/{}{path}", driver(), self.session);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("content-type", "application/json");
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.expect("ChromeDriver");
        let text = answer
            .body_mut()
            .with_config()
            .limit(200 << 20)
            .read_to_string()
            .expect("a response of ChromeDriver");
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}"));
        assert!(answer["value"]["error"].is_null(), "{path}: {text}");
        answer["value"].clone()
    }

    fn window(&self) -> &fantoccini::Client {
        self.window.as_ref().expect("the window is open")
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(window) = self.window.take() {
            let _ = self
                .runtime
                .block_on(async { tokio::time::timeout(Duration::from_secs(10), window.close()).await });
        }
    }
}

/// The address of the ChromeDriver of this run.
///
/// A shell starts it and waits for its standard input to close, which happens whenever this process ends: then it kills
/// the browsers (ChromeDriver's children) and ChromeDriver.
fn driver() -> String {
    static DRIVER: OnceLock<(u16, Mutex<Child>)> = OnceLock::new();
    let (port, _) = DRIVER.get_or_init(|| {
        let port = free_port();
        let script = "/usr/bin/chromedriver --port=$1 --log-level=OFF >/dev/null 2>&1 </dev/null & driver=$!
            cat >/dev/null; pkill -KILL -P $driver; kill -KILL $driver";
        let shell = Command::new("sh")
            .args(["-c", script, "sh", &port.to_string()])
            // Not in our process group: Ctrl-C must not end the shell before it has cleaned up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let end = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < end,
                "ChromeDriver does not start: are chromium and chromium-driver installed?"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        (port, Mutex::new(shell))
    });
    format!("http://127.0.0.1:{port}")
}

/// A permit to open a window.
struct WindowPermit;

static OPEN: (Mutex<u8>, Condvar) = (Mutex::new(0), Condvar::new());

impl WindowPermit {
    fn take() -> Self {
        assert!(
            !Database::is_on_postgres(),
            "browser tests run on SQLite only: put this one into a module named `browser`"
        );
        let mut open = OPEN
            .1
            .wait_while(OPEN.0.lock().expect("a lock"), |open| *open >= 2)
            .expect("a lock");
        *open += 1;
        Self
    }
}

impl Drop for WindowPermit {
    fn drop(&mut self) {
        if let Ok(mut open) = OPEN.0.lock() {
            *open -= 1;
        }
        OPEN.1.notify_one();
    }
}
