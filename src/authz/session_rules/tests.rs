use super::*;

const T: Time = Time(1_000_000_000_000);

fn session(proofs: Proofs) -> SessionFacts {
    SessionFacts {
        proofs,
        began: T,
        seen: T,
        longest_idle: Span(0),
    }
}

#[test]
fn two_factors_are_the_password_with_a_possession_or_a_verified_passkey() {
    let at = Some(T);
    for bits in 0..32 {
        let given = |bit: u8| (bits >> bit & 1 == 1).then_some(T);
        let proofs = Proofs {
            password: given(0),
            totp: given(1),
            backup_code: given(2),
            passkey: given(3),
            verified_passkey: given(4),
        };
        let expected = bits & 0b1_0000 != 0 || (bits & 1 != 0 && bits & 0b1110 != 0);
        assert_eq!(proofs.has_two_factors(), expected, "{proofs:?}");
        assert_eq!(proofs.last().is_some(), bits != 0);
    }
    assert_eq!(Proofs::of_password(T).last(), at);
}

#[test]
fn every_rule_by_role_and_proof() {
    let one = session(Proofs::of_password(T));
    let two = session(Proofs {
        totp: Some(T),
        ..Proofs::of_password(T)
    });
    for rule in TwoFactorRule::ALL.iter().copied() {
        for admin in [false, true] {
            let policy = SessionPolicy {
                two_factor: rule,
                two_factor_from: Some(T),
                ..SessionPolicy::NONE
            };
            let needed = rule == TwoFactorRule::Everyone || (rule == TwoFactorRule::OwnersAdmins && admin);
            let expected = if needed {
                SessionVerdict::SecondFactor
            } else {
                SessionVerdict::Accepted
            };
            assert_eq!(policy.verdict(T, &one, admin), expected, "{rule:?} {admin}");
            assert_eq!(policy.verdict(T, &two, admin), SessionVerdict::Accepted);
            assert_eq!(
                policy.verdict(T - Span::seconds(1), &one, admin),
                SessionVerdict::Accepted
            );
        }
    }
}

#[test]
fn time_limits_ask_for_a_new_proof_and_a_pause_is_not_forgotten() {
    let policy = SessionPolicy {
        idle: Some(Span::minutes(10)),
        absolute: Some(Span::hours(8)),
        ..SessionPolicy::NONE
    };
    let fresh = session(Proofs::of_password(T));
    let after = |minutes| policy.verdict(T + Span::minutes(minutes), &fresh, false);
    assert_eq!(after(11), SessionVerdict::Accepted);
    assert_eq!(after(12), SessionVerdict::Confirm(ConfirmReason::Idle));
    let used_elsewhere = SessionFacts {
        seen: T + Span::hours(1),
        longest_idle: Span::hours(1),
        ..fresh
    };
    let verdict = policy.verdict(T + Span::hours(1), &used_elsewhere, false);
    assert_eq!(verdict, SessionVerdict::Confirm(ConfirmReason::Idle));
    let busy = SessionFacts {
        seen: T + Span::hours(9),
        ..fresh
    };
    let verdict = policy.verdict(T + Span::hours(9), &busy, false);
    assert_eq!(verdict, SessionVerdict::Confirm(ConfirmReason::Age));
    let ended = SessionPolicy {
        sessions_from: T + Span(1),
        ..SessionPolicy::NONE
    };
    assert_eq!(
        ended.verdict(T, &fresh, false),
        SessionVerdict::Confirm(ConfirmReason::Ended)
    );
    assert!(fresh.is_fresh(T + Span::minutes(15), Span::minutes(15)));
    assert!(!fresh.is_fresh(T + Span::minutes(16), Span::minutes(15)));
}
