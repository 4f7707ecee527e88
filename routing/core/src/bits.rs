//! A row of bits that can grow and shrink in the middle.

/// Bits by position; those beyond the end are 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn get(&self, at: usize) -> bool {
        self.word(at / 64) >> (at % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, at: usize, bit: bool) {
        if at / 64 >= self.0.len() {
            if !bit {
                return;
            }
            self.0.resize(at / 64 + 1, 0);
        }
        let word = &mut self.0[at / 64];
        *word = *word & !(1 << (at % 64)) | u64::from(bit) << (at % 64);
    }

    /// 64 bits from position 64 × `at` on, the first lowest.
    pub(crate) fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// Puts in a bit; those from `at` on move up by one.
    pub(crate) fn insert(&mut self, at: usize, bit: bool) {
        let (first, offset) = (at / 64, at % 64);
        if self.0.len() <= first {
            return self.set(at, bit);
        }
        if self.0[self.0.len() - 1] >> 63 == 1 {
            self.0.push(0);
        }
        let (here, below) = (self.0[first], (1 << offset) - 1);
        self.0[first] = here & below | (here & !below) << 1 | u64::from(bit) << offset;
        let mut carried = here >> 63;
        for word in &mut self.0[first + 1..] {
            let next = *word >> 63;
            *word = *word << 1 | carried;
            carried = next;
        }
    }

    /// Takes out a bit; those beyond `at` move down by one.
    pub(crate) fn remove(&mut self, at: usize) {
        let (first, offset) = (at / 64, at % 64);
        let Some(here) = self.0.get(first).copied() else { return };
        let below = (1 << offset) - 1;
        self.0[first] = here & below | here >> 1 & !below;
        for at in first + 1..self.0.len() {
            self.0[at - 1] |= self.0[at] << 63;
            self.0[at] >>= 1;
        }
    }
}

/// The positions of the bits set in a word at `base`.
pub(crate) fn positions(base: usize, mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (word != 0).then(|| base * 64 + word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_what_a_list_of_them_is(ops in prop::collection::vec((0_u8..3, 0_usize..200, any::<bool>()), 0..300)) {
            let mut bits = Bits::default();
            let mut list: Vec<bool> = vec![];
            for (op, at, bit) in ops {
                let at = at.min(list.len());
                match op {
                    0 => {
                        list.insert(at, bit);
                        bits.insert(at, bit);
                    }
                    1 if at < list.len() => {
                        list.remove(at);
                        bits.remove(at);
                    }
                    _ if at < list.len() => {
                        list[at] = bit;
                        bits.set(at, bit);
                    }
                    _ => {}
                }
                let there: Vec<usize> = (0..5).flat_map(|word| positions(word, bits.word(word))).collect();
                let should: Vec<usize> = (0..list.len()).filter(|at| list[*at]).collect();
                prop_assert_eq!(there, should);
                prop_assert!((0..list.len()).all(|at| bits.get(at) == list[at]));
            }
        }
    }
}
