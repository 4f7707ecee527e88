//! Small damages.

/// Makes inputs out of others. The same seed makes the same ones.
pub(crate) struct Mutator<'w> {
    state: u64,
    words: &'w [&'w str],
}

impl<'w> Mutator<'w> {
    pub(crate) const fn new(seed: u64, words: &'w [&'w str]) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, words }
    }

    /// One to eight damages to one of `corpus`.
    pub(crate) fn mutate(&mut self, corpus: &[Vec<u8>], longest: usize) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(8) {
            self.damage(&mut bytes, corpus);
        }
        bytes.truncate(longest);
        bytes
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        match self.below(9) {
            0 if at < bytes.len() => bytes[at] = self.byte(),
            1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 => bytes.insert(at, self.byte()),
            3 => {
                let end = (at + 1 + self.below(24)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            4 => {
                let end = (at + 1 + self.below(64)).min(bytes.len());
                let piece = bytes[at.min(end)..end].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            5 => bytes.truncate(at),
            6 => {
                // The start of one and the end of another.
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            7 => self.move_line(bytes),
            _ => {
                let word = self.words[self.below(self.words.len())].as_bytes();
                let end = if self.below(2) == 0 { at } else { (at + word.len()).min(bytes.len()) };
                bytes.splice(at..end, word.iter().copied());
            }
        }
    }

    /// A line again, or elsewhere.
    fn move_line(&mut self, bytes: &mut Vec<u8>) {
        let starts: Vec<usize> = std::iter::once(0)
            .chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1))
            .collect();
        let (from, to) = (self.below(starts.len()), starts[self.below(starts.len())]);
        let end = starts.get(from + 1).copied().unwrap_or(bytes.len());
        let line = bytes[starts[from]..end].to_vec();
        bytes.splice(to..to, line);
    }

    /// A byte that means something, or any.
    fn byte(&mut self) -> u8 {
        const TELLING: &[u8] = b"\"<>;,:=@?\\%\r\n \t\0/[]*09aZ\x7f\xff\xc3";
        let any = self.next();
        if any & 1 == 0 { TELLING[self.below(TELLING.len())] } else { any.to_le_bytes()[3] }
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// Xorshift with a multiplication at the end: quick, and good enough to pick places.
    const fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}
