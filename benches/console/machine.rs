//! What the machine says about processes and its disk.

use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// CPU time of a process and of the children that it waited for, in seconds. Fields 14 to 17 of proc(5), in ticks of 10 ms.
fn cpu_of(process: u32) -> f64 {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else {
        return 0.0;
    };
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    fields[11..15]
        .iter()
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// The processes that a process started and that still run.
fn children(process: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect()
}

/// CPU time of a process with everything that it started: a server with its workers, PostgreSQL with its backends.
pub fn cpu(process: u32) -> f64 {
    cpu_of(process) + children(process).into_iter().map(cpu).sum::<f64>()
}

/// A line of `/proc/…/status` in megabytes.
pub fn memory(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

pub fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    socket.local_addr().unwrap().port()
}

/// How often the disk makes a written page durable in a second, one after the other, as a database without group commit does.
pub fn syncs(dir: &Path) -> f64 {
    let path = dir.join("syncs");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&[1; 1 << 20]).unwrap();
    file.sync_all().unwrap();
    let (began, mut done) = (Instant::now(), 0u64);
    while began.elapsed() < Duration::from_secs(2) {
        file.write_all_at(&[2; 4096], done % 256 * 4096).unwrap();
        file.sync_data().unwrap();
        done += 1;
    }
    let rate = done as f64 / began.elapsed().as_secs_f64();
    std::fs::remove_file(path).unwrap();
    rate
}

/// The fiftieth and the ninety-ninth of a hundred.
pub fn percentiles(times: &[f64]) -> (f64, f64) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    (
        sorted[sorted.len() / 2],
        sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)],
    )
}

pub fn median(numbers: &[f64]) -> f64 {
    percentiles(numbers).0
}
