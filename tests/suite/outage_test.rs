//! The database disappears and returns without a restart of the product.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

#[test]
fn pages_recover_after_postgresql_drops_all_connections() {
    let app = TestApp::with(|config| config.database_url.push_str("&application_name=outage"));
    if !app.database.is_postgres() {
        // An SQLite file has no server.
        return;
    }
    let olivia = app.owner_of("Harbor Agency", "harbor").impatient();
    let answers = |count: usize| -> Vec<u16> {
        (0..count)
            .map(|_| olivia.get("/organizations/harbor/members").status)
            .collect()
    };
    assert_eq!(answers(3), [200, 200, 200]);

    for _ in 0..3 {
        let cut = app.database.number(
            "SELECT count(pg_terminate_backend(pid)) AS value FROM pg_stat_activity WHERE application_name = 'outage'",
        );
        assert!(cut > 0, "the app has open connections");
        // The first request on a dead connection is told to try again; all later ones succeed.
        let after = answers(12);
        assert!(after.iter().all(|status| [200, 503].contains(status)), "{after:?}");
        assert_eq!(after[1..], [200; 11], "{after:?}");
    }
    // Writing works too, and the data is still there.
    let client = app.client();
    let fields = [("email", "olivia@harbor.test"), ("password", PASSWORD)];
    client.post("/login", &fields).expect(303);
}

/// A TCP proxy in front of the database server.
struct Proxy {
    port: u16,
    state: Arc<AtomicU8>,
}

const FORWARDS: u8 = 0;
/// Closes every connection, and each new one.
const REFUSES: u8 = 1;
/// Passes nothing on until it forwards again, as a network that loses packets, which are then sent again.
const HOLDS: u8 = 2;

impl Proxy {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(AtomicU8::new(FORWARDS));
        let (server, proxy) = (server.to_owned(), state.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if proxy.load(Ordering::Relaxed) == REFUSES {
                    continue;
                }
                let upstream = TcpStream::connect(&server).expect("the database server");
                let ways = [
                    (client.try_clone(), upstream.try_clone()),
                    (upstream.try_clone(), client.try_clone()),
                ];
                for (from, to) in ways {
                    let (from, to, state) = (from.expect("a socket"), to.expect("a socket"), proxy.clone());
                    std::thread::spawn(move || pump(from, to, &state));
                }
            }
        });
        Self { port, state }
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, state: &AtomicU8) {
    let _ = from.set_read_timeout(Some(Duration::from_millis(50)));
    let mut buffer = [0; 16 * 1024];
    loop {
        if state.load(Ordering::Relaxed) == HOLDS {
            std::thread::sleep(Duration::from_millis(10));
            continue;
        }
        let read = from.read(&mut buffer);
        match (state.load(Ordering::Relaxed), read) {
            (REFUSES, _) | (_, Ok(0)) => break,
            (_, Ok(count)) if to.write_all(&buffer[..count]).is_err() => break,
            (_, Err(error))
                if !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                break;
            }
            _ => {}
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// Status and duration of each of many requests at the same moment.
fn storm(client: &Client, count: usize) -> Vec<(u16, Duration)> {
    let one = || {
        let began = Instant::now();
        let status = client.copy().get("/organizations/harbor/members").status;
        (status, began.elapsed())
    };
    simultaneously((0..count).map(|_| one).collect())
}

#[test]
fn an_unreachable_database_is_answered_within_five_seconds() {
    if !crate::harness::database::Database::is_on_postgres() {
        return;
    }
    let mut proxy = None;
    let app = TestApp::with(|config| {
        // postgres://user@host:port/name?…
        let url = config.database_url.clone();
        let (head, rest) = url.split_once('@').expect("a user");
        let (server, path) = rest.split_once('/').expect("a database");
        let started = Proxy::to(server);
        config.database_url = format!("{head}@127.0.0.1:{}/{path}", started.port);
        proxy = Some(started);
    });
    let proxy = proxy.expect("a proxy");
    let olivia = app.owner_of("Harbor Agency", "harbor").impatient();
    assert_eq!(olivia.get("/organizations/harbor/members").status, 200);
    for state in [REFUSES, HOLDS] {
        proxy.set(state);
        for (status, took) in storm(&olivia, 40) {
            assert_eq!(status, 503);
            assert!(took < Duration::from_millis(5_500), "{took:?} in state {state}");
        }
        let ready = app.client().impatient().get("/health/ready");
        assert_eq!(ready.status, 503, "{}", ready.body);
        proxy.set(FORWARDS);
        let back = Instant::now();
        while olivia.get("/organizations/harbor/members").status != 200 {
            // A second, and a margin for a busy machine.
            assert!(
                back.elapsed() < Duration::from_secs(2),
                "the pages do not come back in state {state}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn many_changes_of_one_account_do_not_delay_the_pages_of_others() {
    let app = TestApp::open();
    let olivia = app.owner_of("Harbor Agency", "harbor");
    let noah = app.owner_of("Quiet Agency", "quiet");
    let p99 = |count: usize| {
        let mut times: Vec<Duration> = (0..count)
            .map(|_| {
                let began = Instant::now();
                noah.get("/organizations/quiet/members").expect(200);
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() * 99 / 100]
    };
    let alone = p99(100);
    let busy = std::thread::scope(|scope| {
        let writes: Vec<_> = (0..40)
            .map(|n| {
                let client = olivia.copy();
                scope.spawn(move || {
                    for round in 0..3 {
                        let name = format!("Company {n} {round}");
                        let fields = [("name", name.as_str()), ("slug", "")];
                        client.post("/organizations/harbor/companies", &fields).expect(303);
                    }
                })
            })
            .collect();
        let busy = p99(100);
        for write in writes {
            write.join().expect("every change is saved");
        }
        busy
    });
    let most = (alone * 20).max(Duration::from_millis(700));
    assert!(busy < most, "99 of 100 pages took {busy:?}, alone {alone:?}");
    let companies = "SELECT count(*) AS value FROM companies WHERE name LIKE 'Company %'";
    assert_eq!(app.database.number(companies), 120);
}
