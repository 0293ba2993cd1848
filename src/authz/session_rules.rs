//! What a session has proved about its person, and whether an organization accepts that. Pure rules: the caller brings the
//! columns and the time.

use crate::common::confirm::ConfirmReason;
use crate::common::time::{Span, Time};

/// When each proof was last given in a session. `None` when it was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The password.
    pub password: Option<Time>,
    /// A code of an authenticator app (RFC 6238).
    pub totp: Option<Time>,
    /// A backup code.
    pub backup_code: Option<Time>,
    /// A passkey of a device that did not check who held it.
    pub passkey: Option<Time>,
    /// A passkey of a device that checked who held it, by fingerprint, face or PIN ("user verification" of `WebAuthn`).
    pub verified_passkey: Option<Time>,
}

impl Proofs {
    /// The password at this time, and nothing else.
    pub fn of_password(at: Time) -> Self {
        Self {
            password: Some(at),
            ..Self::default()
        }
    }

    /// When the last proof of any kind was given.
    pub fn last(&self) -> Option<Time> {
        let all = [
            self.password,
            self.totp,
            self.backup_code,
            self.passkey,
            self.verified_passkey,
        ];
        all.into_iter().flatten().max()
    }

    /// Whether two factors were proved: a verified passkey, or the password with something that the person has.
    pub fn has_two_factors(&self) -> bool {
        let possession = self.totp.or(self.backup_code).or(self.passkey);
        self.verified_passkey.is_some() || (self.password.is_some() && possession.is_some())
    }
}

crate::text_enum! {
    /// Who needs a second factor in an organization.
    pub enum TwoFactorRule {
        /// No one.
        Off = "off",
        /// Owners and admins.
        OwnersAdmins = "owners_admins",
        /// Every member.
        Everyone = "everyone",
    }
}

impl TwoFactorRule {
    /// Whether the rule covers a member with this role.
    pub fn covers(self, is_owner_or_admin: bool) -> bool {
        match self {
            Self::Off => false,
            Self::OwnersAdmins => is_owner_or_admin,
            Self::Everyone => true,
        }
    }

    /// The choice in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "Not required",
            Self::OwnersAdmins => "Required for owners and admins",
            Self::Everyone => "Required for everyone",
        }
    }
}

/// How strictly an organization asks people to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Who needs a second factor.
    pub two_factor: TwoFactorRule,
    /// From when on that is enforced.
    pub two_factor_from: Option<Time>,
    /// The longest time without a request. `None`: only the instance's limit.
    pub idle: Option<Span>,
    /// The longest time since the last proof. `None`: only the instance's limit.
    pub absolute: Option<Span>,
    /// How old the last proof may be for a sensitive change.
    pub step_up: Span,
    /// Proofs from before this time no longer count.
    pub sessions_from: Time,
}

/// What an organization makes of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionVerdict {
    /// It is enough.
    Accepted,
    /// The person has to prove again who they are.
    Confirm(ConfirmReason),
    /// The person needs a second factor first.
    SecondFactor,
}

/// What the rules look at in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// What was proved, and when.
    pub proofs: Proofs,
    /// When the session began.
    pub began: Time,
    /// The last request that was noted.
    pub seen: Time,
    /// The longest pause between two requests since the last proof.
    pub longest_idle: Span,
}

/// Requests are noted at most this often, so an idle limit is exceeded at the earliest this much later.
pub const NOTED_EVERY: Span = Span::minutes(1);

impl SessionFacts {
    /// When the person last proved who they are. A session from before proofs were kept began with the password.
    pub fn proved(&self) -> Time {
        self.proofs.last().unwrap_or(self.began)
    }

    /// Whether the session was used often enough and proved lately enough.
    ///
    /// # Errors
    /// Why the person has to prove again who they are.
    pub fn within(&self, now: Time, idle: Option<Span>, absolute: Option<Span>) -> Result<(), ConfirmReason> {
        let pause = self.longest_idle.max(now - self.seen);
        if idle.is_some_and(|idle| pause.0 > idle.0 + NOTED_EVERY.0) {
            return Err(ConfirmReason::Idle);
        }
        if absolute.is_some_and(|absolute| now - self.proved() > absolute) {
            return Err(ConfirmReason::Age);
        }
        Ok(())
    }

    /// Whether the last proof is at most this old.
    pub fn is_fresh(&self, now: Time, step_up: Span) -> bool {
        now - self.proved() <= step_up
    }
}

impl SessionPolicy {
    /// The policy of an organization without any rule.
    pub const NONE: Self = Self {
        two_factor: TwoFactorRule::Off,
        two_factor_from: None,
        idle: None,
        absolute: None,
        step_up: Span::minutes(15),
        sessions_from: Time(0),
    };

    /// A policy of time limits alone, in minutes and hours.
    pub fn of_limits(idle_minutes: Option<i32>, absolute_hours: Option<i32>) -> Self {
        Self {
            idle: idle_minutes.map(|minutes| Span::minutes(minutes.into())),
            absolute: absolute_hours.map(|hours| Span::hours(hours.into())),
            ..Self::NONE
        }
    }

    /// Whether the rule about the second factor covers a role and is enforced.
    pub fn enforces(&self, now: Time, is_owner_or_admin: bool) -> bool {
        self.two_factor.covers(is_owner_or_admin) && self.two_factor_from.is_some_and(|from| from <= now)
    }

    /// What the organization makes of a session of a member.
    pub fn verdict(&self, now: Time, session: &SessionFacts, is_owner_or_admin: bool) -> SessionVerdict {
        if session.proved() < self.sessions_from {
            return SessionVerdict::Confirm(ConfirmReason::Ended);
        }
        if let Err(reason) = session.within(now, self.idle, self.absolute) {
            return SessionVerdict::Confirm(reason);
        }
        if self.enforces(now, is_owner_or_admin) && !session.proofs.has_two_factors() {
            return SessionVerdict::SecondFactor;
        }
        SessionVerdict::Accepted
    }

    /// When the session stops being accepted if nothing else happens; `None` when only the instance limits it.
    pub fn ends_at(&self, session: &SessionFacts, is_owner_or_admin: bool) -> Option<Time> {
        let idle = self.idle.map(|idle| session.seen + idle);
        let absolute = self.absolute.map(|absolute| session.proved() + absolute);
        let grace = self
            .two_factor_from
            .filter(|_| self.two_factor.covers(is_owner_or_admin) && !session.proofs.has_two_factors());
        [idle, absolute, grace].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests;
