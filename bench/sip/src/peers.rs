//! Another library at the same work.

use std::hint::black_box;

use bytes::Bytes;

/// `rsip`'s messages.
pub(crate) fn rsip(invite: &Bytes) -> Vec<u8> {
    use rsip::prelude::*;
    let request = rsip::Request::try_from(&invite[..]).expect("reads");
    let headers = (
        request.via_header().expect("there").typed().expect("typed"),
        request.from_header().expect("there").typed().expect("typed"),
        request.to_header().expect("there").typed().expect("typed"),
        request.cseq_header().expect("there").typed().expect("typed"),
        request.contact_header().expect("there").typed().expect("typed"),
        request.record_route_header().map(|route| route.typed().expect("typed")),
    );
    black_box(headers);
    request.into()
}
