//! Which events a reader wants.

use std::borrow::Cow;

use tandem_proto::{Event, Stream, Topic};

/// Which events a reader wants: those that pass every part that is set.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Having any of these topics; empty: all.
    pub topics: Vec<Topic>,
    /// Of these kinds; a trailing `*` matches any ending; empty: all.
    pub kinds: Vec<Cow<'static, str>>,
    /// Of this stream only.
    pub stream: Option<Stream>,
}

impl EventFilter {
    /// Events of these kinds.
    pub fn kinds(kinds: &[&'static str]) -> Self {
        Self { kinds: kinds.iter().map(|kind| Cow::Borrowed(*kind)).collect(), ..Self::default() }
    }

    /// Events with any of these topics.
    pub fn topics(topics: Vec<Topic>) -> Self {
        Self { topics, ..Self::default() }
    }

    /// Events of one stream.
    pub fn stream(stream: Stream) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// Whether a reader with this filter gets `event`. It does not look at the org.
    pub fn matches(&self, event: &Event) -> bool {
        self.stream.as_ref().is_none_or(|stream| *stream == event.stream)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind_matches(kind, &event.kind)))
            && self.matches_topics(&event.topics)
    }

    pub(crate) fn matches_topics(&self, topics: &[Topic]) -> bool {
        self.topics.is_empty() || topics.iter().any(|topic| self.topics.contains(topic))
    }
}

fn kind_matches(pattern: &str, kind: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == kind, |start| kind.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::kind_matches;

    #[test]
    fn a_star_matches_any_ending() {
        assert!(kind_matches("call.*", "call.leg.added"));
        assert!(kind_matches("*", "call.leg.added"));
        assert!(!kind_matches("call.*", "chat.created"));
        assert!(!kind_matches("call.leg", "call.leg.added"));
    }
}
