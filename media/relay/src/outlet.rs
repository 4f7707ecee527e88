//! The audio one endpoint is sent: one RTP stream, whether it is passed on, mixed, played or silent.

use std::time::Duration;

use tandem_codec::{
    encode::{Encoder, PACKET_MAX},
    mix::{Limiter, Sum},
};
use tandem_media::{AudioCodec, splice::Splice};

/// How an endpoint gets its audio; `Pass` names the endpoint whose packets it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hearing {
    Nothing,
    Pass(usize),
    Mix,
}

/// A passed-on source that has sent nothing for this long is filled up with silence for a phone.
pub(crate) const QUIET: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Outlet {
    pub(crate) codec: AudioCodec,
    pub(crate) hearing: Hearing,
    pub(crate) splice: Splice,
    /// Silence is sent until the source is heard again.
    pub(crate) filling: bool,
    encoder: Option<Encoder>,
    limiter: Limiter,
}

impl Outlet {
    pub(crate) fn new(codec: AudioCodec) -> Self {
        let splice = Splice::new(codec.clock_rate(), rand::random(), rand::random());
        Self {
            codec,
            hearing: Hearing::Nothing,
            splice,
            filling: false,
            encoder: None,
            limiter: Limiter::default(),
        }
    }

    /// Takes another codec, if it is another; the stream starts anew then.
    pub(crate) fn set_codec(&mut self, codec: AudioCodec) {
        if codec != self.codec {
            *self = Self { hearing: self.hearing, ..Self::new(codec) };
        }
    }

    pub(crate) fn set_hearing(&mut self, hearing: Hearing) {
        if hearing != self.hearing {
            self.splice.cut();
            self.filling = false;
            self.hearing = hearing;
        }
    }

    /// Encodes a mix; the payload's length.
    pub(crate) fn encode(&mut self, sum: &Sum, packet: &mut [u8; PACKET_MAX]) -> Option<usize> {
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(report(Encoder::new(self.codec))?),
        };
        report(encoder.run(&self.limiter.run(sum), packet))
    }

    /// Clock units of one frame.
    pub(crate) fn frame_units(&self) -> u32 {
        self.codec.clock_rate() / 1_000 * tandem_media::FRAME_MS
    }
}

fn report<T>(result: Result<T, tandem_codec::CodecError>) -> Option<T> {
    result.inspect_err(|error| tracing::error!(%error, "audio is lost")).ok()
}
