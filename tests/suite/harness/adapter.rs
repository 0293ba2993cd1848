//! Everything that the harness uses of the product's own API, so that a change of that API affects only this file.

use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tenantry::app::App;
use tenantry::common::config::{Config, StoredPages};
use tenantry::common::time::Clock;
use tenantry::db::Db;
use tenantry::mail::transport::Transport;
use tenantry::{jobs, server};

/// Settings for an app on a loopback port, and the listener of that port.
pub fn config(data_dir: &Path, database_url: String) -> (Config, TcpListener) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let mut config = Config::local(data_dir, database_url);
    config.listen = listener.local_addr().expect("an address");
    config.base_url = format!("http://{}", config.listen);
    // Every page that a test sees twice is compared with the page as it would be made now.
    config.stored_pages = StoredPages::Compared;
    (config, listener)
}

/// Migrates an empty database to the schema of this version.
pub fn migrate(database_url: &str) {
    let database = Db::open(database_url).expect("a database");
    database.migrate().expect("the migrations");
}

/// How many pages a server has stored.
pub fn stored_pages(app: &App) -> usize {
    app.stored.size().0
}

/// Settings under which a second server on the same data makes every page anew; and its listener.
pub fn without_stored_pages(config: &Config) -> (Config, TcpListener) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let mut config = config.clone();
    config.listen = listener.local_addr().expect("an address");
    config.stored_pages = StoredPages::Off;
    (config, listener)
}

/// Calls the function before each statement of the apps that start from now on.
pub fn observe_statements(observer: fn(database: &str, text: &str)) {
    tenantry::db::statements::observe(observer);
}

/// A server in its own thread.
pub struct Running {
    port: u16,
    app: App,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts the server, and returns when it serves requests.
    pub fn start(config: Config, listener: TcpListener) -> Self {
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let app = server::open(config, Clock::default()).expect("the app opens");
                let (running, serving) = server::serve(app.clone(), listener).expect("the app serves requests");
                let server = serving.handle();
                let serving = actix_web::rt::spawn(serving);
                ready.send((running.port, app)).expect("the starting thread waits");
                let _ = stopped.await;
                // A graceful stop would wait a second for idle connections of the test's own clients.
                server.stop(false).await;
                let _ = serving.await;
                running.stop().await;
            });
        });
        let (port, app) = started.recv().expect("the app starts: see its panic above");
        Self {
            port,
            app,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The product's own state.
    pub fn product(&self) -> &App {
        &self.app
    }

    pub fn advance(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    /// Its time, in microseconds since 1970, as stored in the database.
    pub fn now(&self) -> i64 {
        self.app.clock.now().0
    }

    /// Answers what was requested for addresses, then sends all due emails, with the workers' own functions.
    pub fn deliver_mail(&self) -> usize {
        let transport = Transport::of(&self.app.config).expect("a mail transport");
        let mut tried = 0;
        while jobs::answer_one(&self.app).expect("the requests") {}
        while jobs::send_one(&self.app, &transport).expect("the outbox") {
            tried += 1;
        }
        tried
    }

    /// Imports all confirmed files with the worker's own function.
    pub fn import_usage(&self) {
        while jobs::import_one(&self.app).expect("the imports") {}
    }

    /// Runs the background jobs that depend on time, such as expiring invitations and sessions.
    pub fn sweep(&self) {
        jobs::sweep(&self.app).expect("the background jobs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
