//! Clients that are slow, many or hostile: the others are served, and what they used is free afterwards.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tenantry::common::config::{Config, Pace};

use crate::harness::client::{Client, raw};
use crate::harness::database::Database;
use crate::harness::fixtures::SessionCookie;
use crate::harness::people::PASSWORD;
use crate::harness::places::repository;
use crate::harness::server_process::ServerProcess;
use crate::harness::test_app::TestApp;

const MANY: usize = 1_100;

/// Longer than a busy machine takes for an answer or to apply the limits of `hurried`, and shorter than the real limits.
const SOON: Duration = Duration::from_secs(12);

/// A request head without the empty line at its end.
fn head(method: &str, path: &str, port: u16) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n")
}

/// Half of a form.
fn half_a_form(path: &str, port: u16) -> String {
    let kind = "Content-Type: application/x-www-form-urlencoded";
    format!(
        "{}{kind}\r\nContent-Length: 1000\r\n\r\nemail=",
        head("POST", path, port)
    )
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a timeout");
    stream
}

/// A connection on which these bytes were sent. The server may close it at any time.
fn begun(port: u16, bytes: &str) -> TcpStream {
    let mut stream = connect(port);
    let _ = stream.write_all(bytes.as_bytes());
    stream
}

/// Whether the server answers or closes within this time. A client that goes on sending after that loses the answer.
fn is_answered(stream: &TcpStream, within: Duration) -> bool {
    let usual = stream.read_timeout().expect("a timeout");
    stream.set_read_timeout(Some(within)).expect("a timeout");
    let seen = stream.peek(&mut [0]);
    stream.set_read_timeout(usual).expect("a timeout");
    !seen.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

/// The next answer, when the connection stays open after it.
fn one_answer(stream: &mut TcpStream) -> String {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
        bytes.extend(byte);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.unwrap_or_else(|| panic!("no length: {head}"));
    let mut body = vec![0; length.parse().expect("a length")];
    stream.read_exact(&mut body).expect("the whole answer");
    bytes.extend(body);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What comes until the server closes, and how long that took.
fn answer(mut stream: TcpStream) -> (String, Duration) {
    let (began, mut bytes) = (Instant::now(), Vec::new());
    let _ = stream.read_to_end(&mut bytes);
    (String::from_utf8_lossy(&bytes).into_owned(), began.elapsed())
}

fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(8_192).min(8_192);
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised).expect("more open files");
    }
}

fn open_files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

