//! A passkey in software, for answers that no browser gives: another origin, an old counter, a device that checks no one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// A passkey of one account.
pub struct SoftPasskey {
    id: Vec<u8>,
    keys: EcdsaKeyPair,
    user_handle: String,
    /// The counter of the last answer.
    pub counter: u32,
    /// Whether it counts.
    pub has_counter: bool,
    /// Whether the device checks the person.
    pub verifies: bool,
    /// The origin that the browser reports.
    pub origin: String,
    /// The domain that the device signs for.
    pub domain: String,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

fn head(origin: &str, kind: &str, options: &Value) -> Vec<u8> {
    let challenge = options["publicKey"]["challenge"].as_str().expect("a challenge");
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
        .to_string()
        .into_bytes()
}

impl SoftPasskey {
    /// A device that makes a passkey from these options, with the credential for the form.
    pub fn make(options: &Value, origin: &str, verifies: bool) -> (Self, String) {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let keys = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        let passkey = Self {
            id: sha256(keys.public_key().as_ref()),
            keys,
            user_handle: options["publicKey"]["user"]["id"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            counter: 1,
            has_counter: true,
            verifies,
            origin: origin.to_owned(),
            domain: "localhost".to_owned(),
        };
        let credential = passkey.registration(options);
        (passkey, credential)
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = sha256(self.domain.as_bytes());
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The credential as made from other options.
    pub fn registration(&self, options: &Value) -> String {
        let public = self.keys.public_key().as_ref();
        let mut data = self.data(WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.id);
        // A COSE key (RFC 9053): EC2, ES256, P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&public[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&public[33..]);
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).expect("short data"));
        object.extend(&data);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": encode(&head(&self.origin, "webauthn.create", options)),
                "attestationObject": encode(&object),
                "transports": ["internal", "something-new"],
            },
        })
        .to_string()
    }

    /// The answer to these options; the counter is one higher.
    pub fn answer(&mut self, options: &Value) -> String {
        self.counter += u32::from(self.has_counter);
        let client_data = head(&self.origin, "webauthn.get", options);
        let data = self.data(0);
        let signed = [data.clone(), sha256(&client_data)].concat();
        let signature = self.keys.sign(&SystemRandom::new(), &signed).expect("a signature");
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client_data),
                "authenticatorData": encode(&data),
                "signature": encode(signature.as_ref()),
                "userHandle": self.user_handle,
            },
        })
        .to_string()
    }
}
