//! Backup codes: ten for each account, each for one sign-in. The database keeps them hashed under the instance's key.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::common::token::{hex, random};
use crate::db::Conn;
use crate::db::affected;
use crate::db::schema::backup_codes;

/// How many codes an account gets.
pub const CODES: usize = 10;
/// The digits of a code, as Crockford's base 32 has them: none looks like another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 10;

/// A code as a person types it, in its only form; `None` when it can't be one.
fn read(typed: &str) -> Option<String> {
    let digits = typed.chars().filter(|digit| !matches!(digit, ' ' | '-'));
    let code: String = digits
        .map(|digit| match digit.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            digit => digit,
        })
        .collect();
    let known = |digit: u8| DIGITS.contains(&digit);
    (code.len() == LENGTH && code.bytes().all(known)).then_some(code)
}

fn hash(cx: &Ctx, user: UserId, code: &str) -> String {
    hex(&cx.app.keys.derived("backup code", &[&user.to_string(), code]))
}

/// 50 random bits, as `abcde-fghjk`.
fn fresh() -> String {
    let random = random::<LENGTH>();
    let digits: String = random
        .iter()
        .map(|byte| DIGITS[usize::from(byte & 31)] as char)
        .collect();
    format!("{}-{}", &digits[..LENGTH / 2], &digits[LENGTH / 2..])
}

/// Replaces the codes of an account; returns the new ones, which nothing shows again.
pub fn replace(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Vec<String>> {
    remove(conn, user)?;
    let codes: Vec<String> = (0..CODES).map(|_| fresh()).collect();
    for code in &codes {
        let code = read(code).unwrap_or_default();
        diesel::insert_into(backup_codes::table)
            .values((
                backup_codes::user_id.eq(user),
                backup_codes::code_hash.eq(hash(cx, user, &code)),
                backup_codes::created_at.eq(cx.now),
            ))
            .execute(conn)?;
    }
    Ok(codes)
}

/// Uses a code: `false` when the account has no such code, or it was used.
pub fn take(conn: &mut Conn, cx: &Ctx, user: UserId, typed: &str) -> QueryResult<bool> {
    let Some(code) = read(typed) else { return Ok(false) };
    affected::person(user);
    let taken = diesel::update(
        backup_codes::table
            .find((user, hash(cx, user, &code)))
            .filter(backup_codes::used_at.is_null()),
    )
    .set(backup_codes::used_at.eq(Some(cx.now)))
    .execute(conn)?;
    Ok(taken == 1)
}

/// How many codes are left.
pub fn left(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    backup_codes::table
        .filter(backup_codes::user_id.eq(user))
        .filter(backup_codes::used_at.is_null())
        .count()
        .get_result(conn)
}

/// When the codes were made; `None` when the account has none.
pub fn made_at(conn: &mut Conn, user: UserId) -> QueryResult<Option<Time>> {
    backup_codes::table
        .filter(backup_codes::user_id.eq(user))
        .select(backup_codes::created_at)
        .first(conn)
        .optional()
}

pub fn remove(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    affected::person(user);
    diesel::delete(backup_codes::table.filter(backup_codes::user_id.eq(user))).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = fresh();
        assert_eq!(code.len(), 11);
        let plain = code.replace('-', "");
        for typed in [
            &code,
            &plain,
            &code.to_uppercase(),
            &format!(" {} {} ", &plain[..3], &plain[3..]),
        ] {
            assert_eq!(read(typed).as_deref(), Some(plain.as_str()), "{typed}");
        }
        assert_eq!(read("OIL00-00000").as_deref(), Some("0110000000"));
        for wrong in ["", "123456", "abcde-fghju", "abcde-fghjkm", "äbcde-fghjk"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_ne!(fresh(), fresh());
    }
}
