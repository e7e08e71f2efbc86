//! Ids that look like the remote's, from a seed.

/// Makes ids; two generators of the same seed make the same ids in the same order.
pub(crate) struct Ids {
    random: fastrand::Rng,
    made: u32,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Ids {
            random: fastrand::Rng::with_seed(seed),
            made: 0,
        }
    }

    /// 24 hexadecimal digits, as the examples of the public OpenAPI document show them; later ones sort behind.
    pub(crate) fn object(&mut self) -> String {
        self.made = self.made.wrapping_add(1);
        format!(
            "{:08x}{:016x}",
            0x6600_0000_u32.wrapping_add(self.made),
            self.random.u64(..)
        )
    }

    /// 8 lower case letters and digits.
    pub(crate) fn short(&mut self) -> String {
        let mut random = |_| self.random.alphanumeric().to_ascii_lowercase();
        (0..8).map(&mut random).collect()
    }

    /// 32 hexadecimal digits in the form of a UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let digits = format!("{:032x}", self.random.u128(..));
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_ids_have_24_digits_and_sort_in_the_order_they_were_made() {
        let mut ids = Ids::new(1);
        let (first, second) = (ids.object(), ids.object());
        assert_eq!(first.len(), 24);
        assert!(first < second);
        assert_eq!(Ids::new(1).object(), first);
    }
}
