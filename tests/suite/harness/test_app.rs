//! A whole Tenantry in this process: own port, own folder, own database, own clock.

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

/// A running instance; it stops and its data goes when this value is dropped.
pub struct TestApp {
    // Dropped in this order: the server lets go of the database first.
    running: Option<Running>,
    /// The database, for states that no page can bring about.
    pub database: Database,
    /// The mail server it sends through, if it was opened with one.
    pub smtp: Option<Smtp>,
    folder: Folder,
    config: Config,
}

impl TestApp {
    /// A app of its own, with default settings; emails go into its folder.
    pub fn open() -> Self {
        Self::with(|_| {})
    }

    /// A app with other settings: `TestApp::with(|c| c.signup = Signup::Invited)`.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, None)
    }

    /// A app that sends its mail through a real SMTP server, which the test can make misbehave: `app.smtp()`.
    pub fn with_smtp(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, Some(Smtp::start()))
    }

    /// One app for all tests that only read, or that keep to an organization of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestApp> = OnceLock::new();
        SHARED.get_or_init(Self::open)
    }

    fn build(change: impl FnOnce(&mut Config), smtp: Option<Smtp>) -> Self {
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
        self.running.as_ref().expect("the house is open")
    }

    /// The product's own view of this app.
    pub fn product(&self) -> &tenantry::app::App {
        self.running().product()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.running().port()
    }

    /// The settings it runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A file in its data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The browser of someone who has never been here.
    pub fn client(&self) -> Client {
        Client::new(&self.base())
    }

    /// Moves this app's time, and no other's, forward.
    pub fn advance(&self, by: Duration) {
        self.running().advance(by);
    }

    /// Sends what is due in the outbox now, by the worker's own function, and waits for what the app's own worker is
    /// sending at this moment.
    pub fn work_mail(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            self.running().work_mail();
            let open = format!(
                "SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending' OR (state = 'queued' AND next_attempt_at <= {})",
                self.now()
            );
            if self.database.number(&open) == 0 {
                return;
            }
            assert!(Instant::now() < end, "the outbox is never done");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// This app's time, in microseconds since 1970, as the database keeps times.
    pub fn now(&self) -> i64 {
        self.running().now()
    }

    /// Does what time alone brings about (expired invitations, sessions that are over) now.
    pub fn sweep(&self) {
        self.running().sweep();
    }

    /// Every email that left this app, the oldest first; what is due is sent before.
    pub fn emails(&self) -> Vec<ReceivedEmail> {
        self.work_mail();
        match &self.smtp {
            Some(smtp) => smtp.emails(),
            None => mail::emails_in(&self.file("mail")),
        }
    }

    /// Every email to this address, the oldest first.
    pub fn letters_to(&self, email: &str) -> Vec<ReceivedEmail> {
        self.emails().into_iter().filter(|message| message.to == email).collect()
    }

    /// The newest email to this address.
    #[track_caller]
    pub fn mail_to(&self, email: &str) -> ReceivedEmail {
        let emails = self.emails();
        let others: Vec<String> = emails.iter().map(|l| format!("{}: {}", l.to, l.subject)).collect();
        emails
            .into_iter()
            .rfind(|l| l.to == email)
            .unwrap_or_else(|| panic!("no letter to {email} among {others:#?}"))
    }

    /// The mail server of a app opened by [`TestApp::with_smtp`].
    pub fn smtp(&self) -> &Smtp {
        self.smtp.as_ref().expect("a house opened with SMTP")
    }

    /// Stops and starts again on the same port, folder and database. Its clock starts at the real time again.
    pub fn restart(&mut self) {
        self.running = None;
        let listener = TcpListener::bind(self.config.listen).expect("the port is free again");
        self.running = Some(Running::start(self.config.clone(), listener));
    }
}
