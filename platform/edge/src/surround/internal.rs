//! Headers that look like ours to each other are taken from whatever comes in, before anything else sees it.
//!
//! None of them is read anywhere: who asks is known by a token, or by a seal that came over a link and never was a header. This is for the
//! proxy, the handler or the next version that would believe one.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName};
use metrics::counter;

/// How names begin that are ours alone, without what separates their words.
const OURS: [&str; 3] = ["tandem", "internal", "sealed"];
/// What stands before a name that was made for one server or by another (`X-…`, CGI's `HTTP_…`).
const BEFORE: [&str; 2] = ["http", "x"];
/// Names by which proxies and frameworks say who somebody is. Ours says it by none of them.
const WHO: [&str; 12] = [
    "requestcontext",
    "remoteuser",
    "forwardeduser",
    "forwardedemail",
    "forwardedgroups",
    "authrequestuser",
    "authenticateduser",
    "userid",
    "orgid",
    "tenantid",
    "sessionid",
    "permissions",
];

pub(super) async fn strip(mut request: Request, next: Next) -> Response {
    let removed = strip_from(request.headers_mut());
    if removed > 0 {
        counter!("tandem_http_internal_headers_stripped_total").increment(removed);
    }
    next.run(request).await
}

/// Removes them; says how many names there were.
fn strip_from(headers: &mut HeaderMap) -> u64 {
    let ours: Vec<HeaderName> = headers.keys().filter(|name| is_internal(name.as_str())).cloned().collect();
    for name in &ours {
        headers.remove(name);
    }
    ours.len() as u64
}

/// Whether a header's name is one of ours however it is spelled: what separates words and the case of letters make no difference.
fn is_internal(name: &str) -> bool {
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let mut bare = letters.as_str();
    while let Some(rest) = BEFORE.iter().find_map(|before| bare.strip_prefix(before)) {
        bare = rest;
    }
    [letters.as_str(), bare].iter().any(|name| OURS.iter().any(|ours| name.starts_with(ours)))
        || WHO.contains(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_names_are_found_however_they_are_spelled() {
        for name in [
            "tandem-context",
            "TANDEM-CONTEXT",
            "Tandem_Context",
            "tandem.context",
            "tandem--context",
            "tandem",
            "x-tandem-user",
            "X_TANDEM_ORG",
            "x-x-tandem-user",
            "http-x-tandem-user",
            "HTTP_TANDEM_CONTEXT",
            "-tandem-context",
            "t-a-n-d-e-m-context",
            "x-internal-user",
            "sealed-context",
            "x-remote-user",
            "Remote_User",
            "x-user-id",
        ] {
            assert!(is_internal(name), "{name}");
        }
    }

    #[test]
    fn what_clients_send_stays() {
        for name in [
            "authorization",
            "x-forwarded-for",
            "x-request-id",
            "idempotency-key",
            "traceparent",
            "user-agent",
            "cookie",
            "origin",
            "content-type",
            "sec-websocket-protocol",
            "if-none-match",
            "http2-settings",
            "last-event-id",
            "x-requested-with",
        ] {
            assert!(!is_internal(name), "{name}");
        }
    }
}
