//! What the decision costs that every request makes: the effective rights out of everything that counts.
//!
//!     cargo bench --bench permissions
//!
//! Beside it runs SHA-256 of one block, a reference that means the same on every machine: the ratio counts.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::pedantic,
    missing_docs
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tenantry::authz::decision::{AccessInputs, Overrides, RoleGrant, RolePolicies};
use tenantry::authz::permission::{CreateCompanies, ManageBilling, Permission, PermissionSet, RoleColumn, ViewBilling};
use tenantry::authz::role::{CompanyRole, Role};

const ROUNDS: u32 = 200_000;
const RUNS: usize = 15;

fn main() {
    let plain = AccessInputs::of(Role::Admin, &[]);
    let everything = AccessInputs {
        roles: vec![
            RoleGrant {
                role: Role::Viewer,
                custom: Some(PermissionSet::of([CreateCompanies::ID, ViewBilling::ID])),
            },
            Role::UserAdmin.into(),
            Role::Editor.into(),
            Role::Viewer.into(),
        ],
        companies: CompanyRole::ALL.to_vec(),
        overrides: Overrides::NONE
            .set(ManageBilling::ID, Some(true))
            .set(CreateCompanies::ID, Some(false)),
        policies: RolePolicies::default()
            .set(RoleColumn::Organization(Role::Editor), CreateCompanies::ID, Some(true))
            .set(RoleColumn::Organization(Role::Viewer), ViewBilling::ID, Some(true)),
        ..AccessInputs::of(Role::Viewer, &[])
    };
    let block = [7u8; 55];
    let cases: [(&str, &dyn Fn()); 4] = [
        ("reference: SHA-256 of one block", &|| {
            black_box(Sha256::digest(black_box(block)));
        }),
        ("an admin with nothing else", &|| {
            black_box(black_box(&plain).permissions());
        }),
        (
            "custom role, three groups, three companies, overrides, policies",
            &|| {
                black_box(black_box(&everything).permissions());
            },
        ),
        ("the same in one company", &|| {
            black_box(black_box(&everything).in_company(Some(CompanyRole::Editor)));
        }),
    ];
    let mut reference = 0.0;
    for (name, work) in cases {
        let nanos = median(work);
        if reference == 0.0 {
            reference = nanos;
        }
        println!("{name:<66} {nanos:>8.0} ns {:>8.2} × reference", nanos / reference);
    }
}

/// Nanoseconds a call, the median of some runs.
fn median(work: &dyn Fn()) -> f64 {
    let mut runs: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            (0..ROUNDS).for_each(|_| work());
            began.elapsed()
        })
        .collect();
    runs.sort();
    runs[RUNS / 2].as_nanos() as f64 / f64::from(ROUNDS)
}
