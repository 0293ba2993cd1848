//! The list of all members as CSV, beside those who look at a page.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::load::{self, Load};
use crate::served::{Cookies, Served};

/// A page by 4 connections, alone and while someone downloads the file of the large organization again and again.
pub fn beside_pages(server: &Served, cookies: &Cookies) {
    println!("\n### CSV of all members of the large organization\n");
    for (what, distinct) in [("unchanged page", false), ("first view", true)] {
        let page = Load {
            connections: 4,
            seconds: 6,
            distinct,
            ..Load::of("/organizations/twenty/members", &cookies.owner)
        };
        let alone = load::run(server, &page);
        let (stop, files, lines) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let began = Instant::now();
        let beside = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let cookie = format!("Cookie: {}", cookies.owner);
                    let file = server.get("/organizations/large/members.csv", &[&cookie]);
                    let rows = file.body.iter().filter(|byte| **byte == b'\n').count() as u64;
                    lines.fetch_max(rows, Ordering::Relaxed);
                    files.fetch_add(1, Ordering::Relaxed);
                }
            });
            let run = load::run(server, &page);
            stop.store(true, Ordering::Relaxed);
            run
        });
        let took = began.elapsed().as_secs_f64() / files.load(Ordering::Relaxed) as f64;
        println!(
            "{what}: {} alone; {} while files of {} lines leave, {took:.1} s each; errors: {}.",
            alone.words(),
            beside.words(),
            lines.load(Ordering::Relaxed),
            if alone.failed || beside.failed {
                "**yes**"
            } else {
                "none"
            }
        );
    }
}
