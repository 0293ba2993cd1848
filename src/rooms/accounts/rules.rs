//! What this room decides without asking anybody.

use crate::ground::html::local_path;
use crate::ground::time::{Span, Time};

/// So long wrong passwords count against an address and a sender.
pub const LOCK: Span = Span::minutes(15);
const TRIES_BY_ADDRESS: i64 = 10;
const TRIES_BY_SENDER: i64 = 50;

/// The pause between two letters to one address.
pub const COOL_DOWN: Span = Span::seconds(60);
const LETTERS_AN_HOUR: usize = 5;
/// So many letters an hour one sender may cause. An office or a school behind one address stays below it.
pub const LETTERS_BY_SENDER: i64 = 500;

/// The sentence for too many wrong passwords, whether there is an account or not.
pub const LOCKED: &str = "Too many attempts. Wait 15 minutes or use the link we sent to this address";
/// The sentence for too many wrong passwords from one sender.
pub const FLOODED: &str = "Too many attempts from your network. Wait 15 minutes";

/// Whether a password may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Try,
    /// The address had too many wrong ones.
    Locked,
    /// The sender had too many wrong ones.
    Flooded,
}

/// Decides by the attempts of the last `LOCK`.
pub fn may_try(by_address: i64, by_sender: i64) -> Verdict {
    if by_address >= TRIES_BY_ADDRESS {
        Verdict::Locked
    } else if by_sender >= TRIES_BY_SENDER {
        Verdict::Flooded
    } else {
        Verdict::Try
    }
}

/// Whether a letter may go to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Postage {
    /// Yes.
    Paid,
    /// One went a moment ago.
    TooSoon,
    /// The address had its letters of this hour.
    TooMany,
}

/// Decides by the letters of the last hour.
pub fn may_write(sent: &[Time], now: Time) -> Postage {
    if sent.iter().any(|at| now - *at < COOL_DOWN) {
        Postage::TooSoon
    } else if sent.len() >= LETTERS_AN_HOUR {
        Postage::TooMany
    } else {
        Postage::Paid
    }
}

/// The token of an invitation to which a path leads.
pub fn invitation_token(next: &str) -> Option<&str> {
    let rest = local_path(next, "").strip_prefix("/invitations/")?;
    let token = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!token.is_empty()).then_some(token)
}

/// Where somebody goes after signing in.
pub fn landing(next: &str, verified: bool, belongs: bool) -> &str {
    if !verified && invitation_token(next).is_none() {
        "/verify"
    } else if belongs {
        local_path(next, "/organizations")
    } else {
        local_path(next, "/onboarding")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_wrong_password_is_the_last_one() {
        assert_eq!(may_try(9, 9), Verdict::Try);
        assert_eq!(may_try(10, 10), Verdict::Locked);
        assert_eq!(may_try(0, 50), Verdict::Flooded);
        // A sender who locked an address reads the same words wherever they try.
        assert_eq!(may_try(10, 50), Verdict::Locked);
    }

    #[test]
    fn letters_to_one_address_have_a_pause_and_an_end() {
        let now = Time(0) + Span::days(1);
        let ago = |minutes: &[i64]| minutes.iter().map(|m| now - Span::minutes(*m)).collect::<Vec<_>>();
        assert_eq!(may_write(&ago(&[]), now), Postage::Paid);
        assert_eq!(may_write(&ago(&[1, 10, 20, 30]), now), Postage::Paid);
        assert_eq!(may_write(&ago(&[0]), now), Postage::TooSoon);
        assert_eq!(may_write(&ago(&[1, 10, 20, 30, 40]), now), Postage::TooMany);
    }

    #[test]
    fn an_invitation_is_known_by_its_path_alone() {
        assert_eq!(invitation_token("/invitations/abc"), Some("abc"));
        assert_eq!(invitation_token("/invitations/abc/acceptance?x=1"), Some("abc"));
        for other in [
            "",
            "/invitations/",
            "/organizations/x/invitations/y",
            "//evil.example/invitations/x",
        ] {
            assert_eq!(invitation_token(other), None, "{other}");
        }
    }

    #[test]
    fn the_unproven_go_to_the_proof_and_the_homeless_to_the_start() {
        assert_eq!(landing("/organizations/a", true, true), "/organizations/a");
        assert_eq!(landing("https://evil.example", true, true), "/organizations");
        assert_eq!(landing("", true, false), "/onboarding");
        assert_eq!(landing("/organizations/a", false, false), "/verify");
        assert_eq!(landing("/invitations/abc", false, false), "/invitations/abc");
    }
}
