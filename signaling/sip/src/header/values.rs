//! Small header values.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fault, Method, NameAddr, Params, Text, header::lex};

/// CSeq: the order of requests within a dialog or registration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CSeq {
    /// Below 2³¹.
    pub number: u32,
    /// The request's method.
    pub method: Method,
}

impl CSeq {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let (number, method) =
            text.split_once([' ', '\t']).ok_or(Fault::Syntax("needs a number and a method"))?;
        let number = lex::number::<u32>(number)?;
        if number >= 1 << 31 {
            return Err(Fault::OutOfRange);
        }
        let method = Method::read(text.part(lex::trim(method))).ok_or(Fault::Syntax("bad method"))?;
        Ok(Self { number, method })
    }
}

impl CSeq {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        lex::write_number(out, self.number)?;
        out.write_char(' ')?;
        out.write_str(self.method.as_str())
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

/// What a REGISTER's Contact headers say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Contacts {
    /// `*`: all of them.
    Star,
    /// These; none if there is no Contact header.
    List(Vec<NameAddr>),
}

/// A value with parameters: Content-Type, Reason, Session-Expires, Retry-After, Accept …
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parametrised {
    /// What stands before the parameters.
    pub value: Text,
    /// The parameters.
    pub params: Params,
}

impl Parametrised {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let whole = lex::trim(text);
        let (value, params) = match lex::find(whole, |b| b == b';')? {
            Some(at) => (lex::trim(&whole[..at]), Params::read(text, &whole[at + 1..])?),
            None => (whole, Params::new()),
        };
        if value.is_empty() {
            return Err(Fault::Syntax("empty value"));
        }
        Ok(Self { value: text.part(value), params })
    }

    /// Whether a Content-Type is this `type/subtype`.
    pub fn is(&self, media_type: &str) -> bool {
        let mut own = self.value.splitn(2, '/').map(lex::trim);
        media_type.splitn(2, '/').all(|part| own.next().is_some_and(|own| own.eq_ignore_ascii_case(part)))
    }
}

/// Session-Expires (RFC 4028).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionExpires {
    /// After how many seconds without a refresh the session is over.
    pub seconds: u32,
    /// Who refreshes.
    pub refresher: Option<Refresher>,
}

/// Who refreshes a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

impl SessionExpires {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let Parametrised { value, params } = Parametrised::read(text)?;
        let refresher = match params.get("refresher") {
            None => None,
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return Err(Fault::Syntax("bad refresher")),
        };
        Ok(Self { seconds: lex::number(&value)?, refresher })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)?;
        match self.refresher {
            None => Ok(()),
            Some(Refresher::Uac) => f.write_str(";refresher=uac"),
            Some(Refresher::Uas) => f.write_str(";refresher=uas"),
        }
    }
}