#[test]
fn clients_that_send_no_whole_request_leave_room_for_all_others() {
    allow_many_files();
    let mut server = ServerProcess::prepare();
    server.limit_files(1_024, 1_024).start();
    let port = server.port();
    let usual = open_files(server.pid());
    let hangs = [
        ("half a form", half_a_form("/login", port)),
        ("half a head", head("GET", "/login", port)),
        ("nothing", String::new()),
        (
            "no second request",
            format!("{}\r\n", head("GET", "/health/live", port)),
        ),
        (
            "half a chunk",
            format!(
                "{}Transfer-Encoding: chunked\r\n\r\nff\r\nemail",
                head("POST", "/login", port)
            ),
        ),
        ("a body that is not read", half_a_form("/no-such-page", port)),
    ];
    for (what, bytes) in hangs {
        let clients: Vec<TcpStream> = (0..MANY).map(|_| begun(port, &bytes)).collect();
        let mut quickest = [Duration::MAX; 3];
        for round in 0..5 {
            for (path, best) in ["/health/live", "/health/ready", "/login"].iter().zip(&mut quickest) {
                let began = Instant::now();
                let answer = raw(port, &format!("{}Connection: close\r\n\r\n", head("GET", path, port)));
                let took = began.elapsed();
                assert!(answer.starts_with("HTTP/1.1 200"), "{what}, {round}: {path}: {answer}");
                assert!(took < SOON, "{what}, {round}: {path} took {took:?}");
                *best = took.min(*best);
            }
        }
        // Some arrive in the middle of the rush, when the server closes hundreds of connections, or when the machine is busy.
        let slowest = quickest.iter().max().expect("three");
        assert!(*slowest < Duration::from_millis(1_500), "{what}: {quickest:?}");
        let fields = [("email", "olivia@harbor.test"), ("password", PASSWORD)];
        server.client().post("/login", &fields).expect(422);
        drop(clients);
    }
    let end = Instant::now() + Duration::from_secs(30);
    while open_files(server.pid()) > usual + 24 {
        assert!(
            Instant::now() < end,
            "{} files are open, {usual} before",
            open_files(server.pid())
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    // It is logged once a second.
    let end = Instant::now() + Duration::from_secs(30);
    while !server.log().contains("too many at the same time") {
        assert!(Instant::now() < end, "{}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_limit_of_open_files_is_raised_at_the_start() {
    let mut server = ServerProcess::prepare();
    server.limit_files(256, 2_048).start();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.pid())).expect("its limits");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .expect("files");
    assert_eq!(line.split_whitespace().nth(3), Some("2048"), "{line}");
    let guide = std::fs::read_to_string(repository().join("docs/OPERATIONS.md")).expect("the guide");
    let unit = guide.split("```ini").nth(1).expect("a systemd unit");
    assert!(
        unit.split("```")
            .next()
            .is_some_and(|unit| unit.contains("\nLimitNOFILE=16384\n")),
        "{unit}"
    );
}

/// Limits that are reached within a test, but not by a client or server that waits for a busy processor. The HTTP layer's clock
/// alone is up to half a second late.
fn hurried(config: &mut Config) {
    config.limits.head = Duration::from_secs(3);
    config.limits.keep_alive = Duration::from_secs(1);
    config.limits.body = Duration::from_secs(4);
    config.limits.pace = Pace {
        bytes: 8 * 1024,
        window: Duration::from_secs(2),
    };
}

#[test]
fn a_body_that_stops_or_trickles_is_answered_with_408() {
    let app = TestApp::with(hurried);
    let (stops, took) = answer(begun(app.port(), &half_a_form("/login", app.port())));
    assert!(stops.starts_with("HTTP/1.1 408"), "{stops}");
    assert!(stops.contains("The request took too long to arrive"), "{stops}");
    assert!(took < SOON, "{took:?}");

    // A byte now and then does not make it a body that arrives.
    let mut trickles = begun(app.port(), &half_a_form("/login", app.port()));
    let began = Instant::now();
    while began.elapsed() < SOON && !is_answered(&trickles, Duration::from_millis(60)) {
        let _ = trickles.write_all(b"a");
    }
    let (trickles, _) = answer(trickles);
    assert!(trickles.starts_with("HTTP/1.1 408"), "{trickles}");

    // Fast enough at any moment, and too long as a whole.
    let long = head("POST", "/login", app.port());
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 524288\r\n\r\n";
    let mut long = begun(app.port(), &format!("{long}{kind}"));
    let mut pieces = (0..63).map(|_| [b'a'; 8 * 1024]);
    while !is_answered(&long, Duration::from_millis(150)) {
        let piece = pieces.next().expect("an answer before the last piece");
        let _ = long.write_all(&piece);
    }
    let (long, _) = answer(long);
    assert!(long.starts_with("HTTP/1.1 408"), "{long}");
    app.client().get("/health/ready").expect(200);
}

#[test]
fn a_slow_upload_of_the_largest_file_is_accepted() {
    // It takes longer than the window of the pace.
    let app = TestApp::with(|config| {
        hurried(config);
        config.limits.body = Duration::from_secs(30);
    });
    let (name, value) = signed_in_owner(&app);
    let port = app.port();
    let mut file = String::from("email,note\nnoah@harbor.test,");
    file.push_str(&"x".repeat(500 * 1024));
    file.push('\n');
    let part = |name: &str, value: &str| {
        format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = format!(
        "{}{}{}",
        part("emails", ""),
        part("role", "member"),
        part("message", "")
    );
    let body = format!(
        "{fields}--mark\r\nContent-Disposition: form-data; name=\"csv\"; filename=\"people.csv\"\r\n\r\n{file}\r\n--mark--\r\n"
    );
    let path = "/organizations/harbor/invitations";
    let rest = format!(
        "Cookie: {name}={value}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=mark\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut phone = begun(port, &format!("{}{rest}", head("POST", path, port)));
    let (sender, mut receiver) = (body.into_bytes(), phone.try_clone().expect("a socket"));
    for (at, piece) in sender.chunks(16 * 1024).enumerate() {
        phone.write_all(piece).expect("the server reads");
        // A phone between two cells stops for a moment.
        std::thread::sleep(Duration::from_millis(if at == 10 { 1_000 } else { 70 }));
    }
    let mut text = String::new();
    receiver.read_to_string(&mut text).expect("an answer");
    assert!(
        !text.starts_with("HTTP/1.1 408") && !text.starts_with("HTTP/1.1 400"),
        "{text}"
    );
    assert!(
        ["200", "303", "422"]
            .iter()
            .any(|status| text.starts_with(&format!("HTTP/1.1 {status}"))),
        "{text}"
    );
    // At the real limits, 8 KB a second is enough for the largest form.
    let limits = TestApp::shared().config().limits;
    assert!(Duration::from_secs(768 / 8) < limits.body);
    assert!(limits.pace.bytes <= 8 * 1024 && limits.pace.window > Duration::from_secs(10));
}

fn signed_in_owner(app: &TestApp) -> SessionCookie {
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
        fixtures.organization("Harbor Agency", "harbor", olivia);
        fixtures.session_cookie(olivia)
    })
}

#[test]
fn a_body_that_no_handler_reads_is_not_waited_for() {
    // With the real limits: what waits for a body takes longer than the test allows.
    let app = TestApp::shared();
    let port = app.port();
    let with_body = "Content-Length: 1000\r\n\r\nhalf";
    let other_site = "Sec-Fetch-Site: cross-site\r\nContent-Length: 1000\r\n\r\nhalf";
    let own = format!("POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{other_site}");
    for (request, status) in [
        (format!("{}{with_body}", head("GET", "/login", port)), "200"),
        (format!("{}{with_body}", head("PUT", "/login", port)), "405"),
        (own, "403"),
        (
            format!("{}Content-Length: 900000\r\n\r\nhalf", head("POST", "/login", port)),
            "400",
        ),
    ] {
        let (mut client, began, mut line) = (begun(port, &request), Instant::now(), [0; 12]);
        client.read_exact(&mut line).expect("an answer");
        assert_eq!(line, *format!("HTTP/1.1 {status}").as_bytes(), "{request}");
        assert!(began.elapsed() < SOON, "{request}: {:?}", began.elapsed());
    }
    // What follows an answer is not read for long either.
    let app = TestApp::with(hurried);
    let port = app.port();
    let chunks = "Transfer-Encoding: chunked\r\n\r\nff\r\nhalf";
    let (text, took) = answer(begun(port, &format!("{}{chunks}", head("GET", "/login", port))));
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(took < SOON, "closed after {took:?}");
}

#[test]
fn a_connection_is_closed_when_no_next_request_arrives_whole() {
    let app = TestApp::with(hurried);
    let port = app.port();
    let first = format!("{}\r\n", head("GET", "/health/live", port));
    for (what, rest) in [
        ("no second request", String::new()),
        ("half a second head", head("GET", "/health/live", port)),
    ] {
        let mut client = begun(port, &first);
        let text = one_answer(&mut client);
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let _ = client.write_all(rest.as_bytes());
        let (text, took) = answer(client);
        assert!(!text.contains("200 OK"), "{what}: {text}");
        assert!(took < SOON, "{what}: closed after {took:?}");
    }
}

#[test]
fn a_client_that_does_not_read_its_responses_is_cut_off() {
    let app = TestApp::with(hurried);
    let port = app.port();
    let requests = format!("{}\r\n", head("GET", &large_file(&app.client()), port)).repeat(200);
    let hangs = slow_reader(port, &requests);
    let reads = begun(port, &requests);
    let whole = answer(reads).0.len();
    std::thread::sleep(Duration::from_secs(5));
    let (part, _) = answer(hangs);
    assert!(whole > 200 * 30_000, "{whole}");
    assert!(part.len() < whole, "{} of {whole} bytes", part.len());
}

/// The address of the script, which is longer than what the network takes by itself.
fn large_file(client: &Client) -> String {
    let page = client.get("/login").body;
    let script = |text: &&str| text.starts_with("/static/") && text.ends_with(".js");
    page.split('"')
        .find(script)
        .unwrap_or_else(|| panic!("no script in {page}"))
        .to_owned()
}

/// A client that takes few bytes before it stops.
fn slow_reader(port: u16, requests: &str) -> TcpStream {
    use rustix::net::{AddressFamily, SocketAddrV4, SocketType, sockopt};
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    sockopt::set_socket_recv_buffer_size(&socket, 4096).expect("a small buffer");
    let address = SocketAddrV4::new([127, 0, 0, 1].into(), port);
    rustix::net::connect(&socket, &address).expect("the server accepts");
    let mut stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a timeout");
    stream.write_all(requests.as_bytes()).expect("the server reads");
    stream
}

/// The memory of a process, in KB.
fn memory(pid: u32) -> u64 {
    status(pid, "VmRSS")
}

/// The memory that a process took for itself, in KB: not the pages of its program, of which a build for tests has many times what
/// a release has. The system reads most of them again when it needs the room; those with addresses the loader fills in once.
fn own_memory(pid: u32) -> u64 {
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).expect("its program");
    let parts = std::fs::read_to_string(format!("/proc/{pid}/smaps")).expect("its memory");
    let (mut of_program, mut filled) = (false, 0);
    for line in parts.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("Anonymous:") if of_program => {
                filled += words.next().and_then(|kb| kb.parse::<u64>().ok()).expect("a number")
            }
            Some(first) if !first.ends_with(':') => of_program = line.ends_with(&*program.to_string_lossy()),
            _ => {}
        }
    }
    status(pid, "RssAnon") - filled
}

