//! Secrets that travel in links and cookies.
//!
//! A link's token is HMAC-SHA-256 of a random seed under the instance's key. The database keeps the token's SHA-256 for
//! look-up and the seed for the email that contains it; neither opens a link without the key file.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret as it is in a link: 32 bytes in base64url (43 characters). Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token of 32 random bytes, for cookies.
    pub fn random() -> Self {
        Self::of(&random::<32>())
    }

    /// Takes what came in a path or cookie. Anything may come; only a known hash opens something.
    pub fn received(text: &str) -> Self {
        Self(text.chars().take(128).collect())
    }

    /// The token of these bytes.
    pub fn of(bytes: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text for the link or the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 in hex: what the database keeps.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The random part that a link's token is made of, 32 bytes in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed(pub String);

impl Seed {
    /// A new random seed.
    pub fn random() -> Self {
        Self(hex(&random::<32>()))
    }
}

/// `N` bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness: nothing would be safe then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness nothing here is safe to go on")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
