//! An authenticator in software: one key on P-256, as WebAuthn has it (§6.5.4, §6.1). It answers whatever it is told to, rightly or not.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// User present, user verified (§6.1).
const UP: u8 = 0x01;
const UV: u8 = 0x04;
/// Attested credential data is included.
const AT: u8 = 0x40;

pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    credential: [u8; 16],
    /// How often it was used, as it says.
    pub(crate) count: u32,
    /// What the browser says it is at.
    pub(crate) origin: String,
    /// What it believes it signs for.
    pub(crate) rp_id: String,
    pub(crate) verifies_its_user: bool,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub(crate) fn new(origin: &str, rp_id: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a fresh key");
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).expect("reads"),
            credential: rand::random(),
            count: 0,
            origin: origin.into(),
            rp_id: rp_id.into(),
            verifies_its_user: true,
        }
    }

    /// What `navigator.credentials.create` answers.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let client = self.client("webauthn.create", options);
        let mut data = self.data(AT);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend(self.credential);
        // COSE_Key: EC2, ES256, P-256, x, y (RFC 9053 §7.1.1). The point is uncompressed: 4, x, y.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        self.answer(json!({ "clientDataJSON": b64(client), "attestationObject": b64(object) }))
    }

    /// What `navigator.credentials.get` answers, for the user whose handle it keeps.
    pub(crate) fn get(&mut self, options: &Value, user: uuid::Uuid) -> Value {
        let client = self.client("webauthn.get", options);
        self.count += 1;
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signs");
        self.answer(json!({
            "clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature),
            "userHandle": b64(user.as_bytes()),
        }))
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies_its_user { UV } else { 0 };
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(UP | verified | flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn answer(&self, response: Value) -> Value {
        let id = b64(self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}
