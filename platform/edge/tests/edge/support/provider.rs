//! An identity provider that says whatever a test wants.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    Json, Router,
    extract::{RawForm, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A key it signs with, and how it is published.
#[derive(Clone)]
pub(crate) struct Key {
    private: EncodingKey,
    pub(crate) id: String,
    pub(crate) published: Value,
}

impl Key {
    pub(crate) fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_ref()).expect("a key");
        // 4, x, y (SEC 1 §2.3.3).
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let published = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": coordinate(x), "y": coordinate(y) });
        Self { private: EncodingKey::from_ec_der(private.as_ref()), id: id.to_owned(), published }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.private).expect("signed")
    }
}

/// How it answers who asks for its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    Published,
    Huge,
    Never,
    Elsewhere,
}

/// What it says next.
pub(crate) struct Says {
    pub(crate) metadata: Value,
    pub(crate) keys: Vec<Value>,
    pub(crate) answers_keys: Keys,
    /// The token endpoint's answer.
    pub(crate) token: (u16, Value),
    pub(crate) userinfo: Value,
    /// What was sent to the token endpoint last: the form, and `authorization`.
    pub(crate) asked: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) says: Arc<Mutex<Says>>,
    pub(crate) asked_for_keys: Arc<AtomicUsize>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address: SocketAddr = listener.local_addr().expect("bound");
        let issuer = format!("http://{address}");
        let at = |path: &str| format!("{issuer}{path}");
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": at("/authorize?tenant=a"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "userinfo_endpoint": at("/userinfo"),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        let says = Says {
            metadata,
            keys: Vec::new(),
            answers_keys: Keys::Published,
            token: (500, Value::Null),
            userinfo: json!({}),
            asked: Vec::new(),
            authorization: None,
        };
        let provider = Self { issuer, says: Arc::new(Mutex::new(says)), asked_for_keys: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(Self::metadata))
            .route("/keys", get(Self::keys))
            .route("/elsewhere", get(Self::elsewhere))
            .route("/token", post(Self::token))
            .route("/userinfo", get(Self::userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn say(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().expect("unpoisoned"));
    }

    /// The next code is worth this ID token.
    pub(crate) fn gives(&self, token: &str) {
        let answer = json!({ "id_token": token, "access_token": "at", "token_type": "Bearer" });
        self.say(|says| says.token = (200, answer));
    }

    async fn metadata(State(this): State<Self>) -> Json<Value> {
        Json(this.says.lock().expect("unpoisoned").metadata.clone())
    }

    async fn keys(State(this): State<Self>) -> Response {
        this.asked_for_keys.fetch_add(1, Ordering::Relaxed);
        let (how, keys) = {
            let says = this.says.lock().expect("unpoisoned");
            (says.answers_keys, json!({ "keys": says.keys }))
        };
        match how {
            Keys::Published => Json(keys).into_response(),
            Keys::Huge => "x".repeat(1_000_000).into_response(),
            Keys::Never => std::future::pending().await,
            Keys::Elsewhere => Redirect::temporary("/elsewhere").into_response(),
        }
    }

    async fn elsewhere(State(this): State<Self>) -> Json<Value> {
        Json(json!({ "keys": this.says.lock().expect("unpoisoned").keys }))
    }

    async fn token(State(this): State<Self>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
        let mut says = this.says.lock().expect("unpoisoned");
        says.asked = form_urlencoded::parse(&form).into_owned().collect();
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        says.authorization = authorization.map(str::to_owned);
        let (status, answer) = says.token.clone();
        (StatusCode::from_u16(status).expect("a status"), Json(answer)).into_response()
    }

    async fn userinfo(State(this): State<Self>) -> Json<Value> {
        Json(this.says.lock().expect("unpoisoned").userinfo.clone())
    }
}
