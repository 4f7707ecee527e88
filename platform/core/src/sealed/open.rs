//! Opening a seal, in two steps: which key it names, and then, with that key, what it says.

use pasetors::{
    Public,
    token::UntrustedToken,
    version4::{PublicToken, V4},
};
use tandem_proto::Timestamp;

use super::{
    Audience, Claims, LIFE, SEAL_BYTES, SealError, SealKeyId, SealedKey, TOLERANCE, claims::read,
    key::named_in,
};

/// Which key a seal says it was made with. Nothing else of it may be believed yet.
///
/// # Errors
/// [`SealError::TooBig`], [`SealError::Malformed`].
pub fn peek(seal: &str) -> Result<SealKeyId, SealError> {
    named_in(parsed(seal)?.untrusted_footer())
}

fn parsed(seal: &str) -> Result<UntrustedToken<Public, V4>, SealError> {
    if seal.len() > SEAL_BYTES {
        return Err(SealError::TooBig);
    }
    // The library takes a header by its beginning; ours are whole or nothing.
    if !seal.starts_with("v4.public.") {
        return Err(SealError::Malformed);
    }
    UntrustedToken::try_from(seal).map_err(|_| SealError::Malformed)
}

/// Opens a seal with the key that is published under the id it names, for `audience`, at `now`.
///
/// # Errors
/// [`SealError`]: every reason but those of who shows it and of the message it is bound to.
pub fn open(seal: &str, key: &SealedKey, audience: &Audience, now: Timestamp) -> Result<Claims, SealError> {
    let token = parsed(seal)?;
    if named_in(token.untrusted_footer())? != key.id {
        return Err(SealError::UnknownKey);
    }
    let trusted =
        PublicToken::verify(&key.public.paseto()?, &token, None, None).map_err(|_| SealError::Forged)?;
    let (claims, node) = read(trusted.payload(), audience)?;
    if node != key.node {
        return Err(SealError::Forged);
    }
    if claims.until > claims.from.plus(LIFE) {
        return Err(SealError::TooLong);
    }
    if claims.from.minus(TOLERANCE) > now {
        return Err(SealError::NotYetValid);
    }
    if claims.until.plus(TOLERANCE) <= now {
        return Err(SealError::Expired);
    }
    if claims.from < key.from || claims.from >= key.until {
        return Err(SealError::KeyOutOfTime);
    }
    Ok(claims)
}
