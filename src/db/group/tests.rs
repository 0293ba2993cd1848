mod file;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::Instant;

use diesel::connection::SimpleConnection;

use super::*;
use crate::db::affected;
use crate::db::group::tests::file::{Change, File, insert, join, read, three};
use crate::db::outcome::Commit;
use crate::db::types::org_id::OrgId;

#[test]
fn changes_that_wait_share_a_commit_and_each_is_acknowledged_after_it() {
    let file = File::with(Duration::from_mins(1));
    let commits: Mutex<Vec<Arc<Commit>>> = Mutex::default();
    let signals = Arc::new(AtomicUsize::new(0));
    let announced = Barrier::new(16);
    scope(|scope| {
        for worker in 0..16 {
            let (file, commits, signals, announced) = (&file, &commits, &signals, &announced);
            scope.spawn(move || {
                let mut reader = Conn::open(&file.url).unwrap();
                for n in 0..20 {
                    let x = worker * 100 + n;
                    let signals = signals.clone();
                    let then: Then = Box::new(move || _ = signals.fetch_add(1, Ordering::Relaxed));
                    let coming = file.group.announce();
                    announced.wait();
                    let written = file.come(coming, Some(then), |conn| insert(conn, x));
                    let commit = written.commit.clone().unwrap();
                    written.wait().unwrap();
                    let seen = read(&mut reader, &format!("SELECT x AS value FROM n WHERE x = {x}"));
                    assert_eq!(seen, [x], "acknowledged before its commit");
                    commits.lock().unwrap().push(commit);
                }
            });
        }
    });
    assert_eq!(file.numbers().len(), 320);
    assert_eq!(signals.load(Ordering::Relaxed), 320);
    let commits: BTreeSet<_> = commits.lock().unwrap().iter().map(Arc::as_ptr).collect();
    assert_eq!(commits.len(), 20, "one commit for sixteen changes");
}

#[test]
fn a_change_waits_for_others_only_while_they_come() {
    let file = File::with(Duration::from_mins(1));
    let began = Instant::now();
    file.write(|conn| insert(conn, 1)).unwrap();
    let coming = file.group.announce();
    scope(|scope| {
        scope.spawn(|| file.write(|conn| insert(conn, 2)).unwrap());
        while file.group.state().open.is_none() {
            sleep(Duration::from_millis(1));
        }
        assert_eq!(file.numbers(), [1]);
        drop(coming);
    });
    assert_eq!(file.numbers(), [1, 2]);
    assert!(began.elapsed() < Duration::from_secs(30));
    // One that neither comes nor gives up is waited for only a moment.
    let file = File::with(LONGEST);
    let _coming = file.group.announce();
    file.write(|conn| insert(conn, 1)).unwrap();
    assert_eq!(file.numbers(), [1]);
}

#[test]
fn a_change_that_fails_leaves_the_others_of_its_commit() {
    let file = File::with(Duration::from_mins(1));
    let fails: [Change; 5] = [
        |conn, from| insert(conn, from + 1).and(Err(AppError::NotFound)),
        |conn, from| insert(conn, from + 1).and_then(|()| insert(conn, from)),
        |conn, from| insert(conn, from + 1).and_then(|()| conn.attempt(|_| Err(AppError::NotFound))),
        |conn, from| {
            insert(conn, from + 1)?;
            panic!("in the middle of a change")
        },
        |conn, from| {
            conn.attempt(|conn| {
                insert(conn, from + 1)?;
                panic!("in the middle of a part of a change")
            })
        },
    ];
    let mut expected = Vec::new();
    for (round, fails) in (0..).zip(fails) {
        let from = round * 10;
        let refused = if round < 3 { Some(false) } else { None };
        assert_eq!(
            three(&file, from, fails),
            [Some(true), refused, Some(true)],
            "round {round}"
        );
        expected.extend([from, from + 2]);
        assert_eq!(file.numbers(), expected, "round {round}");
    }
    // What fails alone costs no one anything.
    assert!(
        file.write(|conn| insert(conn, 7).and(Err::<(), _>(AppError::NotFound)))
            .is_err()
    );
    assert_eq!(file.numbers(), expected);
}

#[test]
fn a_commit_that_fails_fails_all_its_changes() {
    let file = File::with(Duration::from_mins(1));
    let signals = Arc::new(AtomicUsize::new(0));
    // The engine finds out at the commit.
    let orphan = |conn: &mut Conn, from: i64| -> Result<(), AppError> {
        let sql = format!(
            "PRAGMA defer_foreign_keys=ON; INSERT INTO n (x, parent) VALUES ({}, -1)",
            from + 1
        );
        Ok(conn.batch_execute(&sql)?)
    };
    let (then, counted) = (signals.clone(), file.group.announce());
    scope(|scope| {
        let first = scope.spawn(|| {
            let then: Then = Box::new(move || _ = then.fetch_add(1, Ordering::Relaxed));
            file.begin(Some(then), |conn| insert(conn, 1)).wait()
        });
        let second = scope.spawn(|| join(&file, 1, counted, |conn| orphan(conn, 1)));
        assert!(first.join().unwrap().is_err() && second.join().unwrap().is_err());
    });
    assert_eq!(signals.load(Ordering::Relaxed), 0);
    assert!(file.numbers().is_empty());
    // A refusal saw what was not committed, and is none.
    let refusal = file.group.announce();
    scope(|scope| {
        let first = scope.spawn(|| file.write(|conn| orphan(conn, 1)));
        let second = scope.spawn(|| join(&file, 1, refusal, |_| Err(AppError::SignedOut)));
        assert!(first.join().unwrap().is_err());
        assert!(second.join().unwrap().is_err());
    });
    file.write(|conn| insert(conn, 1)).unwrap();
    assert_eq!(file.numbers(), [1]);
}

