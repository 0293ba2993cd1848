//! Browsers that signed in to an account before. Each has a cookie. It serves two purposes: a known browser has its own count of
//! password attempts, so that wrong passwords that someone else types do not lock it ("device cookies" of OWASP); and a sign-in
//! from an unknown one is announced by email.
//!
//! The cookie is a list of marks with two seals each, the newest account first. The first seal names the account and its password
//! hash under the key of the instance, so a mark counts no attempts for another account or after the password changed. The second
//! names the account and the number of its devices, so it also holds after the password changed.

use crate::app::Ctx;
use crate::common::token::Token;
use crate::models::login_attempt::AttemptSource;
use crate::models::user::Account;

/// How many accounts one browser is known to.
const ACCOUNTS: usize = 4;
const PURPOSE: &str = "device";
const SEEN: &str = "seen device";

struct DeviceEntry<'a> {
    mark: &'a str,
    seal: &'a str,
    seen: &'a str,
}

impl DeviceEntry<'_> {
    fn written(&self) -> String {
        format!("{}.{}.{}", self.mark, self.seal, self.seen)
    }
}

fn entry(text: &str) -> Option<DeviceEntry<'_>> {
    let (mark, seals) = text.split_once('.')?;
    let (seal, seen) = seals.split_once('.').unwrap_or((seals, ""));
    Some(DeviceEntry { mark, seal, seen })
}

fn entries(cx: &Ctx) -> impl Iterator<Item = DeviceEntry<'_>> {
    cx.request.device.split('~').filter_map(entry).take(ACCOUNTS)
}

/// The mark of this browser for an account. Without an account the work is the same.
fn find(cx: &Ctx, account: Option<&Account>) -> Option<String> {
    let (id, hash) = account.map_or_else(Default::default, |account| {
        (account.id.to_string(), account.password_hash.clone())
    });
    entries(cx)
        .filter(|entry| cx.app.keys.is_sealed(PURPOSE, &[entry.mark, &id, &hash], entry.seal))
        .last()
        .map(|entry| entry.mark.to_owned())
        .filter(|_| account.is_some())
}

/// The mark of this browser, if it signed in to the account before and no one said since that it was not theirs.
fn seen(cx: &Ctx, account: &Account) -> Option<String> {
    let (id, epoch) = (account.id.to_string(), account.device_epoch.to_string());
    entries(cx)
        .find(|entry| cx.app.keys.is_sealed(SEEN, &[entry.mark, &id, &epoch], entry.seen))
        .map(|entry| entry.mark.to_owned())
}

/// Whether this browser signed in to the account before.
pub fn is_seen(cx: &Ctx, account: &Account) -> bool {
    seen(cx, account).is_some()
}

/// Which password attempts count together with one of this request.
pub fn source(cx: &Ctx, account: Option<&Account>) -> AttemptSource {
    find(cx, account).map_or(AttemptSource::Anyone, AttemptSource::Device)
}

/// Makes the browser of this request known to an account that it signed in to.
pub fn remember(cx: &Ctx, account: &Account) {
    let known = find(cx, Some(account)).or_else(|| seen(cx, account));
    let mark = known.unwrap_or_else(|| Token::random().as_str().to_owned());
    let (id, epoch) = (account.id.to_string(), account.device_epoch.to_string());
    let own = DeviceEntry {
        seal: &cx.app.keys.seal(PURPOSE, &[&mark, &id, &account.password_hash]),
        seen: &cx.app.keys.seal(SEEN, &[&mark, &id, &epoch]),
        mark: &mark,
    };
    let mut all = vec![own.written()];
    let others = entries(cx).filter(|other| other.mark != mark);
    all.extend(others.take(ACCOUNTS - 1).map(|other| other.written()));
    // The first of the request is the one of the account that it signed in to.
    let _ = cx.request.new_device.set(all.join("~"));
}
