//! Signatures that anyone can check with the instance's public key: Ed25519 (RFC 8032). The key is derived from the key
//! file, so a backup of that file keeps it.

use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::common::token::hex;

/// Signs for this instance.
pub struct Signer(Ed25519KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

impl Signer {
    /// The signer of 32 secret bytes.
    ///
    /// # Panics
    /// Never: every 32 bytes are a seed.
    pub fn of(seed: &[u8; 32]) -> Self {
        #[expect(clippy::expect_used, reason = "every 32 bytes are a seed (RFC 8032, 5.1.5)")]
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes");
        Self(pair)
    }

    /// The signature of a message, 64 bytes in lower-case hex.
    pub fn sign(&self, message: &[u8]) -> String {
        hex(self.0.sign(message).as_ref())
    }

    /// The public key, 32 bytes in lower-case hex.
    pub fn public_key(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// The public key as PEM (RFC 8410), as `openssl` and most libraries read it.
    pub fn public_pem(&self) -> String {
        use base64::Engine;
        // SubjectPublicKeyInfo of the algorithm id-Ed25519 (1.3.101.112) before the 32 bytes of the key.
        let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        der.extend_from_slice(self.0.public_key().as_ref());
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    }

    /// Whether a signature in hex is this instance's for a message.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        // Ed25519 signatures are deterministic, so signing again gives the only valid one.
        self.sign(message) == signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_message_only() {
        let signer = Signer::of(&[7; 32]);
        let signature = signer.sign(b"head");
        assert!(signer.verifies(b"head", &signature));
        assert!(!signer.verifies(b"heap", &signature));
        assert!(!Signer::of(&[8; 32]).verifies(b"head", &signature));
        assert!(signer.public_pem().contains("MCowBQYDK2VwAyEA"));
    }
}
