//! Accepts connections: how many, how long they may wait for their client, and what is closed to make room.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Extensions};
use actix_web::rt::net::TcpStream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::app::App;
use crate::common::slots::Slots;
use crate::web::connection::{Connection, ConnectionState};

/// The most files that the process asks for; it needs few more than its connections.
const FILES: u64 = 16_384;

/// What the process may have open where the system does not say.
const USUAL_FILES: u64 = 1_024;

/// Connections that the system keeps until they are accepted, if its own limit is not less.
const BACKLOG: i32 = 4_096;

/// Raises the limit of open files of this process as far as it may.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(FILES).min(FILES);
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files was not raised");
        }
    }
}

/// How many connections there may be: a quarter of the open files is for the database, emails and connections that are closing.
fn most_connections(app: &App, files: u64) -> usize {
    let possible = usize::try_from(files - files / 4).unwrap_or(usize::MAX);
    app.config.limits.connections.min(possible)
}

/// Serves an application on a socket.
pub fn listen<F, I, S, B>(app: &App, listener: TcpListener, application: F) -> Result<Server, String>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let files = getrlimit(Resource::Nofile).current.unwrap_or(USUAL_FILES);
    let most = most_connections(app, files);
    let slots = Slots::new(most);
    tracing::debug!(files, connections = most, "limits");
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    // More are accepted than there may be, so that a new one can take the slot of an old one.
    let accepted = most + usize::try_from(files / 8).unwrap_or(most).min(most);
    rustix::net::listen(&listener, BACKLOG).map_err(|error| error.to_string())?;
    let server = Server::build()
        .workers(workers)
        .worker_max_blocking_threads(4)
        .max_concurrent_connections(accepted.div_ceil(workers))
        .shutdown_timeout(8)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    close_overdue(app, &slots);
    let app = app.clone();
    let server = server.listen("http", listener, move || {
        let (limits, stopping) = (app.config.limits, stopping.clone());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(limits.keep_alive)
            .client_request_timeout(limits.head)
            // A client that still sends gets this long to read why its request was refused.
            .client_disconnect_timeout(Duration::from_secs(1))
            .on_connect_ext(|connection: &Connection, data: &mut Extensions| {
                data.insert(connection.state().clone());
            })
            .finish(map_config(application(), |()| AppConfig::default()));
        let (app, slots) = (app.clone(), slots.clone());
        fn_factory(move || {
            let (http, app, slots) = (http.new_service(()), app.clone(), slots.clone());
            async move { http.await.map(|http| Connections { http, app, slots }) }
        })
    });
    Ok(server.map_err(|error| error.to_string())?.run())
}

/// Closes what waits too long, and says when room had to be made.
fn close_overdue(app: &App, slots: &Slots) {
    let (app, slots) = (app.clone(), slots.clone());
    let every = (app.config.limits.pace.window / 4).min(Duration::from_secs(1));
    actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(every).await;
            slots.close_overdue();
            for (what, slots) in [("connections", &slots), ("bodies", &app.bodies)] {
                let closed = slots.take_closed_for_room();
                if closed > 0 {
                    tracing::warn!(what, closed, "too many at the same time: the oldest were closed");
                }
            }
        }
    });
}

/// Serves each connection while it has a slot.
struct Connections<H> {
    http: H,
    app: App,
    slots: Slots,
}

impl<H> Service<TcpStream> for Connections<H>
where
    H: Service<(Connection, Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
    H::Future: 'static,
{
    type Response = ();
    type Error = DispatchError;
    type Future = Pin<Box<dyn Future<Output = Result<(), DispatchError>>>>;

    actix_service::forward_ready!(http);

    fn call(&self, socket: TcpStream) -> Self::Future {
        let peer = socket.peer_addr().ok();
        // Behind a proxy all clients have its address.
        let address = peer.map(|peer| peer.ip().to_canonical());
        let address = address.filter(|ip| !self.app.config.is_proxy(*ip));
        let limits = self.app.config.limits;
        let Some(slot) = self.slots.open(address, limits.head) else {
            return Box::pin(async { Ok(()) });
        };
        let state = Rc::new(ConnectionState::new(slot, limits));
        let connection = Connection::new(socket, state.clone());
        let served = self.http.call((connection, Protocol::Http1, peer));
        Box::pin(async move {
            tokio::select! {
                done = served => done,
                () = state.closed() => Ok(()),
            }
        })
    }
}