fn status(pid: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with(what)).expect("its memory");
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok())
        .expect("a number")
}

/// A server with a large page, and people who sign in.
struct Rush {
    // Its folder and database are the server's.
    _app: TestApp,
    server: ServerProcess,
    cookie: String,
}

const LARGEST: &str = "/organizations/harbor/access/matrix";

impl Rush {
    fn prepare() -> Self {
        let app = TestApp::open();
        let (name, value) = app.fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
            let organization = fixtures.organization("Harbor Agency", "harbor", olivia);
            let companies: Vec<_> = (0..8)
                .map(|n| fixtures.company(organization, &format!("Company {n}"), &format!("company-{n}")))
                .collect();
            for n in 0..60 {
                let person = fixtures.account(&format!("Person {n} Of Many"), &format!("person{n}@harbor.test"), true);
                fixtures.add_member(organization, person, "member", &[(companies[n % 8], "viewer")]);
            }
            fixtures.session_cookie(olivia)
        });
        let mut server = ServerProcess::prepare();
        server
            .set("TENANTRY_DATABASE_URL", app.database.url())
            .set("TENANTRY_DATA_DIR", &app.file("").display().to_string())
            .set("TENANTRY_TRUSTED_PROXIES", "127.0.0.1")
            .start();
        Self {
            _app: app,
            server,
            cookie: format!("{name}={value}"),
        }
    }

    fn get(&self, path: &str) -> String {
        let head = head("GET", path, self.server.port());
        format!("{head}Cookie: {}\r\n", self.cookie)
    }

    /// Clients that request pages and files, and don't read them. The others don't wait for them.
    fn readers(&self, count: usize) {
        let port = self.server.port();
        let file = format!("{}\r\n", head("GET", &large_file(&self.server.client()), port)).repeat(8);
        let pages = format!("{}\r\n{file}", self.get(LARGEST));
        let clients: Vec<TcpStream> = (0..count)
            .map(|n| slow_reader(port, if n % 10 == 0 { &pages } else { &file }))
            .collect();
        let began = Instant::now();
        self.renders(1);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        assert!(open_files(self.server.pid()) > count, "they are connected");
        drop(clients);
    }

    /// Clients that stay connected after a page, all at the same time.
    fn connections(&self, count: usize) {
        let request = format!("{}\r\n", head("GET", "/login", self.server.port()));
        let clients: Vec<TcpStream> = (0..count).map(|_| begun(self.server.port(), &request)).collect();
        self.renders(1);
        drop(clients);
    }

    fn renders(&self, count: usize) {
        let request = format!("{}Connection: close\r\n\r\n", self.get(LARGEST));
        let clients: Vec<TcpStream> = (0..count).map(|_| begun(self.server.port(), &request)).collect();
        for client in clients {
            let (page, _) = answer(client);
            assert!(
                page.starts_with("HTTP/1.1 200") && page.contains("Person 0 Of Many"),
                "{page}"
            );
        }
    }

    fn sign_ins(&self, count: usize) {
        let port = self.server.port();
        let clients: Vec<TcpStream> = (0..count)
            .map(|n| {
                let body = format!("email=person{}%40harbor.test&password={PASSWORD}", n % 60);
                let head = head("POST", "/login", port);
                let own = format!(
                    "X-Forwarded-For: 192.0.2.{}\r\nConnection: close\r\nContent-Length: {}",
                    n % 200,
                    body.len()
                );
                begun(
                    port,
                    &format!("{head}Content-Type: application/x-www-form-urlencoded\r\n{own}\r\n\r\n{body}"),
                )
            })
            .collect();
        for client in clients {
            let (text, _) = answer(client);
            assert!(text.starts_with("HTTP/1.1 303"), "{text}");
        }
    }
}