#[test]
fn nothing_is_acknowledged_and_lost_when_the_disk_is_full() {
    let file = File::with(Duration::from_mins(1));
    let fill = |conn: &mut Conn, from: i64| -> Result<(), AppError> {
        let sql = format!("INSERT INTO n (x, text) VALUES ({}, hex(zeroblob(100000)))", from + 1);
        Ok(conn.batch_execute(&sql)?)
    };
    file.write(|conn| Ok(conn.batch_execute("PRAGMA max_page_count=12")?))
        .unwrap();
    let acknowledged = three(&file, 10, fill);
    assert_eq!(acknowledged[1], Some(false));
    let expected: Vec<i64> = (10..)
        .zip(acknowledged)
        .filter_map(|(x, acknowledged)| (acknowledged == Some(true)).then_some(x))
        .collect();
    assert_eq!(file.numbers(), expected);
    file.write(|conn| Ok(conn.batch_execute("PRAGMA max_page_count=1000")?))
        .unwrap();
    file.write(|conn| fill(conn, 20)).unwrap();
    assert!(file.numbers().contains(&21));
}

#[test]
fn a_change_whose_turn_never_comes_did_nothing() {
    let file = File::with(LONGEST);
    scope(|scope| {
        let (begun, waits) = std::sync::mpsc::channel();
        let (end, ends) = std::sync::mpsc::channel();
        let long = scope.spawn(|| {
            file.write(move |conn| {
                begun.send(()).unwrap();
                ends.recv().unwrap();
                insert(conn, 1)
            })
        });
        waits.recv().unwrap();
        let coming = (file.group.announce(), ());
        let soon = Duration::from_millis(20);
        let late = file.group.write(soon, coming, None, |conn| insert(conn, 2));
        assert!(matches!(late.wait(), Err(AppError::Busy)));
        end.send(()).unwrap();
        long.join().unwrap().unwrap();
    });
    assert_eq!(file.numbers(), [1]);
}

/// A turn whose end fails.
struct Faulty;

impl Drop for Faulty {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "at the end of a turn");
    }
}

#[test]
fn a_fault_between_two_changes_stops_no_later_one() {
    let file = File::with(Duration::from_mins(1));
    let signals = Arc::new(AtomicUsize::new(0));
    let faulty = file.group.announce();
    scope(|scope| {
        let first = scope.spawn(|| {
            let signals = signals.clone();
            let then: Then = Box::new(move || _ = signals.fetch_add(1, Ordering::Relaxed));
            file.begin(Some(then), |conn| insert(conn, 1)).wait()
        });
        let second = scope.spawn(|| {
            while file.group.state().open.is_none() {
                sleep(Duration::from_millis(1));
            }
            let patience = Duration::from_secs(20);
            let work = |conn: &mut Conn| insert(conn, 2);
            file.group.write(patience, (faulty, Faulty), None, work).wait()
        });
        // Neither is saved, and the first one learns it.
        assert!(second.join().is_err());
        assert!(first.join().unwrap().is_err());
    });
    assert_eq!(signals.load(Ordering::Relaxed), 0);
    assert!(file.numbers().is_empty());
    file.write(|conn| insert(conn, 3)).unwrap();
    assert_eq!(file.numbers(), [3]);
}

#[test]
fn each_change_of_a_commit_raises_the_versions_of_its_own_pages() {
    let file = File::with(Duration::from_mins(1));
    let everyone = || file.values("SELECT page_version AS value FROM instance_pages")[0];
    let organizations = || file.values("SELECT page_version AS value FROM organizations");
    let of_an_organization = |conn: &mut Conn, from: i64| -> Result<(), AppError> {
        let organization = OrgId::fresh();
        affected::organization(organization);
        let sql = format!("INSERT INTO organizations VALUES ('{organization}', 0)");
        insert(conn, from + 1).and_then(|()| Ok(conn.batch_execute(&sql)?))
    };
    // The first and the third say nothing, and so concern everyone.
    let before = everyone();
    assert_eq!(three(&file, 0, of_an_organization), [Some(true); 3]);
    assert_eq!((everyone() - before, organizations()), (2, vec![1]));
    let refused = |conn: &mut Conn, from: i64| insert(conn, from + 1).and(Err(AppError::NotFound));
    assert_eq!(three(&file, 10, refused), [Some(true), Some(false), Some(true)]);
    assert_eq!((everyone() - before, organizations()), (4, vec![1]));
}
