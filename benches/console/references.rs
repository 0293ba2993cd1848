//! What the members page costs elsewhere, in the same run on the same core: a handler that only sends the bytes, a server written
//! by hand, and a careful Django.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::fill::TOKEN;
use crate::floor::Frame;
use crate::load::{self, Load, Run};
use crate::machine;
use crate::pages::Places;
use crate::served::{Cookies, Database, SERVER_CORE, Served, own_program};
use crate::tables::verdict;

/// The bare handler: the same bytes from memory.
pub fn bare(dir: &Path, database: &Database, bytes: &[u8], seconds: u32) -> Run {
    let file = dir.join("page.html");
    std::fs::write(&file, bytes).unwrap();
    let port = machine::free_port();
    let mut command = own_program();
    command.arg("--reference").arg(&file).arg(port.to_string());
    let server = Served::spawn(&mut command, port, database);
    load::run(
        &server,
        &Load {
            seconds,
            ..Load::of("/", "")
        },
    )
}

fn floor(frame: &Path, database: &Database) -> Served {
    let port = machine::free_port();
    let mut command = own_program();
    command
        .arg("--floor")
        .arg(&database.url)
        .arg(frame)
        .arg(port.to_string());
    Served::spawn(&mut command, port, database)
}

/// Django behind gunicorn with one worker; `None` where it is not installed.
fn django(frame: &Path, database: &Database) -> Option<Served> {
    let home = PathBuf::from(std::env::var_os("TENANTRY_BENCH_DJANGO")?);
    let port = machine::free_port();
    let mut command = Command::new("taskset");
    command
        .args(["-c", SERVER_CORE])
        .arg(home.join("bin/gunicorn"))
        .args([
            "--workers",
            "1",
            "--bind",
            &format!("127.0.0.1:{port}"),
            "wsgi:application",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/django"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PEER_DATABASE", &database.url)
        .env("PEER_FRAME", frame)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Some(Served::spawn(&mut command, port, database))
}

/// The lines of the comparison: a name, the page of Tenantry, the page of Django, and how many times as fast it should be.
fn lines(places: &Places, cookies: &Cookies, database: &Database) -> Vec<(&'static str, Load, String, Option<f64>)> {
    let own = |path: &str| Load::of(path, &cookies.owner);
    let (unchanged, first) = if database.is_sqlite() {
        (250.0, 30.0)
    } else {
        (60.0, 30.0)
    };
    let twenty = "/organizations/twenty/members";
    let large = "/organizations/large/members";
    vec![
        (
            "organization of 20, unchanged",
            own(twenty),
            twenty.to_owned(),
            Some(unchanged),
        ),
        (
            "organization of 20, first view",
            own(twenty).distinct(),
            twenty.to_owned(),
            Some(first),
        ),
        (
            "page 1 of the large one, first view",
            own(large).distinct(),
            large.to_owned(),
            None,
        ),
        (
            "page 1,000, first view",
            own(&format!("{large}?after={}", places.after)).distinct(),
            format!("{large}?page=1000"),
            None,
        ),
        (
            "search “kate”, first view",
            own(&format!("{large}?q=kate")).distinct(),
            format!("{large}?q=kate"),
            None,
        ),
    ]
}

pub fn table(dir: &Path, server: &Served, cookies: &Cookies, places: &Places) {
    let database = &server.database;
    let twenty = Load::of("/organizations/twenty/members", &cookies.owner);
    let page = load::once(server, &twenty).body;
    let frame = dir.join("frame");
    std::fs::create_dir_all(&frame).unwrap();
    let cut = Frame::of(&String::from_utf8(page.clone()).unwrap());
    cut.save(&frame);
    for (name, text) in [("head.html", &cut.head), ("tail.html", &cut.tail)] {
        std::fs::write(frame.join(name), format!("{{% verbatim %}}{text}{{% endverbatim %}}")).unwrap();
    }
    let peer = django(&frame, database);
    if peer.is_none() {
        println!("\nDjango is not installed: its columns are empty.");
    }
    let session = format!("session={TOKEN}");
    println!("\n### Members beside the same rows elsewhere; CPU of server and database in ms a request\n");
    println!("| page | Tenantry | bytes | Django | bytes | × Django | aim |\n|---|---|---|---|---|---|---|");
    let mut first = Run::default();
    let mut unchanged = Run::default();
    for (name, load, path, aim) in lines(places, cookies, database) {
        let load = Load { seconds: 2, ..load };
        let own = load::run(server, &load);
        let bytes = load::once(server, &load).body.len();
        match name {
            "organization of 20, unchanged" => unchanged = own,
            "organization of 20, first view" => first = own,
            _ => {}
        }
        let Some(peer) = &peer else {
            println!("| {name} | {:.4} | {bytes} | | | | |", own.cpu());
            continue;
        };
        let load = Load {
            seconds: 3,
            connections: 2,
            ..Load::of(&path, &session)
        };
        let other = load::run(peer, &load);
        let ratio = other.cpu() / own.cpu();
        println!(
            "| {name} | {:.4} | {bytes} | {:.2} | {} | {ratio:.1} | {} |",
            own.cpu(),
            other.cpu(),
            load::once(peer, &load).body.len(),
            aim.map_or(String::new(), |aim| format!("≥ {aim:.0}: {}", verdict(ratio >= aim)))
        );
    }
    drop(peer);
    let bare = bare(dir, database, &page, 2);
    let share = unchanged.rate / bare.rate * 100.0;
    println!(
        "\nThe bare handler of the same bytes: {:.0} req/s, {:.4} ms. Unchanged page: {:.0} req/s, {share:.0} % of it{}.",
        bare.rate,
        bare.cpu(),
        unchanged.rate,
        if database.is_sqlite() {
            format!(" (aim: 40 %, {})", verdict(share >= 40.0))
        } else {
            String::new()
        }
    );
    if database.is_sqlite() {
        beside_floor(&frame, database, &session, first.cpu());
    }
}

fn beside_floor(frame: &Path, database: &Database, session: &str, own: f64) {
    let floor = floor(frame, database);
    let load = Load {
        seconds: 2,
        ..Load::of("/organizations/twenty/members", session)
    };
    let bytes = load::once(&floor, &load).body.len();
    let run = load::run(&floor, &load);
    println!(
        "The server by hand: {:.4} ms, {bytes} bytes. First view ÷ by hand: {:.2} (aims: at most 1.6 and 0.22 ms, {}).",
        run.cpu(),
        own / run.cpu(),
        verdict(own / run.cpu() <= 1.6 && own <= 0.22)
    );
}
