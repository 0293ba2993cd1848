//! The test harness: apps, their people, clients and emails.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub mod adapter;
pub mod axe;
pub mod browser;
pub mod client;
pub mod database;
pub mod fixtures;
pub mod mail;
pub mod page;
pub mod people;
pub mod places;
pub mod plans;
pub mod server_process;
pub mod smtp;
pub mod soft_passkey;
pub mod statements;
pub mod test_app;
pub mod usage;

/// How often a test repeats: `long` times with `bin/test --long`, else `short` times.
pub fn rounds(long: usize, short: usize) -> usize {
    if std::env::var_os("TENANTRY_TEST_LONG").is_some() {
        long
    } else {
        short
    }
}

/// Does the work for each item on four threads and returns the results in order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((item, result)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).zip(results.get(at))
                } {
                    *result.lock().expect("only this thread has it") = Some(work(item));
                }
            });
        }
    });
    let result = |result: Mutex<Option<R>>| result.into_inner().ok().flatten();
    results
        .into_iter()
        .map(|r| result(r).expect("every item was done"))
        .collect()
}
