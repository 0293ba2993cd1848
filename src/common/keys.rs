//! The secrets of the instance, in the key file: they make the tokens of links, encrypt cookies, seal and sign.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::common::sealed::Sealer;
use crate::common::signing::Signer;
use crate::common::token::{Seed, Token, hex, random};

/// The instance's secrets, made on first start and kept in the data folder with file mode 0600.
#[derive(Clone)]
pub struct Keys {
    link: [u8; 32],
    cookie: [u8; 64],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

const KEY_FILE: &str = "secret.key";

impl Keys {
    /// Reads the key file of the data folder, or makes it.
    ///
    /// # Errors
    /// When the file cannot be read or written, or does not hold 96 bytes in hex.
    pub fn load(data_dir: &Path) -> std::io::Result<Self> {
        match Self::read(data_dir)? {
            Some(keys) => Ok(keys),
            None => Self::of(&data_dir.join(KEY_FILE), &make(&data_dir.join(KEY_FILE))?),
        }
    }

    /// Reads the key file of the data folder. `None` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or does not hold 96 bytes in hex.
    pub fn read(data_dir: &Path) -> std::io::Result<Option<Self>> {
        let path = data_dir.join(KEY_FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::of(&path, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keys of random bytes, which are not saved.
    pub fn random() -> Self {
        Self {
            link: random::<32>(),
            cookie: random::<64>(),
        }
    }

    fn of(path: &Path, text: &str) -> std::io::Result<Self> {
        let bytes = unhex(text.trim()).filter(|bytes| bytes.len() == 96).ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                format!("{} does not hold a key", path.display()),
            )
        })?;
        let mut keys = Self {
            link: [0; 32],
            cookie: [0; 64],
        };
        keys.link.copy_from_slice(&bytes[..32]);
        keys.cookie.copy_from_slice(&bytes[32..]);
        Ok(keys)
    }

    /// The token of a seed.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn token(&self, seed: &Seed) -> Token {
        Token::of(&self.mac(seed.0.as_bytes()))
    }

    fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.hmac(message).finalize().into_bytes().into()
    }

    fn hmac(&self, message: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.link).expect("any key length");
        mac.update(message);
        mac
    }

    /// Seals texts for one purpose, so that a cookie can carry them.
    pub fn seal(&self, purpose: &str, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(&sealed(purpose, parts)))
    }

    /// Whether a seal is this instance's for these texts. It takes as long for every seal.
    pub fn is_sealed(&self, purpose: &str, parts: &[&str], seal: &str) -> bool {
        let given = URL_SAFE_NO_PAD.decode(seal).unwrap_or_default();
        self.hmac(&sealed(purpose, parts)).verify_slice(&given).is_ok()
    }

    /// Tells this key file from others, and nothing about its content.
    pub fn fingerprint(&self) -> String {
        let message = [b"fingerprint 1".as_slice(), self.cookie.as_slice()].concat();
        hex(&self.mac(&message)[..16])
    }

    /// Who signs for this instance.
    pub fn signer(&self) -> Signer {
        let mut seed = [0; 32];
        seed.copy_from_slice(&self.mac(b"signing key 1"));
        Signer::of(&seed)
    }

    /// Who encrypts stored secrets for this instance.
    pub fn sealer(&self) -> Sealer {
        Sealer::of(&self.mac(b"sealed secrets 1"))
    }

    /// A key for one purpose and person, which follows from the key file alone.
    pub fn derived(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        self.mac(&sealed(purpose, parts))
    }

    /// The key that encrypts the session cookie.
    pub fn cookie(&self) -> actix_web::cookie::Key {
        actix_web::cookie::Key::from(&self.cookie)
    }
}

/// The texts with their lengths, so that no two lists are the same message. No seed is: those are hex.
fn sealed(purpose: &str, parts: &[&str]) -> Vec<u8> {
    use std::fmt::Write;
    let mut message = format!("seal {purpose}");
    for part in parts {
        let _ = write!(message, "\n{} {part}", part.len());
    }
    message.into_bytes()
}

/// Writes beside, syncs, then links into place: two first starts in parallel agree on one key.
fn make(path: &Path) -> std::io::Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let beside = path.with_extension(format!("new{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(hex(&random::<96>()).as_bytes())?;
    file.sync_all()?;
    let placed = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match placed {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read_to_string(path),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_token_and_another_key_another_one() {
        let one = Keys {
            link: [1; 32],
            cookie: [0; 64],
        };
        let two = Keys {
            link: [2; 32],
            cookie: [0; 64],
        };
        let seed = Seed::random();
        assert_eq!(one.token(&seed), one.token(&seed));
        assert_ne!(one.token(&seed), two.token(&seed));
        assert_eq!(one.token(&seed).as_str().len(), 43);
        assert_ne!(Token::random(), Token::random());
        let seal = one.seal("device", &["ab", "c"]);
        assert!(one.is_sealed("device", &["ab", "c"], &seal));
        for other in [&["a", "bc"][..], &["ab"], &["ab", "c", ""], &["ab", "d"]] {
            assert!(!one.is_sealed("device", other, &seal), "{other:?}");
        }
        assert!(!one.is_sealed("other", &["ab", "c"], &seal) && !two.is_sealed("device", &["ab", "c"], &seal));
        assert!(!one.is_sealed("device", &["ab", "c"], "") && !one.is_sealed("device", &["ab", "c"], "%"));
        // Both parts of the file count.
        let three = Keys {
            link: [1; 32],
            cookie: [1; 64],
        };
        assert_eq!(one.fingerprint(), one.clone().fingerprint());
        assert!(one.fingerprint() != two.fingerprint() && one.fingerprint() != three.fingerprint());
    }
}
