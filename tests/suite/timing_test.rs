//! The time of an answer does not tell whether an address has an account.

use std::time::Instant;

use crate::harness::client::Client;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

/// Pairs of a known and an unknown address: 200 samples.
const PAIRS: usize = 100;

/// A difference that chance makes once in 100,000 times. Two rounds must both exceed it, to the same side.
const BOUND: f64 = 4.4;

/// An address that has an account, or one of the same length that has none.
fn address(round: usize, n: usize, known: bool) -> String {
    format!("{}-{round}-{n:03}@timing.test", if known { "anna" } else { "emma" })
}

/// Milliseconds of one request for a known and for an unknown address, pair by pair. Which one is first changes without a
/// pattern, so that neither is always the one that follows the other's background work.
fn pairs(mut ask: impl FnMut(usize, bool) -> f64) -> Vec<(f64, f64)> {
    let mut coin: u32 = 20_261_127;
    let mut pair = |n| {
        coin = coin.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if coin >> 31 == 0 {
            let known = ask(n, true);
            (known, ask(n, false))
        } else {
            let unknown = ask(n, false);
            (ask(n, true), unknown)
        }
    };
    (0..PAIRS).map(&mut pair).collect()
}

fn milliseconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1000.0
}

/// The mean of the middle 80 % of the differences, in standard errors. What the machine does besides is in the rest.
fn z(pairs: &[(f64, f64)]) -> f64 {
    let mut differences: Vec<f64> = pairs.iter().map(|(known, unknown)| known - unknown).collect();
    differences.sort_by(f64::total_cmp);
    let cut = differences.len() / 10;
    let middle = &differences[cut..differences.len() - cut];
    let n = middle.len() as f64;
    let mean = middle.iter().sum::<f64>() / n;
    // The standard error of a trimmed mean is the one of the winsorized differences (Tukey and McLaughlin, 1963).
    let winsorized = differences.iter().map(|d| d.clamp(middle[0], middle[middle.len() - 1]));
    let spread = winsorized.map(|d| (d - mean).powi(2)).sum::<f64>() / (differences.len() - 1) as f64;
    mean / (spread.sqrt() / (0.8 * (differences.len() as f64).sqrt()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures up to twice: a difference must be there both times.
fn expect_alike(what: &str, mut measure: impl FnMut(usize) -> Vec<(f64, f64)>) {
    let mut seen: Vec<f64> = Vec::new();
    for round in 0..2 {
        let pairs = measure(round);
        let z = z(&pairs);
        let (known, unknown) = pairs.into_iter().unzip();
        let said = format!(
            "{what}: known {:.2} ms, unknown {:.2} ms, z = {z:.1}",
            median(known),
            median(unknown)
        );
        println!("{said}");
        if z.abs() < BOUND || seen.iter().any(|before| before.signum() != z.signum()) {
            return;
        }
        seen.push(z);
        assert!(seen.len() < 2, "{said}");
    }
}

/// Accounts of all known addresses of a round.
fn accounts(app: &TestApp, round: usize) {
    app.fixtures(|fixtures| {
        for n in 0..PAIRS {
            fixtures.account("Anna Lee", &address(round, n, true), false);
        }
    });
}

/// A client whose connection is open.
fn connected(app: &TestApp) -> Client {
    let client = app.client();
    client.get("/health/live").expect(200);
    client
}

#[test]
fn a_forgotten_password_takes_as_long_for_an_unknown_address() {
    let app = TestApp::open();
    let client = connected(&app);
    expect_alike("forgotten password", |round| {
        accounts(&app, round);
        // The limit of one sender is 500 emails in an hour.
        app.advance(std::time::Duration::from_secs(3601));
        pairs(|n, known| {
            let email = address(round, n, known);
            milliseconds(|| {
                client.post("/password/forgot", &[("email", &email)]).expect(303);
            })
        })
    });
}

#[test]
fn sign_up_and_another_verification_email_take_as_long_for_a_known_address() {
    let app = TestApp::open();
    let mut resent: Vec<Vec<(f64, f64)>> = Vec::new();
    expect_alike("sign-up", |round| {
        accounts(&app, round);
        app.advance(std::time::Duration::from_secs(3601));
        let mut clients = std::collections::HashMap::new();
        let signed_up = pairs(|n, known| {
            let email = address(round, n, known);
            let fields = [
                ("name", "Anna Lee"),
                ("email", &email),
                ("password", PASSWORD),
                ("terms", "on"),
            ];
            let client = connected(&app);
            let time = milliseconds(|| {
                client.post("/signup", &fields).expect_redirect("/verify");
            });
            clients.insert((n, known), client);
            time
        });
        app.deliver_mail();
        app.advance(std::time::Duration::from_secs(3601));
        resent.push(pairs(|n, known| {
            let client = &clients[&(n, known)];
            milliseconds(|| {
                client.post("/verify/resending", &[]).expect_redirect("/verify");
            })
        }));
        signed_up
    });
    // The second round is measured only if the first one differs.
    let mut rounds = resent.into_iter();
    expect_alike("resending", |_| rounds.next().unwrap_or_else(|| resend_again(&app)));
}

/// Another round of emails to the addresses of the first one, which clients of their own signed up with.
fn resend_again(app: &TestApp) -> Vec<(f64, f64)> {
    accounts(app, 7);
    let mut clients = std::collections::HashMap::new();
    app.advance(std::time::Duration::from_secs(3601));
    pairs(|n, known| {
        let email = address(7, n, known);
        let fields = [
            ("name", "Anna Lee"),
            ("email", &email),
            ("password", PASSWORD),
            ("terms", "on"),
        ];
        let client = connected(app);
        client.post("/signup", &fields).expect(303);
        clients.insert((n, known), client);
        0.0
    });
    app.deliver_mail();
    app.advance(std::time::Duration::from_secs(3601));
    pairs(|n, known| {
        let client = &clients[&(n, known)];
        milliseconds(|| {
            client.post("/verify/resending", &[]).expect_redirect("/verify");
        })
    })
}

#[test]
fn a_locked_address_takes_as_long_without_an_account() {
    let app = TestApp::open();
    let client = connected(&app);
    expect_alike("locked sign-in", |round| {
        accounts(&app, round);
        let now = app.now();
        let mut rows = Vec::new();
        for n in 0..PAIRS {
            for known in [true, false] {
                let email = address(round, n, known);
                let which = usize::from(known);
                rows.extend((0..10).map(|k| {
                    format!(
                        "('{:032}', '{email}', '192.0.2.1', 'login', {now})",
                        ((round * 1000 + n) * 2 + which) * 10 + k
                    )
                }));
            }
        }
        let rows = rows.join(", ");
        app.database.execute(&format!(
            "INSERT INTO login_attempts (id, email, ip, kind, at) VALUES {rows}"
        ));
        pairs(|n, known| {
            let email = address(round, n, known);
            let fields = [("email", email.as_str()), ("password", "wrong-horse-battery-1")];
            milliseconds(|| {
                client.post("/login", &fields).expect(422);
            })
        })
    });
}

#[test]
fn a_difference_of_a_fifth_of_a_millisecond_would_be_found() {
    // The spread of a busy machine: every tenth answer is late.
    let noise = |n: usize| 2.0 + (n * 37 % 100) as f64 / 200.0 + if n.is_multiple_of(10) { 30.0 } else { 0.0 };
    let alike: Vec<(f64, f64)> = (0..PAIRS).map(|n| (noise(n), noise(n + 41))).collect();
    let slower: Vec<(f64, f64)> = (0..PAIRS).map(|n| (noise(n) + 0.2, noise(n + 41))).collect();
    assert!(z(&alike).abs() < BOUND, "{}", z(&alike));
    assert!(z(&slower) > BOUND, "{}", z(&slower));
}
