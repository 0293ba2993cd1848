//! A server under test: on the first core, with its database.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::fill::{OWNER, PASSWORD, TRAVELLER, psql};
use crate::machine;

/// The core of servers and databases; the load comes from the other one.
pub const SERVER_CORE: &str = "0";
pub const LOAD_CORE: &str = "1";

/// A filled database.
#[derive(Debug, Clone)]
pub struct Database {
    /// "SQLite" or "PostgreSQL".
    pub engine: &'static str,
    pub url: String,
    /// The folder of the key file that it was filled with.
    pub dir: PathBuf,
    /// The process of PostgreSQL, whose backends are its children.
    pub process: Option<u32>,
}

impl Database {
    pub fn is_sqlite(&self) -> bool {
        self.process.is_none()
    }

    pub fn cpu(&self) -> f64 {
        self.process.map_or(0.0, machine::cpu)
    }

    /// The number that a statement gives under the name `n`.
    pub fn number(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        if self.is_sqlite() {
            let mut conn = SqliteConnection::establish(&self.url).unwrap();
            diesel::sql_query(sql).get_result::<Number>(&mut conn).unwrap().n
        } else {
            psql(&self.url, sql).trim().parse().unwrap()
        }
    }
}

/// A process that answers on a port.
pub struct Served {
    pub child: Child,
    pub port: u16,
    pub database: Database,
}

/// An answer as it came over the wire.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Served {
    /// Starts Tenantry and waits until it is ready.
    pub fn start(binary: &Path, database: &Database) -> Self {
        Self::start_with(binary, database, "warn", Stdio::null())
    }

    pub fn start_with(binary: &Path, database: &Database, log: &str, errors: Stdio) -> Self {
        let port = machine::free_port();
        let mut command = Command::new("taskset");
        command
            .args(["-c", SERVER_CORE])
            .arg(binary)
            .env("TENANTRY_LISTEN", format!("127.0.0.1:{port}"))
            .env("TENANTRY_DATA_DIR", &database.dir)
            .env("TENANTRY_DATABASE_URL", &database.url)
            .env("TENANTRY_LOG", log)
            .env("TENANTRY_API_KEY_REQUESTS", "off")
            .env("TENANTRY_API_ORGANIZATION_REQUESTS", "off")
            .env("TENANTRY_ORGANIZATION_INVITATIONS", "1000000")
            .env("TENANTRY_ACCOUNT_INVITATIONS", "1000000")
            .env("TENANTRY_INSTANCE_INVITATIONS", "1000000")
            .stderr(errors);
        let server = Self::spawn(&mut command, port, database);
        server.wait_until(|| {
            server
                .try_get("/health/ready", &[])
                .is_some_and(|answer| answer.status == 200)
        });
        server
    }

    /// Starts another server, which is ready as soon as it listens.
    pub fn spawn(command: &mut Command, port: u16, database: &Database) -> Self {
        let server = Self {
            child: command.spawn().expect("taskset and the program"),
            port,
            database: database.clone(),
        };
        server.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        server
    }

    fn wait_until(&self, ready: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !ready() {
            assert!(Instant::now() < deadline, "a server did not start");
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The cookies of the two people whose pages are measured.
    pub fn sign_in_both(&self) -> Cookies {
        Cookies {
            owner: self.sign_in(OWNER),
            traveller: self.sign_in(TRAVELLER),
        }
    }

    pub fn sign_in(&self, email: &str) -> String {
        let form = format!("email={}&password={PASSWORD}", email.replace('@', "%40"));
        let answer = self.request("POST", "/login", &["Sec-Fetch-Site: same-origin"], &form);
        assert_eq!(answer.status, 303, "{email} cannot sign in");
        let cookie = answer.header("set-cookie").expect("a session cookie");
        cookie.split(';').next().unwrap().to_owned()
    }

    pub fn get(&self, path: &str, headers: &[&str]) -> Answer {
        let answer = self.request("GET", path, headers, "");
        assert_eq!(answer.status, 200, "{path}");
        answer
    }

    /// A request of its own connection, by hand: the length on the wire counts, and no client may decompress it.
    pub fn request(&self, method: &str, path: &str, headers: &[&str], form: &str) -> Answer {
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
            self.port
        );
        for header in headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        if method == "POST" {
            text.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
            text.push_str(&format!("Content-Length: {}\r\n", form.len()));
        }
        text.push_str("\r\n");
        text.push_str(form);
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        parse(&answer).unwrap_or_else(|| panic!("{path}: no answer"))
    }

    fn try_get(&self, path: &str, headers: &[&str]) -> Option<Answer> {
        TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        Some(self.request("GET", path, headers, ""))
    }

    pub fn cpu(&self) -> f64 {
        machine::cpu(self.child.id())
    }

    pub fn memory(&self, what: &str) -> f64 {
        machine::memory(self.child.id(), what)
    }

    /// Asks the process to end, and waits.
    pub fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    Some(Answer {
        status: head.get(9..12)?.parse().ok()?,
        head,
        body: answer[end + 4..].to_vec(),
    })
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Cookies {
    pub owner: String,
    pub traveller: String,
}

/// The release build of this tree, beside the benchmark.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let release = own.ancestors().find(|dir| dir.ends_with("release")).unwrap();
    release.join("tenantry")
}

/// This program again, as one of the references.
pub fn own_program() -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(std::env::current_exe().unwrap());
    command
}
