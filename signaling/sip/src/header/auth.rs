//! Challenges and credentials (RFC 3261 §20.7, §20.44).

use std::{borrow::Cow, fmt};

use crate::{Fault, Text, header::lex};

/// The value of WWW-Authenticate, Authorization and their Proxy- kin: a scheme and its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthValue {
    /// `Digest`, or a scheme this server does not speak.
    pub scheme: Text,
    params: Vec<(Text, Text)>,
}

impl AuthValue {
    /// A Digest value without parameters.
    pub const fn digest() -> Self {
        Self { scheme: Text::of("Digest"), params: Vec::new() }
    }

    /// Whether the scheme is Digest.
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("digest")
    }

    /// A parameter without its quotes.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| lex::unquoted(value))
    }

    /// Adds a parameter in quotes.
    #[must_use]
    pub fn quoted(mut self, name: &'static str, value: &str) -> Self {
        let mut text = String::with_capacity(value.len() + 2);
        let _infallible = lex::write_quoted(&mut text, value);
        self.params.push((Text::of(name), text.into()));
        self
    }

    /// Adds a parameter without quotes: `algorithm`, `nc`, `stale`, and `qop` in credentials.
    #[must_use]
    pub fn plain(mut self, name: &'static str, value: impl Into<Text>) -> Self {
        self.params.push((Text::of(name), value.into()));
        self
    }

    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let whole = lex::trim(text);
        let (scheme, list) = whole.split_once([' ', '\t']).unwrap_or((whole, ""));
        if !lex::is_token(scheme) {
            return Err(Fault::Syntax("bad scheme"));
        }
        let mut value = Self { scheme: text.part(scheme), params: Vec::new() };
        if !value.is_digest() {
            return Ok(value);
        }
        for item in lex::split(list, b',') {
            let item = item?;
            let (name, parameter) = item.split_once('=').ok_or(Fault::Syntax("parameter without a value"))?;
            let (name, parameter) = (lex::trim(name), lex::trim(parameter));
            if !lex::is_token(name)
                || (parameter.starts_with('"') && lex::quoted_len(parameter)? != parameter.len())
            {
                return Err(Fault::Syntax("bad parameter"));
            }
            if value.get(name).is_some() {
                return Err(Fault::Repeated);
            }
            value.params.push((text.part(name), text.part(parameter)));
        }
        Ok(value)
    }
}

impl fmt::Display for AuthValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        for (at, (name, value)) in self.params.iter().enumerate() {
            write!(f, "{} {name}={value}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}
