//! A complete instance in this process, with its own port, folder, database and clock.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tenantry::common::config::Config;

use crate::harness::adapter::{self, Running};
use crate::harness::client::Client;
use crate::harness::database::Database;
use crate::harness::mail::{self, ReceivedEmail};
use crate::harness::places::Folder;
use crate::harness::smtp::Smtp;
use crate::harness::statements;

/// A running instance; it stops and its data is deleted when this value is dropped.
pub struct TestApp {
    // Dropped in this order: the server must release the database first.
    running: Option<Running>,
    /// The database, for states that no page can create.
    pub database: Database,
    /// The SMTP server, if the app uses one.
    pub smtp: Option<Smtp>,
    folder: Folder,
    config: Config,
}

impl TestApp {
    /// An app with default settings; emails are saved to its folder.
    pub fn open() -> Self {
        Self::with(|_| {})
    }

    /// An app with other settings: `TestApp::with(|c| c.signup = Signup::Invited)`.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, None)
    }

    /// An app that sends emails to a real SMTP server, which the test can make fail: `app.smtp()`.
    pub fn with_smtp(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, Some(Smtp::start()))
    }

    /// One app for all tests that only read or that keep to their own organization.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestApp> = OnceLock::new();
        SHARED.get_or_init(Self::open)
    }

    fn build(change: impl FnOnce(&mut Config), smtp: Option<Smtp>) -> Self {
        statements::collect();
        let folder = Folder::new();
        let database = Database::create(&folder);
        let (mut config, listener) = adapter::config(folder.path(), database.url().to_owned());
        config.smtp_url = smtp.as_ref().map(Smtp::url);
        change(&mut config);
        let running = Some(Running::start(config.clone(), listener));
        Self {
            running,
            database,
            smtp,
            folder,
            config,
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the app is running")
    }

    /// The product's own state of this app.
    pub fn product(&self) -> &tenantry::app::App {
        self.running().product()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    pub fn port(&self) -> u16 {
        self.running().port()
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A file in its data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new client without cookies.
    pub fn client(&self) -> Client {
        Client::new(&self.base()).patient()
    }

    /// Moves the time of this app forward.
    pub fn advance(&self, by: Duration) {
        self.running().advance(by);
    }

    /// Lets proofs count for sensitive actions however old they are, in every organization.
    pub fn ask_for_no_confirmation(&self) {
        self.database
            .execute("UPDATE organizations SET step_up_minutes = 10000000");
    }

    /// Sends all due emails with the worker's own function, and waits for those that the app's worker is sending.
    pub fn deliver_mail(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            self.running().deliver_mail();
            // What an app's worker has claimed is in neither loop above.
            let requested = format!(
                "SELECT count(*) AS value FROM jobs WHERE kind = 'account_request' AND run_at <= {}",
                self.now()
            );
            let open = format!(
                "SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending' OR (state = 'queued' AND next_attempt_at <= {})",
                self.now()
            );
            if self.database.number(&requested) == 0 && self.database.number(&open) == 0 {
                return;
            }
            assert!(Instant::now() < end, "the outbox was not emptied");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until what was requested for addresses is answered: the emails of accounts are in the outbox.
    pub fn answer_requests(&self) {
        let due = format!(
            "SELECT count(*) AS value FROM jobs WHERE kind = 'account_request' AND run_at <= {}",
            self.now()
        );
        let end = Instant::now() + Duration::from_secs(30);
        while self.database.number(&due) > 0 {
            assert!(Instant::now() < end, "the requests were not answered");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// This app's time, in microseconds since 1970, as stored in the database.
    pub fn now(&self) -> i64 {
        self.running().now()
    }

    /// Imports all confirmed files, and waits for those that the app's worker imports.
    pub fn import_usage(&self) {
        let due = format!(
            "SELECT count(*) AS value FROM jobs WHERE kind = 'import_usage' AND run_at <= {}",
            self.now()
        );
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            self.running().import_usage();
            if self.database.number(&due) == 0 {
                return;
            }
            assert!(Instant::now() < end, "the files were not imported");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs the background jobs that depend on time, such as expiring invitations and sessions.
    pub fn sweep(&self) {
        self.running().sweep();
        // The app's own thread may have had one of them, at an earlier time.
        let end = Instant::now() + Duration::from_secs(5);
        let leased = "SELECT count(*) AS value FROM jobs WHERE lease_until IS NOT NULL";
        while self.database.number(leased) > 0 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
            self.running().sweep();
        }
    }

    /// Every email of this app, the oldest first. Due emails are sent before.
    pub fn emails(&self) -> Vec<ReceivedEmail> {
        self.deliver_mail();
        match &self.smtp {
            Some(smtp) => smtp.emails(),
            None => mail::emails_in(&self.file("mail")),
        }
    }

    /// Every email to this address, the oldest first.
    pub fn emails_to(&self, email: &str) -> Vec<ReceivedEmail> {
        self.emails()
            .into_iter()
            .filter(|message| message.to == email)
            .collect()
    }

    /// The newest email to this address.
    #[track_caller]
    pub fn mail_to(&self, email: &str) -> ReceivedEmail {
        let emails = self.emails();
        let others: Vec<String> = emails.iter().map(|l| format!("{}: {}", l.to, l.subject)).collect();
        emails
            .into_iter()
            .rfind(|l| l.to == email)
            .unwrap_or_else(|| panic!("no email to {email} among {others:#?}"))
    }

    /// The SMTP server of an app created by [`TestApp::with_smtp`].
    pub fn smtp(&self) -> &Smtp {
        self.smtp.as_ref().expect("an app with SMTP")
    }

    /// Restarts on the same port, folder and database. Its clock returns to the real time.
    pub fn restart(&mut self) {
        self.running = None;
        let listener = TcpListener::bind(self.config.listen).expect("the port is free again");
        self.running = Some(Running::start(self.config.clone(), listener));
    }
}
