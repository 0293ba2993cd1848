//! A connection to a client, and what it waits for: a request, its body, or that the client reads the response.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::common::config::Limits;
use crate::common::slots::Slot;

/// What the HTTP layer ends with a response, or in good order, is ended by it and not here.
const ALLOWANCE: Duration = Duration::from_secs(2);

/// The socket, which notes when bytes move.
#[derive(Debug)]
pub struct Connection {
    socket: TcpStream,
    state: Rc<ConnectionState>,
}

/// What a connection waits for. A request finds it in the data of its connection.
#[derive(Debug)]
pub struct ConnectionState {
    slot: Slot,
    limits: Limits,
    phase: Cell<Phase>,
    /// While the client does not read: the bytes that it took since its time began.
    blocked: Cell<Option<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No byte of the next request has arrived.
    Idle,
    /// The head of a request is arriving.
    Head,
    /// A request is being answered.
    Request,
    /// The response is known, but not all of it has been sent.
    Response,
}

impl ConnectionState {
    /// The state of a new connection.
    pub fn new(slot: Slot, limits: Limits) -> Self {
        slot.wait(limits.head + ALLOWANCE);
        Self {
            slot,
            limits,
            phase: Cell::new(Phase::Head),
            blocked: Cell::new(None),
        }
    }

    /// Ends when the connection must be closed.
    pub async fn closed(&self) {
        self.slot.closed().await;
    }

    fn received(&self) {
        if self.phase.get() == Phase::Idle {
            self.phase.set(Phase::Head);
            self.slot.wait(self.limits.head);
        }
    }

    fn sent(&self, count: usize) {
        self.blocked.set(self.blocked.get().map(|sent| sent + count));
        // The next request waits behind this response.
        if self.phase.get() == Phase::Head {
            self.slot.wait(self.limits.head);
        }
    }

    fn sent_all(&self) {
        let was_blocked = self.blocked.take().is_some();
        match self.phase.get() {
            Phase::Response | Phase::Idle if was_blocked || self.phase.get() == Phase::Response => {
                self.phase.set(Phase::Idle);
                self.slot.wait(self.limits.keep_alive + ALLOWANCE);
            }
            Phase::Head if was_blocked => self.slot.wait(self.limits.head),
            _ => {}
        }
    }

    fn cannot_send(&self) {
        let pace = self.limits.pace;
        if self.blocked.get().is_some_and(|sent| sent < pace.bytes) {
            return;
        }
        self.blocked.set(Some(0));
        if self.phase.get() != Phase::Request {
            self.slot.wait(pace.window);
        }
    }

    fn begin_request(&self) {
        self.phase.set(Phase::Request);
        self.slot.work();
    }

    /// From now on the server waits for the body of the request.
    pub fn wait_for_body(&self) {
        self.slot.wait(self.limits.body + ALLOWANCE);
    }

    /// The body of the request is there.
    pub fn has_body(&self) {
        self.slot.work();
    }

    fn end_request(&self) {
        self.phase.set(Phase::Response);
        self.blocked.set(None);
        self.slot.wait(self.limits.pace.window);
    }
}

/// A request that is being answered; its response begins when this value is dropped.
#[derive(Debug)]
pub struct RequestInProgress(Option<Rc<ConnectionState>>);

impl RequestInProgress {
    /// Begins to answer a request. A request of a unit test has no connection.
    pub fn begin(req: &ServiceRequest) -> Self {
        let connection = req.conn_data::<Rc<ConnectionState>>().cloned();
        if let Some(connection) = &connection {
            connection.begin_request();
        }
        Self(connection)
    }

    /// The connection of the request.
    pub fn connection(&self) -> Option<&ConnectionState> {
        self.0.as_deref()
    }
}

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            connection.end_request();
        }
    }
}

impl Connection {
    /// A connection over a socket.
    pub fn new(socket: TcpStream, state: Rc<ConnectionState>) -> Self {
        Self { socket, state }
    }

    /// What it waits for.
    pub fn state(&self) -> &Rc<ConnectionState> {
        &self.state
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.state.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write(cx, buf);
        match &done {
            Poll::Ready(Ok(count)) => self.state.sent(*count),
            Poll::Pending => self.state.cannot_send(),
            Poll::Ready(Err(_)) => {}
        }
        done
    }

    // The HTTP layer flushes when it has written everything.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        self.state.sent_all();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
