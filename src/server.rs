//! The actix app: layers, routes, start and end.

use std::net::TcpListener;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::SameSite;
use actix_web::middleware::from_fn;
use actix_web::{HttpServer, web};

use crate::app::App;
use crate::common::compress::compress;
use crate::common::config::Config;
use crate::common::error::AppError;
use crate::common::time::Clock;
use crate::common::token::Keys;
use crate::db::Db;
use crate::web::middleware::guard;
use crate::{jobs, routes};

/// The largest form that is read, in bytes: an invitation of 500 people with a message.
const LARGEST_FORM: usize = 512 * 1024;

/// Opens the data folder, the key and the database, and brings the schema up to date.
pub fn open(config: Config, clock: Clock) -> Result<App, String> {
    use std::os::unix::fs::DirBuilderExt;
    let dir = &config.data_dir;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", dir.display()))?;
    let keys = Keys::load(dir).map_err(|error| format!("the key of this instance cannot be read: {error}"))?;
    let db = Db::open(&config.database_url)?;
    for name in db.migrate()? {
        tracing::info!(%name, "migrated");
    }
    Ok(App::new(db, config, keys, clock))
}

/// Makes the data folder, for its owner only.
pub fn make_data_dir(dir: &std::path::Path) -> Result<(), String> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", dir.display()))
}

/// A running server.
#[derive(Debug)]
pub struct RunningServer {
    /// The port it listens on.
    pub port: u16,
    pub app: App,
    server: actix_web::dev::ServerHandle,
    jobs: jobs::Workers,
}

impl RunningServer {
    /// Takes no new requests, finishes the running ones, stops the workers.
    pub async fn stop(mut self) {
        self.server.stop(true).await;
        let _ = tokio::task::spawn_blocking(move || self.jobs.stop()).await;
    }
}

/// Starts serving on the configured address; the returned future ends with the server.
pub fn start(app: App) -> Result<(RunningServer, actix_web::dev::Server), String> {
    let listen = app.config.listen;
    let listener = TcpListener::bind(listen).map_err(|error| format!("{listen} cannot be listened on: {error}"))?;
    serve(app, listener)
}

/// As `start`, on a socket that is already open.
pub fn serve(app: App, listener: TcpListener) -> Result<(RunningServer, actix_web::dev::Server), String> {
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let jobs = jobs::start(&app)?;
    let data = web::Data::new(app.clone());
    let (key, https) = (app.keys.cookie(), app.config.is_https());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || {
        // __Host- cookies are tied to this host and to HTTPS (RFC 6265bis, 4.1.3.2).
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_name(if https { "__Host-session" } else { "session" }.to_owned())
            .cookie_secure(https)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .session_lifecycle(PersistentSession::default().session_ttl(actix_web::cookie::time::Duration::days(90)))
            .build();
        actix_web::App::new()
            .app_data(data.clone())
            .app_data(
                web::FormConfig::default()
                    .limit(LARGEST_FORM)
                    .error_handler(|error, _| {
                        AppError::Unreadable(format!("The form cannot be read: {error}.")).into()
                    }),
            )
            .app_data(
                web::QueryConfig::default().error_handler(|error, _| {
                    AppError::Unreadable(format!("The address cannot be read: {error}.")).into()
                }),
            )
            .app_data(web::PathConfig::default().error_handler(|_, _| AppError::NotFound.into()))
            .wrap(session)
            .wrap(from_fn(guard))
            .wrap(from_fn(compress))
            .configure(routes::configure)
    })
    .workers(workers)
    .worker_max_blocking_threads(4)
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(15))
    .shutdown_timeout(8)
    .disable_signals()
    .listen(listener)
    .map_err(|error| error.to_string())?
    .run();
    Ok((
        RunningServer {
            port,
            app,
            server: server.handle(),
            jobs,
        },
        server,
    ))
}
