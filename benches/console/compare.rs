//! This build beside the build of another commit, in turns: each server with databases of its own that the same filler filled.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fill::{Side, prepare};
use crate::load::{self, Load};
use crate::machine::median;
use crate::options::Options;
use crate::pages::{Places, pages};
use crate::served::{Cookies, Served, binary};
use crate::{set_statistics, tables};

/// Turns of each page.
const TURNS: usize = 3;

pub fn run(dir: &Path, options: &Options, after: &Side) {
    let (program, filler) = options.before.clone().unwrap();
    let folder = dir.join("before");
    std::fs::create_dir_all(&folder).unwrap();
    let before = filled(&folder, &filler, options);
    let places = [&before, after].map(|side| Places::read(&side.file, options.sizes.members));
    let programs: [PathBuf; 2] = [program, binary()];
    for (at, database) in after.databases.iter().enumerate() {
        let databases = [&before.databases[at], database];
        for statistics in &options.statistics {
            for database in databases {
                set_statistics(database, *statistics);
            }
            println!(
                "\n## {}, {}: before and after, in turns\n",
                database.engine,
                statistics.label()
            );
            let starts = [0, 1].map(|side: usize| tables::start(&programs[side], databases[side]));
            let servers = [0, 1].map(|side: usize| Served::start(&programs[side], databases[side]));
            let cookies = servers.each_ref().map(Served::sign_in_both);
            table(&servers, &cookies, &places);
            println!(
                "\nStart until ready: {:.1} ms before, {:.1} ms after",
                starts[0], starts[1]
            );
            let memory = servers.each_ref().map(|server| server.memory("VmHWM"));
            println!("Memory at most: {:.1} MB before, {:.1} MB after", memory[0], memory[1]);
        }
    }
}

/// The other build's own copy of this filler fills its databases, because their schema may be another.
fn filled(folder: &Path, filler: &Path, options: &Options) -> Side {
    let mut command = Command::new(filler);
    command
        .args(["--fill-only", "before"])
        .env("TENANTRY_BENCH_DIR", folder);
    if options.quick {
        command.arg("--quick");
    }
    if options.grown {
        command.arg("--grow");
    }
    assert!(command.status().unwrap().success(), "the other build was not filled");
    // Everything is there now.
    prepare(folder, "before", options)
}

fn table(servers: &[Served; 2], cookies: &[Cookies; 2], places: &[Places; 2]) {
    println!(
        "| page of the large organization | first view, CPU before, ms | after | after ÷ before | unchanged, CPU before | after | after ÷ before | req/s before | after |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let [before, after] = places.each_ref().map(pages);
    for sides in before.iter().zip(&after) {
        let loads =
            [(sides.0, &cookies[0]), (sides.1, &cookies[1])].map(|(page, cookies)| page.load(&page.large, cookies));
        let (first, _) = turns(servers, &loads.each_ref().map(Load::distinct));
        let (unchanged, rate) = turns(servers, &loads);
        println!(
            "| {} | {:.3} | {:.3} | {:.2} | {:.3} | {:.3} | {:.2} | {:.0} | {:.0} |",
            sides.0.name,
            first[0],
            first[1],
            first[1] / first[0],
            unchanged[0],
            unchanged[1],
            unchanged[1] / unchanged[0],
            rate[0],
            rate[1]
        );
    }
}

/// CPU a request and requests a second of both, the median of the turns.
fn turns(servers: &[Served; 2], loads: &[Load; 2]) -> ([f64; 2], [f64; 2]) {
    let mut cpu = [Vec::new(), Vec::new()];
    let mut rate = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for side in 0..2 {
            let run = load::run(&servers[side], &loads[side]);
            cpu[side].push(run.cpu());
            rate[side].push(run.rate);
        }
    }
    (cpu.map(|times| median(&times)), rate.map(|rates| median(&rates)))
}
