//! The edge over its own listeners: HTTP, the event socket, sign-in in all its forms, SCIM.

mod accounts;
mod deflate;
mod divisions;
mod forward;
mod http;
mod mail;
mod oauth;
mod oidc;
mod once;
mod passkeys;
mod requests;
mod scim;
mod socket;
mod spoof;
mod storm;
mod stream;
mod support;
mod tenants;
