//! Which of several encodings of one picture (simulcast) a receiver gets.

use std::time::Duration;

/// Shown lower than this, the smallest encoding will do.
const SMALL: u32 = 200;
/// Shown lower than this, a middle one will do.
const MIDDLE: u32 = 420;
/// An encoding that has sent nothing for this long is not there.
const ABSENT: Duration = Duration::from_secs(1);
/// Rates are measured over about this long.
const RATE_OVER: Duration = Duration::from_millis(500);

/// The encodings of one published track, by SSRC.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    layers: Vec<Layer>,
}

#[derive(Clone, Copy, Debug)]
struct Layer {
    ssrc: u32,
    bytes: usize,
    since: Duration,
    rate: f64,
    heard: Duration,
}

impl Layers {
    /// Counts a packet.
    pub fn packet(&mut self, now: Duration, ssrc: u32, bytes: usize) {
        let layer = match self.layers.iter_mut().find(|layer| layer.ssrc == ssrc) {
            Some(layer) => layer,
            None => {
                self.layers.retain(|layer| now.saturating_sub(layer.heard) < 10 * ABSENT);
                self.layers.push(Layer { ssrc, bytes: 0, since: now, rate: 0.0, heard: now });
                let last = self.layers.len() - 1;
                &mut self.layers[last]
            }
        };
        layer.bytes += bytes;
        layer.heard = now;
        let over = now.saturating_sub(layer.since);
        if over >= RATE_OVER {
            layer.rate = layer.bytes as f64 / over.as_secs_f64();
            (layer.bytes, layer.since) = (0, now);
        }
    }

    /// The encoding to be sent to somebody who shows it at this height; `None` while nothing comes.
    pub fn choose(&self, now: Duration, height: u32) -> Option<u32> {
        let mut present: Vec<&Layer> =
            self.layers.iter().filter(|layer| now.saturating_sub(layer.heard) < ABSENT).collect();
        // More bits are more pixels; encodings are told apart by nothing else in plain RTP.
        present.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        let last = present.len().checked_sub(1)?;
        let wanted = match height {
            ..SMALL => 0,
            SMALL..MIDDLE => last / 2,
            _ => last,
        };
        Some(present[wanted].ssrc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_height_chooses_among_those_that_send() {
        let mut layers = Layers::default();
        let ms = Duration::from_millis;
        assert_eq!(layers.choose(ms(0), 720), None);
        for n in 0..200 {
            for (ssrc, bytes) in [(3, 1_100), (1, 100), (2, 400)] {
                if ssrc != 3 || n < 100 {
                    layers.packet(ms(n * 20), ssrc, bytes);
                }
            }
            if n == 99 {
                let chosen = [100, 300, 720].map(|height| layers.choose(ms(n * 20), height));
                assert_eq!(chosen, [Some(1), Some(2), Some(3)]);
            }
        }
        assert_eq!(layers.choose(ms(4_000), 720), Some(2), "the largest is not sent any more");
    }
}
