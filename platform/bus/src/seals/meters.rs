//! The metrics of seals.

use metrics::counter;
use tandem_core::sealed::SealError;

/// Something was refused for its seal: on the links or on the bus.
pub(crate) fn refused(on: &'static str, why: SealError) {
    counter!("tandem_seals_refused_total", "on" => on, "reason" => why.name()).increment(1);
}
