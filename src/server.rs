//! The actix app: layers, routes, start and end.

mod listen;

use std::net::TcpListener;
use std::path::Path;

use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::SameSite;
use actix_web::middleware::from_fn;
use actix_web::web;

use crate::app::App;
use crate::auth::System;
use crate::common::compress::compress;
use crate::common::config::Config;
use crate::common::error::AppError;
use crate::common::keys::Keys;
use crate::common::time::Clock;
use crate::db::Db;
use crate::services::instance_key;
use crate::services::instance_key::KeyMatch;
use crate::web::middleware::guard;
use crate::{jobs, routes};

/// The largest form that is read, in bytes: an invitation of 500 people with a message.
const LARGEST_FORM: usize = 512 * 1024;

/// Opens the data folder, the key and the database, and brings the schema up to date. Refuses a key file that the data does
/// not belong to.
pub fn open(config: Config, clock: Clock) -> Result<App, String> {
    open_with(config, clock, NewKey::Refused)
}

/// What happens to data that belongs to another key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKey {
    Refused,
    /// It is served, and belongs to this key file from now on.
    Accepted,
}

/// As `open`, with a decision about another key file.
pub fn open_with(config: Config, clock: Clock, new_key: NewKey) -> Result<App, String> {
    let dir = config.data_dir.clone();
    make_data_dir(&dir)?;
    let unreadable = |error| format!("the key of this instance cannot be read: {error}");
    let found = Keys::read(&dir).map_err(unreadable)?;
    let db = Db::open(&config.database_url)?;
    for name in db.migrate()? {
        tracing::info!(%name, "migrated");
    }
    let missing = found.is_none();
    // Not saved yet: a new key file beside the data of another one would only hide that the right one is missing.
    let app = App::new(db, config, found.unwrap_or_else(Keys::random), clock);
    let system = System::command(&app, "open");
    let fingerprint = (!missing).then(|| app.keys.fingerprint());
    let matched = instance_key::compare(&system, fingerprint.as_deref()).map_err(|error| error.to_string())?;
    if let (KeyMatch::Another(recorded), NewKey::Refused) = (&matched, new_key) {
        return Err(another_key(&dir, recorded, fingerprint.as_deref()));
    }
    let app = if missing {
        app.with_keys(Keys::load(&dir).map_err(unreadable)?)
    } else {
        app
    };
    let (system, fingerprint) = (System::command(&app, "open"), app.keys.fingerprint());
    let recorded = match &matched {
        KeyMatch::Fits => instance_key::record(&system, &fingerprint),
        KeyMatch::Another(before) => {
            tracing::warn!(%before, now = %fingerprint, "a new key is accepted: sessions, waiting emails and seals of the earlier key no longer work");
            instance_key::replace(&system, &fingerprint)
        }
    };
    recorded.map_err(|error| error.to_string())?;
    // Of two first starts at the same moment with different keys, one is recorded.
    match instance_key::compare(&system, Some(&fingerprint)).map_err(|error| error.to_string())? {
        KeyMatch::Fits => Ok(app),
        KeyMatch::Another(recorded) => Err(another_key(&dir, &recorded, Some(&fingerprint))),
    }
}

/// Why data does not open with the key file of this folder.
pub fn another_key(dir: &Path, recorded: &str, found: Option<&str>) -> String {
    let file = dir.join("secret.key");
    let what = match found {
        Some(found) => format!(
            "{} is not the key that this database was used with (fingerprint {found} instead of {recorded})",
            file.display()
        ),
        None => format!(
            "{} is missing, and this database was used with a key (fingerprint {recorded})",
            file.display()
        ),
    };
    format!(
        "{what}; restore the key file of the same backup, or start with `tenantry serve --accept-new-key`; `tenantry doctor` lists what a new key does not open"
    )
}

/// Makes the data folder, for its owner only.
pub fn make_data_dir(dir: &Path) -> Result<(), String> {
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
    listen::raise_file_limit();
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
    let application = move || {
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
    };
    let server = listen::listen(&app, listener, application)?;
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
