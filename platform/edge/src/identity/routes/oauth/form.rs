//! Form-encoded bodies, and refusals, as OAuth wants them.

use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use tandem_core::Secret;
use tandem_proto::{Problem, api::OAuthError};

use super::super::super::oauth::{Credentials, OAuthCode, OAuthRefusal, Refusal};
use crate::{ApiProblem, Json, extract};

/// Seconds after which a program that got too many tokens should try again.
const TOO_MANY_RETRY_S: u32 = 30;

/// A form (RFC 6749, appendix B). Fields without a value are as good as absent, unknown ones are ignored (RFC 6749 §3.2). What is no form at
/// all is refused as everywhere else.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        if !is_form(request.headers()) {
            let problem = Problem::new(415, "unsupported-media-type", "The body must be a form")
                .detail("send it with `Content-Type: application/x-www-form-urlencoded`");
            return Err(ApiProblem(problem).into_response());
        }
        let bytes = extract::read(request.into_body()).await.map_err(IntoResponse::into_response)?;
        parse(&bytes).map(Self).map_err(|refusal| OAuthRefusal::from(refusal).into_response())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = named.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let fields = form_urlencoded::parse(bytes).filter(|(_, value)| !value.is_empty());
    let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    serde_urlencoded::from_str(&kept).map_err(|error| OAuthCode::InvalidRequest.because(error.to_string()))
}

/// Who a program says it is: in the header (RFC 6749 §2.3.1) or in the form, not both.
pub(super) fn credentials(
    headers: &HeaderMap,
    id: Option<String>,
    secret: Option<String>,
) -> Result<Credentials, Refusal> {
    let unknown = || OAuthCode::InvalidClient.because("client_id is missing or nobody's");
    let (id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(_) if secret.is_some() => {
            return Err(
                OAuthCode::InvalidRequest.because("authenticate in the header or in the form, not both")
            );
        }
        Some(value) => {
            let (named, secret) = basic(value).ok_or_else(unknown)?;
            if id.is_some_and(|id| id != named) {
                return Err(OAuthCode::InvalidRequest.because("client_id is not the one in the header"));
            }
            (named, Some(secret).filter(|secret| !secret.is_empty()))
        }
        None => (id.ok_or_else(unknown)?, secret),
    };
    Ok(Credentials { client: id.parse().map_err(|_| unknown())?, secret: secret.map(Secret::new) })
}

/// Id and secret, each form-encoded before they were put together.
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decoded(id), decoded(secret)))
}

fn decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).next().unwrap_or_default()
}

impl IntoResponse for OAuthRefusal {
    fn into_response(self) -> Response {
        let Refusal { code, description } = match self {
            Self::Refused(refusal) => refusal,
            Self::Identity(error) => return ApiProblem::from(error).into_response(),
        };
        let status = match code {
            OAuthCode::InvalidClient => StatusCode::UNAUTHORIZED,
            OAuthCode::TemporarilyUnavailable => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = OAuthError { error: code.name().to_owned(), error_description: description };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if code == OAuthCode::InvalidClient {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Tandem\""));
        }
        if code == OAuthCode::TemporarilyUnavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(TOO_MANY_RETRY_S));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use tandem_proto::{
        ClientId,
        api::{TokenAnswer, TokenRequest},
    };

    use super::*;

    #[test]
    fn a_form_is_read_as_the_protocol_says() {
        let read = |text: &str| parse::<TokenRequest>(text.as_bytes());
        let request =
            read("grant_type=refresh_token&scope=&colour=red&refresh_token=a%20b").expect("a request");
        assert_eq!((request.scope, request.refresh_token.as_deref()), (None, Some("a b")));
        for text in ["", "grant_type=", "grant_type=a&grant_type=b"] {
            let refusal = read(text).err().expect("refused");
            assert_eq!(refusal.code, OAuthCode::InvalidRequest, "{text}");
        }
        let answer = TokenAnswer {
            access_token: "a".into(),
            token_type: "Bearer".into(),
            expires_in: 1,
            refresh_token: None,
            scope: "chat:use".into(),
        };
        assert!(!serde_json::to_string(&answer).expect("JSON").contains("refresh_token"));
    }

    #[test]
    fn a_program_says_once_who_it_is() {
        let id = ClientId::generate();
        let header = |text: String| {
            let value = format!("Basic {}", STANDARD.encode(text)).parse().expect("a value");
            HeaderMap::from_iter([(header::AUTHORIZATION, value)])
        };
        let secret = |credentials: Credentials| credentials.secret.map(|secret| secret.expose().to_owned());
        let given =
            credentials(&header(format!("{id}:a%2Bb")), Some(id.to_string()), None).expect("in the header");
        assert_eq!((given.client, secret(given)), (id, Some("a+b".into())));
        let given =
            credentials(&HeaderMap::new(), Some(id.to_string()), Some("s".into())).expect("in the form");
        assert_eq!((given.client, secret(given)), (id, Some("s".into())));
        assert_eq!(secret(credentials(&header(format!("{id}:")), None, None).expect("public")), None);

        let code = |headers, id, secret| credentials(&headers, id, secret).expect_err("refused").code;
        let both = code(header(format!("{id}:x")), None, Some("x".into()));
        assert_eq!(both, OAuthCode::InvalidRequest);
        let other = code(header(format!("{id}:x")), Some(ClientId::generate().to_string()), None);
        assert_eq!(other, OAuthCode::InvalidRequest);
        assert_eq!(code(header("nobody:x".into()), None, None), OAuthCode::InvalidClient);
        assert_eq!(code(HeaderMap::new(), None, Some("x".into())), OAuthCode::InvalidClient);
        let bearer = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
        assert_eq!(code(bearer, Some(id.to_string()), None), OAuthCode::InvalidClient);
    }
}
