//! Secrets that are stored: encrypted with a key that is derived from the key file, and bound to the row that holds them.
//!
//! AES-256-GCM with a random nonce; the key comes from HKDF-SHA-256 (RFC 5869). The text is base64url of a key number (one
//! byte), the nonce (12 bytes), and the ciphertext with its tag. The number tells keys apart when a second one exists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use crate::common::token::random;

/// The number of the only key so far.
const FIRST_KEY: u8 = 1;

/// Encrypts and decrypts what a table keeps.
pub struct Sealer(LessSafeKey);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// The text can't be decrypted: it was made with another key file, belongs to another row, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a stored secret does not belong to this key file and row")
    }
}

/// The row that a secret belongs to, as associated data.
fn bound(table: &str, id: &str) -> Vec<u8> {
    format!("{} {table} {id}", table.len()).into_bytes()
}

impl Sealer {
    /// The sealer of a secret that has at least 32 random bytes.
    ///
    /// # Panics
    /// Never: HKDF gives up to 8,160 bytes, and the algorithm takes 32.
    pub fn of(secret: &[u8]) -> Self {
        let salt = Salt::new(HKDF_SHA256, b"tenantry sealed secrets");
        let extracted = salt.extract(secret);
        #[expect(clippy::expect_used, reason = "HKDF gives up to 8,160 bytes (RFC 5869, 2.3)")]
        let key: UnboundKey = extracted
            .expand(&[b"key 1"], &AES_256_GCM)
            .map(UnboundKey::from)
            .expect("32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Encrypts a secret for one row of one table.
    ///
    /// # Panics
    /// Never: the algorithm takes texts of up to 64 GiB.
    pub fn seal(&self, table: &str, id: &str, secret: &[u8]) -> String {
        let nonce = random::<NONCE_LEN>();
        let mut text = secret.to_vec();
        #[expect(clippy::expect_used, reason = "a text of less than 64 GiB (RFC 5116, 5.1)")]
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(table, id)),
                &mut text,
            )
            .expect("a short text");
        URL_SAFE_NO_PAD.encode([&[FIRST_KEY][..], &nonce, &text].concat())
    }

    /// Decrypts what [`Self::seal`] made for the same row of the same table.
    ///
    /// # Errors
    /// When it was made with another key, for another row, or was changed.
    pub fn open(&self, table: &str, id: &str, sealed: &str) -> Result<Vec<u8>, Unreadable> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Unreadable)?;
        let (&number, rest) = bytes.split_first().ok_or(Unreadable)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(Unreadable)?;
        if number != FIRST_KEY {
            return Err(Unreadable);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unreadable)?;
        let mut text = text.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(bound(table, id)), &mut text)
            .map_err(|_| Unreadable)?;
        Ok(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_its_key_in_its_row_and_unchanged_only() {
        let (one, two) = (Sealer::of(&[1; 32]), Sealer::of(&[2; 32]));
        let sealed = one.seal("totp_secrets", "a", b"secret");
        assert_eq!(one.open("totp_secrets", "a", &sealed).as_deref(), Ok(&b"secret"[..]));
        assert_ne!(
            sealed,
            one.seal("totp_secrets", "a", b"secret"),
            "the nonce is new each time"
        );
        assert!(two.open("totp_secrets", "a", &sealed).is_err());
        assert!(one.open("totp_secrets", "b", &sealed).is_err());
        assert!(one.open("passkeys", "a", &sealed).is_err());
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("base64url");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(
                one.open("totp_secrets", "a", &URL_SAFE_NO_PAD.encode(&changed))
                    .is_err(),
                "byte {at}"
            );
        }
        for cut in ["", "AQ", "%", &sealed[..20]] {
            assert_eq!(one.open("totp_secrets", "a", cut), Err(Unreadable));
        }
    }
}
