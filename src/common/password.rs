//! Passwords: argon2id with a limit of its own, so that many sign-ins exhaust neither memory nor the worker threads.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::common::error::AppError;

/// A password that may be set. 12 to 128 characters, not a common one (NIST SP 800-63B, 3.1.1.2).
#[derive(Clone)]
pub struct NewPassword(String);

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// What people take most often from 12 characters on, folded; shorter ones fall to the length rule.
const COMMON: &str = include_str!("passwords.txt");

impl NewPassword {
    /// Takes a password as typed. `context` are words an attacker tries first: the person's name and address.
    ///
    /// # Errors
    /// A message for the person who typed it, with the reason.
    pub fn parse(text: &str, context: &[&str]) -> Result<Self, String> {
        let text = normalized(text);
        let length = text.chars().count();
        if length < 12 {
            return Err("Use at least 12 characters".into());
        }
        if length > 128 {
            return Err("Use at most 128 characters".into());
        }
        let folded = crate::common::search::fold(&text);
        let bare: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
        if COMMON.lines().any(|common| common == folded || common == bare) {
            return Err("This password is among the most common ones. Choose another".into());
        }
        let mut distinct: Vec<char> = folded.chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 4 {
            return Err("This password repeats too few characters. Choose another".into());
        }
        if is_run(&folded) {
            return Err("This password is a simple sequence. Choose another".into());
        }
        // What is left when the known words are removed must still be a secret.
        let mut rest = bare;
        for word in context
            .iter()
            .flat_map(|words| {
                crate::common::search::fold(words)
                    .split(|c: char| !c.is_alphanumeric())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .chain(["tenantry".into(), "password".into()])
        {
            if word.chars().count() >= 4 {
                rest = rest.replace(&word, "");
            }
        }
        if rest.chars().count() < 6 {
            return Err(
                "This password is mostly your name, your address or a word that everyone tries. Choose another".into(),
            );
        }
        Ok(Self(text))
    }
}

/// The password as every keyboard and system types it: composed characters and plain spaces (RFC 8265, 4.2.1).
fn normalized(text: &str) -> String {
    let space = |c: char| if c.is_whitespace() && !c.is_control() { ' ' } else { c };
    text.chars().map(space).nfc().collect()
}

fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.iter().all(|step| *step == 1) || steps.iter().all(|step| *step == -1)
}

/// The most passwords that are checked or wait for it; the last one waits a few seconds.
const MOST: usize = 256;

/// Hashes and checks passwords, with a limit on how many run in parallel.
#[derive(Debug, Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    dummy_hash: Arc<str>,
}

// OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    #[expect(clippy::expect_used, reason = "fixed parameters within the algorithm's limits")]
    let params = Params::new(19 * 1024, 2, 1, None).expect("valid parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash of random bytes, checked when there is no account, so that both cases take the same time.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSByYW5kb20gc2FsdA$hHIsHdQ8OYdRPXR6pF0YVpTqXn8XVcP5nOzkPO1ZbWE";

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(cores.clamp(1, 4))),
            waiting: Arc::new(Semaphore::new(MOST)),
            dummy_hash: Arc::from(DUMMY_HASH),
        }
    }
}

impl Hasher {
    /// The PHC string of a new password.
    ///
    /// # Errors
    /// Too many wait, or the process is ending.
    pub async fn hash(&self, password: NewPassword) -> Result<String, AppError> {
        self.run(move || hash(&password)).await?
    }

    /// Whether a password is the one of the stored hash. `None` (no account) takes as long and never matches.
    ///
    /// # Errors
    /// Too many wait, or the process is ending.
    pub async fn verify(&self, stored: Option<String>, password: String) -> Result<bool, AppError> {
        let dummy = self.dummy_hash.clone();
        self.run(move || {
            let known = stored.is_some();
            // More than 128 characters is no password of ours; the work is done all the same.
            let password: String = normalized(&password).chars().take(129).collect();
            verify(stored.as_deref().unwrap_or(&dummy), &password) && known
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| {
            AppError::TooMany("Too many people are signing in at the same time. Wait a moment, then try again.".into())
        })?;
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| AppError::Busy)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(AppError::internal)
    }
}

fn hash(password: &NewPassword) -> Result<String, AppError> {
    argon2()
        .hash_password(password.0.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(AppError::internal)
}

/// Hashes without the limit, for the demo and the benchmark.
///
/// # Errors
/// When argon2 refuses.
pub fn hash_now(password: &str) -> Result<String, AppError> {
    hash(&NewPassword(normalized(password)))
}

fn verify(stored: &str, password: &str) -> bool {
    argon2().verify_password(password.as_bytes(), stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_password_is_refused_with_the_reason() {
        let context = ["Olivia Hart", "olivia.hart@sunbeam.example"];
        for (weak, reason) in [
            ("short", "at least 12"),
            (&"x".repeat(129), "at most 128"),
            ("password1234", "most common"),
            ("aaaaaaaaaaaaaa", "repeats"),
            ("abcdefghijklmn", "sequence"),
            ("olivia.hart123", "your name"),
            ("Sunbeam-Olivia", "your name"),
        ] {
            let refused = NewPassword::parse(weak, &context).unwrap_err();
            assert!(refused.contains(reason), "{weak}: {refused}");
        }
        assert!(NewPassword::parse("correct-horse-battery-9", &context).is_ok());
        assert!(NewPassword::parse("пароль из двенадцати", &context).is_ok());
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        let composed = NewPassword::parse("caf\u{e9} noir de P\u{e2}ris", &[]).unwrap();
        let decomposed = NewPassword::parse("cafe\u{301}\u{a0}noir de Pa\u{302}ris", &[]).unwrap();
        assert_eq!(composed.0, decomposed.0);
    }

    #[test]
    fn only_the_right_password_opens_and_nobody_never_does() {
        let stored = hash_now("correct-horse-battery-9").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&stored, "correct-horse-battery-9"));
        assert!(!verify(&stored, "correct-horse-battery-8"));
        assert!(!verify(DUMMY_HASH, "correct-horse-battery-9"));
    }

    #[tokio::test]
    async fn sign_ins_beyond_the_limit_are_refused_immediately() {
        let hasher = Hasher::default();
        let waiting = hasher
            .waiting
            .clone()
            .try_acquire_many_owned(u32::try_from(MOST).unwrap());
        let refused = hasher.verify(None, "correct-horse-battery-9".into()).await;
        assert!(matches!(refused, Err(AppError::TooMany(_))));
        drop(waiting);
        assert!(!hasher.verify(None, "correct-horse-battery-9".into()).await.unwrap());
    }
}
