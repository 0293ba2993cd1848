//! Load from the other core by `wrk`, with the CPU time that it cost.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::machine::percentiles;
use crate::served::{LOAD_CORE, Served};

/// Requests that are sent again and again.
#[derive(Clone)]
pub struct Load {
    pub path: String,
    pub cookie: String,
    pub encoding: &'static str,
    /// Whether htmx asks for a part.
    pub fragment: bool,
    /// Whether each request has an address of its own, so that no stored page can answer it.
    pub distinct: bool,
    pub connections: u32,
    pub seconds: u32,
    /// A script of `wrk` that makes the requests.
    pub script: Option<PathBuf>,
}

impl Load {
    pub fn of(path: &str, cookie: &str) -> Self {
        Self {
            path: path.to_owned(),
            cookie: cookie.to_owned(),
            encoding: "identity",
            fragment: false,
            distinct: false,
            connections: 8,
            seconds: 1,
            script: None,
        }
    }

    pub fn distinct(&self) -> Self {
        Self {
            distinct: true,
            ..self.clone()
        }
    }
}

/// What a run gave. CPU is milliseconds a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Run {
    pub requests: f64,
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    pub server: f64,
    pub database: f64,
    /// Whether a request was answered with an error.
    pub failed: bool,
}

impl Run {
    /// The CPU time of server and database.
    pub fn cpu(&self) -> f64 {
        self.server + self.database
    }

    pub fn words(&self) -> String {
        format!("{:.0} req/s, p50 {:.2}, p99 {:.2} ms", self.rate, self.p50, self.p99)
    }
}

/// How long a page is warmed up, and how many requests it must answer then to be measured under load.
const WARM: Duration = Duration::from_millis(500);
const FEW: u32 = 8;

/// How long a slow page is measured: CPU time is counted in ticks of 10 ms.
const SLOW: Duration = Duration::from_secs(2);

/// The parameter that makes an address distinct. No page knows it.
const VISIT: &str = "visit";

/// Counts on from a moment that no earlier run of this process has had, in nanoseconds.
const DISTINCT: &str = r#"
local from = tonumber(os.getenv("TENANTRY_BENCH_VISIT"))
local n = 0
local sep
function request()
  if sep == nil then sep = string.find(wrk.path, "?", 1, true) and "&" or "?" end
  n = n + 1
  return wrk.format("GET", wrk.path .. sep .. "visit=" .. string.format("%.0f", from + n))
end
"#;

fn visit() -> u128 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_micros()
}

/// A request with the same headers as the load, to see that it is answered and to prepare its statements.
pub fn once(server: &Served, load: &Load) -> crate::served::Answer {
    let cookie = format!("Cookie: {}", load.cookie);
    let encoding = format!("Accept-Encoding: {}", load.encoding);
    let mut headers = vec![cookie.as_str(), &encoding];
    if load.fragment {
        headers.push("HX-Request: true");
    }
    if !load.distinct {
        return server.request("GET", &load.path, &headers, "");
    }
    let sep = if load.path.contains('?') { '&' } else { '?' };
    server.request("GET", &format!("{}{sep}{VISIT}={}", load.path, visit()), &headers, "")
}

pub fn run(server: &Served, load: &Load) -> Run {
    if load.script.is_none() {
        let (began, mut done) = (Instant::now(), 0);
        while done < 20 && began.elapsed() < WARM {
            once(server, load);
            done += 1;
        }
        if done < FEW {
            return one_by_one(server, load);
        }
    }
    let (began, database) = (server.cpu(), server.database.cpu());
    let text = wrk(server, load);
    let (server, database) = (server.cpu() - began, server.database.cpu() - database);
    let requests = number_before(&text, " requests in ");
    Run {
        requests,
        rate: field(&text, "Requests/sec:").parse().unwrap(),
        p50: milliseconds(&field(&text, "50%")),
        p99: milliseconds(&field(&text, "99%")),
        server: server * 1e3 / requests,
        database: database * 1e3 / requests,
        failed: text.contains("Non-2xx"),
    }
}

/// A page so slow that what the end of a run cuts off would be much of it: whole requests, one after the other.
fn one_by_one(server: &Served, load: &Load) -> Run {
    let (began, database, since) = (server.cpu(), server.database.cpu(), Instant::now());
    let (mut failed, mut times) = (false, Vec::new());
    while times.len() < FEW as usize || since.elapsed() < SLOW {
        let began = Instant::now();
        failed |= once(server, load).status != 200;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let requests = times.len() as f64;
    let (p50, p99) = percentiles(&times);
    Run {
        requests,
        rate: requests * 1e3 / times.iter().sum::<f64>(),
        p50,
        p99,
        server: (server.cpu() - began) * 1e3 / requests,
        database: (server.database.cpu() - database) * 1e3 / requests,
        failed,
    }
}

fn wrk(server: &Served, load: &Load) -> String {
    let mut command = Command::new("taskset");
    command
        .args(["-c", LOAD_CORE, "wrk", "-t1", "--latency", "--timeout", "10s"])
        .args(["-c", &load.connections.to_string(), "-d", &format!("{}s", load.seconds)])
        .args(["-H", &format!("Cookie: {}", load.cookie)])
        .args(["-H", &format!("Accept-Encoding: {}", load.encoding)])
        .env("TENANTRY_BENCH_VISIT", visit().to_string());
    if load.fragment {
        command.args(["-H", "HX-Request: true"]);
    }
    let distinct = std::env::temp_dir().join(format!("tenantry-bench-{}.lua", std::process::id()));
    if load.distinct {
        std::fs::write(&distinct, DISTINCT).unwrap();
    }
    if let Some(script) = load.script.as_ref().or(load.distinct.then_some(&distinct)) {
        command.arg("-s").arg(script);
    }
    let out = command.arg(server.url(&load.path)).output().expect("wrk");
    let text = String::from_utf8(out.stdout).unwrap();
    if load.distinct {
        std::fs::remove_file(&distinct).unwrap();
    }
    text
}

fn field(text: &str, label: &str) -> String {
    text.lines()
        .find_map(|line| line.trim().strip_prefix(label))
        .unwrap_or_else(|| panic!("{text}"))
        .trim()
        .to_owned()
}

fn number_before(text: &str, label: &str) -> f64 {
    let line = text
        .lines()
        .find(|line| line.contains(label))
        .unwrap_or_else(|| panic!("{text}"));
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn milliseconds(text: &str) -> f64 {
    let number: f64 = text.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap();
    match text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "us" => number / 1000.0,
        "ms" => number,
        "s" => number * 1000.0,
        other => panic!("{other}"),
    }
}
