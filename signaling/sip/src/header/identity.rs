//! Who calls, from where, and why: Diversion, History-Info, Privacy, Identity, Warning.

use std::fmt;

use crate::{Fault, NameAddr, Params, Text, header::lex};

/// One entry of History-Info (RFC 7044).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryEntry {
    /// Where the request was sent; its URI may carry the Reason as an escaped header.
    pub target: NameAddr,
    /// Its place: `1`, `1.1`, `1.2` … by branch.
    pub index: Text,
}

impl HistoryEntry {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let target = NameAddr::read(text)?;
        let index = target.params.get("index").cloned().ok_or(Fault::Syntax("needs an index"))?;
        let numbers = |text: &str| text.split('.').all(|part| lex::number::<u32>(part).is_ok());
        if numbers(&index) { Ok(Self { target, index }) } else { Err(Fault::Syntax("bad index")) }
    }
}

/// Warning: a code, who warns, and a text for people (RFC 3261 §20.43).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// Three digits.
    pub code: u16,
    /// Host or pseudonym.
    pub agent: Text,
    /// Without quotes.
    pub text: Text,
}

impl Warning {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let bad = Fault::Syntax("needs code, agent and text");
        let whole = lex::trim(text);
        let (code, rest) = whole.split_once([' ', '\t']).ok_or(bad)?;
        let (agent, rest) = lex::trim(rest).split_once([' ', '\t']).ok_or(bad)?;
        let rest = lex::trim(rest);
        if code.len() != 3 || !rest.starts_with('"') || lex::quoted_len(rest)? != rest.len() {
            return Err(bad);
        }
        let said = lex::unquoted(rest);
        Ok(Self { code: lex::number(code)?, agent: text.part(agent), text: text.part(&said) })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {} ", self.code, self.agent)?;
        lex::write_quoted(f, &self.text)
    }
}

/// Identity: a signed PASSporT and where its certificate is (RFC 8224 §4). Read, not verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// `header.payload.signature`, or `..signature` in compact form.
    pub token: Text,
    /// The URI in `info`, without its brackets.
    pub info: Text,
    /// `alg`, `ppt` and others.
    pub params: Params,
}

impl Identity {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let whole = lex::trim(text);
        let (token, params) = whole.split_once(';').ok_or(Fault::Syntax("needs info"))?;
        let token = lex::trim(token);
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.=+/".contains(&b);
        if token.is_empty() || !token.bytes().all(fits) {
            return Err(Fault::Syntax("bad token"));
        }
        // `info=<uri>` is the one header parameter with brackets.
        let (mut info, mut others) = (None, Params::new());
        for item in lex::split(params, b';') {
            let item = lex::trim(item?);
            match item.split_once('=') {
                Some((name, value)) if lex::trim(name).eq_ignore_ascii_case("info") => {
                    let uri = lex::trim(value).strip_prefix('<').and_then(|uri| uri.strip_suffix('>'));
                    let uri = uri.ok_or(Fault::Syntax("info needs angle brackets"))?;
                    if info.replace(text.part(uri)).is_some() {
                        return Err(Fault::Repeated);
                    }
                }
                _ => Params::read(text, item)?.iter().for_each(|(n, v)| others.set(n.clone(), v.cloned())),
            }
        }
        Ok(Self { token: text.part(token), info: info.ok_or(Fault::Syntax("needs info"))?, params: others })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};info=<{}>{}", self.token, self.info, self.params)
    }
}

/// What a caller wants hidden (RFC 3323 §4.2, RFC 3325 §9.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Privacy {
    /// `id`: P-Asserted-Identity goes to trusted peers only.
    pub id: bool,
    /// `user`: From and the display names say nothing about the caller.
    pub user: bool,
    /// `header`: Via, Contact and Record-Route reveal nothing.
    pub header: bool,
    /// `session`: neither do the addresses of media.
    pub session: bool,
    /// `critical`: rather no call than one without privacy.
    pub critical: bool,
}

impl Privacy {
    /// Reads the tokens; `none` forbids every privacy, and unknown ones are skipped.
    pub(crate) fn of<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut privacy = Self::default();
        for token in tokens {
            match token.to_ascii_lowercase().as_str() {
                "none" => return Self::default(),
                "id" => privacy.id = true,
                "user" => privacy.user = true,
                "header" => privacy.header = true,
                "session" => privacy.session = true,
                "critical" => privacy.critical = true,
                _ => {}
            }
        }
        privacy
    }

    /// Whether the number and name of the caller are to be hidden from who is called.
    pub const fn hides_caller(self) -> bool {
        self.id || self.user
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_identities_are_read_and_written() {
        let warning = Warning::read(&Text::of(r#"370 devnull.example.com "Choose a \"bigger\" pipe""#));
        let warning = warning.expect("reads");
        assert_eq!((warning.code, warning.text.as_str()), (370, r#"Choose a "bigger" pipe"#));
        assert_eq!(warning.to_string(), r#"370 devnull.example.com "Choose a \"bigger\" pipe""#);
        for bad in ["1812 overture \"x\"", "399 x y", "399 x \"y", "399"] {
            assert!(Warning::read(&Text::from(bad)).is_err(), "{bad}");
        }
        let text =
            Text::of("eyJhbGci.eyJk.c2ln;info=<https://cert.example.org/p.cer;v=1>;alg=ES256;ppt=shaken");
        let identity = Identity::read(&text).expect("reads");
        assert_eq!(identity.info, "https://cert.example.org/p.cer;v=1");
        assert_eq!(identity.params.get("ppt").map(Text::as_str), Some("shaken"));
        assert_eq!(identity.to_string(), text.as_str());
        assert!(Identity::read(&Text::of("a.b.c;alg=ES256")).is_err());
    }

    #[test]
    fn privacy_is_a_list() {
        let of = |text: &'static str| Privacy::of(text.split(';').map(str::trim));
        assert!(of("header; ID;critical").hides_caller());
        assert_eq!(of("id;none"), Privacy::default());
    }
}
