//! A whole Tenantry in this process: own port, own folder, own database, own clock.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tenantry::common::config::Config;

use crate::harness::adapter::{self, Running};
use crate::harness::client::Client;
use crate::harness::database::Database;
use crate::harness::mail::{self, Letter};
use crate::harness::places::Folder;
use crate::harness::smtp::Smtp;

/// A running instance; it stops and its data goes when this value is dropped.
pub struct House {
    // Dropped in this order: the server lets go of the database first.
    running: Option<Running>,
    /// The database, for states that no page can bring about.
    pub database: Database,
    /// The mail server it sends through, if it was opened with one.
    pub smtp: Option<Smtp>,
    folder: Folder,
    config: Config,
}

impl House {
    /// A house of its own, with default settings; letters go into its folder.
    pub fn open() -> Self {
        Self::with(|_| {})
    }

    /// A house with other settings: `House::with(|c| c.signup = Signup::Invited)`.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, None)
    }

    /// A house that sends its mail through a real SMTP server, which the test can make misbehave: `house.smtp()`.
    pub fn with_smtp(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, Some(Smtp::start()))
    }

    /// One house for all tests that only read, or that keep to an organization of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<House> = OnceLock::new();
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

    /// The product's own view of this house.
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

    /// The browser of somebody who has never been here.
    pub fn client(&self) -> Client {
        Client::new(&self.base())
    }

    /// Moves this house's time, and no other's, forward.
    pub fn advance(&self, by: Duration) {
        self.running().advance(by);
    }

    /// Sends what is due in the outbox now, by the worker's own function, and waits for what the house's own worker is
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

    /// This house's time, in microseconds since 1970, as the database keeps times.
    pub fn now(&self) -> i64 {
        self.running().now()
    }

    /// Does what time alone brings about (expired invitations, sessions that are over) now.
    pub fn sweep(&self) {
        self.running().sweep();
    }

    /// Every letter that left this house, the oldest first; what is due is sent before.
    pub fn letters(&self) -> Vec<Letter> {
        self.work_mail();
        match &self.smtp {
            Some(smtp) => smtp.letters(),
            None => mail::letters_in(&self.file("mail")),
        }
    }

    /// Every letter to this address, the oldest first.
    pub fn letters_to(&self, email: &str) -> Vec<Letter> {
        self.letters().into_iter().filter(|letter| letter.to == email).collect()
    }

    /// The newest letter to this address.
    #[track_caller]
    pub fn mail_to(&self, email: &str) -> Letter {
        let letters = self.letters();
        let others: Vec<String> = letters.iter().map(|l| format!("{}: {}", l.to, l.subject)).collect();
        letters
            .into_iter()
            .rfind(|l| l.to == email)
            .unwrap_or_else(|| panic!("no letter to {email} among {others:#?}"))
    }

    /// The mail server of a house opened by [`House::with_smtp`].
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