#[test]
fn memory_returns_after_slow_readers_sign_ins_and_large_pages() {
    if Database::is_on_postgres() {
        // What takes the memory (passwords, pages, connections of clients) does not depend on the database.
        return;
    }
    allow_many_files();
    let rush = Rush::prepare();
    let pid = rush.server.pid();
    let idle = settled(IDLE, || own_memory(pid));
    assert!(idle <= IDLE, "{idle} KB before the first page");
    // An ordinary hour, so that caches and pools are as they stay.
    rush.renders(20);
    rush.sign_ins(20);
    std::thread::sleep(Duration::from_secs(3));
    let before = memory(pid);
    rush.readers(300);
    rush.sign_ins(200);
    rush.renders(50);
    let most = before + before / 10;
    let after = settled(most, || memory(pid));
    println!("{before} KB before, {after} KB after");
    assert!(after <= most, "{after} KB instead of {before} KB");
    let busy = settled(BUSY, || own_memory(pid));
    println!("{idle} KB of its own when idle, {busy} KB after work");
    assert!(busy <= BUSY, "{busy} KB after all kinds of work");
    rush.connections(1_000);
    let gone = settled(busy + MANY_CONNECTIONS, || own_memory(pid));
    println!("{gone} KB of its own after a thousand connections");
    assert!(gone <= busy + MANY_CONNECTIONS, "{gone} KB instead of {busy} KB");
}

/// The most memory before the first page, in KB.
const IDLE: u64 = 9 * 1024;
/// After all kinds of work.
const BUSY: u64 = 23 * 1024;
/// What a thousand connections may leave behind.
const MANY_CONNECTIONS: u64 = 10 * 1024;

/// The memory once it is at most this, or after a while.
fn settled(most: u64, memory: impl Fn() -> u64) -> u64 {
    let end = Instant::now() + Duration::from_secs(30);
    let mut now = memory();
    while now > most && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
        now = memory();
    }
    now
}
