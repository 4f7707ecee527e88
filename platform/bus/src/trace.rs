//! Which trace a piece of work belongs to, so that it goes on on another node (W3C Trace Context, level 1).
//!
//! Without an exporter (`platform/setup` makes one where the operator wants it) no span has a trace, nothing is carried, and asking for it
//! costs next to nothing.

use std::{fmt, str::FromStr};

use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt as _, TraceState},
};
use tracing::{Span, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header it comes in from outside.
pub const TRACEPARENT: &str = "traceparent";

/// A place in a trace: the trace and the span that what follows is a child of. Shown as a `traceparent`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace(SpanContext);

/// What was to be read is no `traceparent`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a traceparent")]
pub struct NotATrace;

impl Trace {
    /// That of the current span, if it is traced and sent to a collector.
    pub fn current() -> Option<Self> {
        Self::of(&Span::current())
    }

    /// That of `span`, if it is traced and sent to a collector.
    pub fn of(span: &Span) -> Option<Self> {
        let context = span.context().span().span_context().clone();
        (context.is_valid() && context.is_sampled()).then_some(Self(context))
    }

    /// The trace's name, 32 hexadecimal digits: the same on every node.
    pub fn id(&self) -> String {
        self.0.trace_id().to_string()
    }

    /// Makes `span`, which nobody has entered yet, a child of this.
    pub fn continues_in(&self, span: &Span) {
        // The errors mean that nothing is traced.
        let _ = span.set_parent(Context::new().with_remote_span_context(self.0.clone()));
    }
}

/// Whether spans may be traced: those of requests have more fields then. True as well where somebody logs at `debug`.
pub fn is_on() -> bool {
    // Asking whether a certain span is enabled would leave traces of its own in the filters of each layer.
    LevelFilter::current() >= LevelFilter::DEBUG
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span, flags) = (self.0.trace_id(), self.0.span_id(), self.0.trace_flags().to_u8());
        write!(f, "00-{trace}-{span}-{flags:02x}")
    }
}

impl FromStr for Trace {
    type Err = NotATrace;

    /// Reads `VERSION-TRACE-PARENT-FLAGS`. What a version after 00 has behind that is left out (§3.2.4 of the recommendation).
    fn from_str(text: &str) -> Result<Self, NotATrace> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().ok_or(NotATrace)?;
            let fits = part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            fits.then_some(part).ok_or(NotATrace)
        };
        let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return Err(NotATrace);
        }
        let context = SpanContext::new(
            TraceId::from_hex(trace).map_err(|_| NotATrace)?,
            SpanId::from_hex(span).map_err(|_| NotATrace)?,
            TraceFlags::new(u8::from_str_radix(flags, 16).map_err(|_| NotATrace)?),
            true,
            TraceState::NONE,
        );
        if context.is_valid() { Ok(Self(context)) } else { Err(NotATrace) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_as_it_is_written() {
        let trace: Trace = TEXT.parse().expect("a traceparent");
        assert_eq!(trace.to_string(), TEXT);
        assert_eq!(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let newer = TEXT.replacen("00", "01", 1) + "-more";
        assert_eq!(newer.parse::<Trace>().expect("of a newer version").to_string(), TEXT);
    }

    #[test]
    fn what_is_none_is_refused() {
        let zero_trace = TEXT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32));
        let zero_span = TEXT.replace("00f067aa0ba902b7", &"0".repeat(16));
        let (upper, longer) = (TEXT.to_uppercase(), format!("{TEXT}-more"));
        let reserved = TEXT.replacen("00", "ff", 1);
        for wrong in
            [&zero_trace, &zero_span, &upper, &longer, &reserved, "", "00-1-2-3", "00-é", &TEXT[..54]]
        {
            assert_eq!(wrong.parse::<Trace>(), Err(NotATrace), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_traced_where_nobody_wants_it() {
        let span = tracing::info_span!("alone");
        TEXT.parse::<Trace>().expect("a traceparent").continues_in(&span);
        assert_eq!(span.in_scope(Trace::current), None);
    }
}
