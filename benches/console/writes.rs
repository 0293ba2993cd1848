//! Pages while and after something is written, invitations that are durable, memory.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::load::{self, Load};
use crate::machine;
use crate::served::{Cookies, Database, Served};
use crate::tables::verdict;

/// A small write of an organization: pins a company to a member's sidebar, or unpins it.
fn write(server: &Served, slug: &str, cookie: &str, pins: bool) {
    let path = format!(
        "/organizations/{slug}/companies/company-0/{}",
        if pins { "pinning" } else { "unpinning" }
    );
    let cookie = format!("Cookie: {cookie}");
    let answer = server.request("POST", &path, &["Sec-Fetch-Site: same-origin", &cookie], "");
    assert_eq!(answer.status, 303, "{path}");
}

/// CPU of server and database so far.
fn cpu(server: &Served) -> f64 {
    server.cpu() + server.database.cpu()
}

/// The first view after a write: writes with a view after each, less the same writes alone.
pub fn first_view(server: &Served, cookies: &Cookies, times: u32) {
    let page = Load::of("/organizations/twenty/members", &cookies.owner);
    load::once(server, &page);
    let run = |views: bool| {
        let began = cpu(server);
        let mut waited = 0.0;
        for at in 0..times {
            write(server, "twenty", &cookies.owner, at % 2 == 0);
            if views {
                let began = Instant::now();
                load::once(server, &page);
                waited += began.elapsed().as_secs_f64();
            }
        }
        (
            (cpu(server) - began) * 1e3 / f64::from(times),
            waited * 1e3 / f64::from(times),
        )
    };
    let (alone, _) = run(false);
    let (both, waited) = run(true);
    println!("\n### First view after a write\n");
    println!(
        "A write: {alone:.3} ms CPU. The members page of the organization of 20 right after one: {:.3} ms CPU (a connection \
         each), {waited:.2} ms on the clock.",
        both - alone
    );
}

/// The page of one organization while another is written to twenty times a second. The writes' own CPU, measured alone, is
/// subtracted.
pub fn while_others_write(server: &Served, cookies: &Cookies) {
    let other = server.sign_in(&crate::fill::owner_email(3));
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let writer = || {
        while !stop.load(Ordering::Relaxed) {
            let count = done.fetch_add(1, Ordering::Relaxed);
            write(server, "organization-3", &other, count % 2 == 0);
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(writer);
        let (began, count) = (cpu(server), done.load(Ordering::Relaxed));
        std::thread::sleep(Duration::from_secs(2));
        let alone = (cpu(server) - began) / (done.load(Ordering::Relaxed) - count).max(1) as f64;
        let page = Load {
            seconds: 3,
            ..Load::of("/organizations/twenty/members", &cookies.owner)
        };
        let count = done.load(Ordering::Relaxed);
        let run = load::run(server, &page);
        let writes = (done.load(Ordering::Relaxed) - count) as f64;
        stop.store(true, Ordering::Relaxed);
        println!("\n### While others write\n");
        println!(
            "{writes:.0} writes of another organization in 3 s: unchanged page {:.0} req/s, p50 {:.2}, p99 {:.2} ms, {:.4} ms CPU \
             a request without the writes' own ({:.3} ms each).",
            run.rate,
            run.p50,
            run.p99,
            run.cpu() - writes * alone * 1e3 / run.requests,
            alone * 1e3
        );
    });
}

/// Each request invites someone new, with the session of the next organization's owner.
const INVITES: &str = r#"
local cookies = { COOKIES }
local n = 0
function request()
  n = n + 1
  local at = n % #cookies + 1
  local body = "first_name=&last_name=&role=member&company_role=&message=&access_until=&emails=durable." .. n .. ".RUN%40bench.example"
  return wrk.format("POST", "/organizations/organization-" .. (at + 3) .. "/invitations", {
    ["Cookie"] = cookies[at],
    ["Sec-Fetch-Site"] = "same-origin",
    ["Content-Type"] = "application/x-www-form-urlencoded",
  }, body)
end
"#;

/// P8: invitations at 64 connections, each acknowledged when it is durable, beside the disk's own syncs.
pub fn invitations(dir: &Path, server: &Served, seconds: u32) {
    let cookies: Vec<String> = (4..68)
        .map(|at| format!("{:?}", server.sign_in(&crate::fill::owner_email(at))))
        .collect();
    let run = std::process::id().to_string();
    let script = dir.join("invitations.lua");
    std::fs::write(
        &script,
        INVITES.replace("COOKIES", &cookies.join(", ")).replace("RUN", &run),
    )
    .unwrap();
    let before = machine::syncs(dir);
    let had = count(&server.database);
    let began = Instant::now();
    let load = Load {
        connections: 64,
        seconds,
        script: Some(script),
        ..Load::of("/", "")
    };
    let run = load::run(server, &load);
    let took = began.elapsed().as_secs_f64();
    let rate = (count(&server.database) - had) as f64 / took;
    let syncs = before.max(machine::syncs(dir));
    println!("\n### Durable invitations at 64 connections\n");
    println!(
        "{rate:.0} invitations/s are in the database (p50 {:.0}, p99 {:.0} ms); the disk alone makes {syncs:.0} syncs/s: {:.1} times \
         (aim: 3, {}).",
        run.p50,
        run.p99,
        rate / syncs,
        verdict(rate / syncs >= 3.0)
    );
}

fn count(database: &Database) -> i64 {
    database.number("SELECT COUNT(*) AS n FROM invitations")
}

/// What a server has in memory, in MB: all of it, and without the pages of its program and of mapped files, which the system takes
/// away and reads again as it needs the room.
#[derive(Clone, Copy)]
pub struct Memory {
    all: f64,
    own: f64,
}

impl Memory {
    pub fn of(server: &Served) -> Self {
        Self {
            all: server.memory("VmRSS"),
            own: server.memory("RssAnon"),
        }
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} MB of its own ({:.1} with its program)", self.own, self.all)
    }
}

/// Point 8: idle, after everything, and when a thousand connections have come and gone.
pub fn memory(server: &Served, cookies: &Cookies, idle: Memory) {
    let after = Memory::of(server);
    let many = Load {
        connections: 1_000,
        seconds: 3,
        ..Load::of("/organizations/twenty/members", &cookies.owner)
    };
    load::run(server, &many);
    std::thread::sleep(Duration::from_secs(6));
    let gone = Memory::of(server);
    println!("\n### Memory of the server\n");
    println!(
        "idle {idle} (aim: 12, {}); after the benchmark {after} (aim: 28, {}), at most {:.1} MB with its program; after 1,000 \
         connections have gone {gone} (aim: 10 above that, {}).",
        verdict(idle.own <= 12.0),
        verdict(after.own <= 28.0),
        server.memory("VmHWM"),
        verdict(gone.own <= after.own + 10.0)
    );
}
