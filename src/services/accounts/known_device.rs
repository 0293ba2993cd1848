//! Browsers that signed in to an account before. Each has a cookie, and its own count of password attempts: wrong passwords
//! that someone else types do not lock it ("device cookies" of OWASP).
//!
//! The cookie is a list of marks and seals, the newest account first. A seal names the account and its password hash under the
//! key of the instance, so a mark is of no use for another account or after the password changed.

use crate::app::Ctx;
use crate::common::token::Token;
use crate::models::login_attempt::AttemptSource;
use crate::models::user::Account;

/// How many accounts one browser is known to.
const ACCOUNTS: usize = 4;
const PURPOSE: &str = "device";

fn entries(cx: &Ctx) -> impl Iterator<Item = (&str, &str)> {
    cx.request
        .device
        .split('~')
        .filter_map(|entry| entry.split_once('.'))
        .take(ACCOUNTS)
}

/// The mark of this browser for an account. Without an account the work is the same.
fn find(cx: &Ctx, account: Option<&Account>) -> Option<String> {
    let (id, hash) = account.map_or_else(Default::default, |account| {
        (account.id.to_string(), account.password_hash.clone())
    });
    entries(cx)
        .filter(|(mark, seal)| cx.app.keys.is_sealed(PURPOSE, &[mark, &id, &hash], seal))
        .last()
        .map(|(mark, _)| mark.to_owned())
        .filter(|_| account.is_some())
}

/// Which password attempts count together with one of this request.
pub fn source(cx: &Ctx, account: Option<&Account>) -> AttemptSource {
    find(cx, account).map_or(AttemptSource::Anyone, AttemptSource::Device)
}

/// Makes the browser of this request known to an account that it signed in to.
pub fn remember(cx: &Ctx, account: &Account) {
    let known = find(cx, Some(account));
    let mark = known.unwrap_or_else(|| Token::random().as_str().to_owned());
    let id = account.id.to_string();
    let seal = cx.app.keys.seal(PURPOSE, &[&mark, &id, &account.password_hash]);
    let mut all = vec![format!("{mark}.{seal}")];
    let others = entries(cx).filter(|(other, _)| *other != mark);
    all.extend(others.take(ACCOUNTS - 1).map(|(mark, seal)| format!("{mark}.{seal}")));
    // The first of the request is the one of the account that it signed in to.
    let _ = cx.request.new_device.set(all.join("~"));
}
