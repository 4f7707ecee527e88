//! `"Display name" <uri>;params`: From, To, Contact, Route, Record-Route and their kin (RFC 3261 §20.10).

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Fault, Params, ParseError, Part, Text, Uri, header::lex};

/// A URI with a display name and header parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameAddr {
    /// The display name, without quotes and escapes.
    pub display: Option<Text>,
    /// The URI.
    pub uri: Uri,
    /// What follows the URI.
    pub params: Params,
}

impl NameAddr {
    /// Just a URI.
    pub const fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::new() }
    }

    /// With a display name.
    #[must_use]
    pub fn named(mut self, display: impl Into<Text>) -> Self {
        self.display = Some(display.into());
        self
    }

    /// With a tag.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<Text>) -> Self {
        self.params.set(Text::of("tag"), Some(tag.into()));
        self
    }

    /// With any parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.params.set(name, Some(value.into()));
        self
    }

    /// The dialog tag of a From or To.
    pub fn tag(&self) -> Option<&Text> {
        self.params.get("tag")
    }

    /// A Contact's own expiry. What is no number counts as one hour (RFC 3261 §20.10); what is too large is capped.
    pub fn expires(&self) -> Option<Duration> {
        const DEFAULT_S: u64 = 3_600;
        self.params.get("expires").map(|text| match lex::number::<u32>(text) {
            Ok(seconds) => Duration::from_secs(u64::from(seconds)),
            Err(Fault::OutOfRange) => Duration::from_secs(u64::from(u32::MAX)),
            Err(_) => Duration::from_secs(DEFAULT_S),
        })
    }

    /// A Contact's preference in thousandths, 0 to 1000; 1000 when it says nothing usable.
    pub fn q(&self) -> u16 {
        let q = self.params.get("q").and_then(|q| q.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1000 after the filter"
        )]
        q.map_or(1_000, |q| (q * 1_000.0).round() as u16)
    }

    /// A Contact's `+sip.instance`: the device, whatever its address is (RFC 5626 §4.1).
    pub fn instance(&self) -> Option<Cow<'_, str>> {
        self.params.unquoted("+sip.instance")
    }

    /// A copy that keeps no message alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self {
            display: self.display.as_ref().map(Text::detached),
            uri: self.uri.detached(),
            params: self.params.detached(),
        }
    }

    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let whole = lex::trim(text);
        let (display, rest) = if whole.starts_with('"') {
            let (quoted, rest) = whole.split_at(lex::quoted_len(whole)?);
            let display = match lex::unquoted(quoted) {
                Cow::Borrowed(plain) => text.part(plain),
                Cow::Owned(plain) => plain.into(),
            };
            (Some(display), lex::trim(rest))
        } else {
            match whole.find('<') {
                Some(at) => {
                    let display = lex::trim(&whole[..at]);
                    if !display
                        .bytes()
                        .all(|b| lex::is_token_byte(b) || b == b' ' || b == b'\t' || !b.is_ascii())
                    {
                        return Err(Fault::Syntax("display name needs quotes"));
                    }
                    ((!display.is_empty()).then(|| text.part(display)), &whole[at..])
                }
                None => return Self::read_bare(text, whole),
            }
        };
        let (uri, rest) = rest
            .strip_prefix('<')
            .and_then(|rest| rest.split_once('>'))
            .ok_or(Fault::Syntax("address needs angle brackets"))?;
        let uri = Uri::read(&text.part(lex::trim(uri)))?;
        let params = match lex::trim(rest) {
            "" => Params::new(),
            rest => Params::read(text, rest.strip_prefix(';').ok_or(Fault::Syntax("text after address"))?)?,
        };
        Self { display, uri, params }.told_apart()
    }

    /// Two tags would name two dialogs.
    fn told_apart(self) -> Result<Self, Fault> {
        if self.params.repeats("tag") { Err(Fault::Repeated) } else { Ok(self) }
    }

    /// Without brackets every parameter belongs to the header, and the URI has none of `,;?`.
    fn read_bare(text: &Text, whole: &str) -> Result<Self, Fault> {
        let (uri, params) = whole.split_once(';').map_or((whole, None), |(uri, params)| (uri, Some(params)));
        if uri.contains(['?', ',']) {
            return Err(Fault::Syntax("address needs angle brackets"));
        }
        let uri = Uri::read(&text.part(lex::trim(uri)))?;
        let params = params.map(|list| Params::read(text, list)).transpose()?.unwrap_or_default();
        Self { display: None, uri, params }.told_apart()
    }
}

impl FromStr for NameAddr {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(&Text::from(text)).map_err(|fault| ParseError::new(Part::Uri, fault))
    }
}

impl NameAddr {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        if let Some(display) = &self.display {
            lex::write_quoted(out, display)?;
            out.write_char(' ')?;
        }
        out.write_char('<')?;
        self.uri.print(out)?;
        out.write_char('>')?;
        self.params.print(out)
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl From<Uri> for NameAddr {
    fn from(uri: Uri) -> Self {
        Self::new(uri)
    }
}

impl Serialize for NameAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NameAddr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Text::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_phones_send() {
        let contact: NameAddr =
            r#""J \"R\" Smith" <sip:j@192.0.2.4:5062;transport=tcp> ; q=0.33;expires = 60;+sip.instance="<urn:uuid:f81d>""#
                .parse()
                .expect("parses");
        assert_eq!(contact.display.as_deref(), Some(r#"J "R" Smith"#));
        assert_eq!(contact.q(), 330);
        assert_eq!(contact.expires(), Some(Duration::from_secs(60)));
        assert_eq!(contact.instance().as_deref(), Some("<urn:uuid:f81d>"));
        let again: NameAddr = contact.to_string().parse().expect("parses again");
        assert_eq!(again, contact);
    }

    #[test]
    fn without_brackets_parameters_are_the_headers() {
        let from: NameAddr = "sip:caller@example.com;tag=88sja8x".parse().expect("parses");
        assert_eq!(from.tag().expect("tagged"), "88sja8x");
        assert!(from.uri.as_sip().expect("sip").params.is_empty());
        assert!("sip:user@example.com?Route=%3Csip:x%3E".parse::<NameAddr>().is_err());
    }

    #[test]
    fn faults_are_refused() {
        for text in [
            r#""unbalanced <sip:a@b>"#,
            "Bell, Alexander <sip:a@b>",
            "<sip:a@b",
            "<sip:a@b>x",
            "<sip:a@b>;;tag=1",
            "",
        ] {
            assert!(text.parse::<NameAddr>().is_err(), "{text}");
        }
    }
}
